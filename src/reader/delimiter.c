#include "delimiter.h"

#include "header.h"
#include "rows.h"

#define SAMPLE_ROWS_MAX 100

struct score {
    enum reader_certainty certainty;
    size_t rows;
    size_t alike; /* rows that have the most frequent number of cells, of those with two or more */
};

static bool better(struct score a, struct score b)
{
    if (a.certainty != b.certainty)
        return a.certainty > b.certainty;
    return a.alike * b.rows > b.alike * a.rows;
}

static size_t count_alike(const size_t *cells, size_t rows)
{
    size_t most = 0;
    for (size_t i = 0; i < rows; i++) {
        size_t alike = 0;
        for (size_t j = 0; j < rows; j++)
            alike += cells[j] == cells[i];
        if (cells[i] >= 2 && alike > most)
            most = alike;
    }
    return most;
}

/* False: out of memory. */
static bool rate(struct text sample, bool whole, char delimiter, const struct reader_options *options,
                 struct score *score)
{
    size_t cells[SAMPLE_ROWS_MAX];
    struct reader_rows rows;
    *score = (struct score){0};
    reader_rows_init(&rows, delimiter);
    enum reader_scan_result result = READER_SCAN_ROW;
    while (result == READER_SCAN_ROW && score->rows < SAMPLE_ROWS_MAX) {
        /* A row that is cut off by the sample's end counts only where there is no other. */
        result = reader_rows_next(&rows, &sample, whole || score->rows == 0);
        if (result != READER_SCAN_ROW)
            break;
        if (score->rows == 0)
            score->certainty = reader_header_choose(rows.cells, rows.count, options).certainty;
        cells[score->rows] = rows.count;
        score->rows++;
    }
    score->alike = count_alike(cells, score->rows);
    reader_rows_free(&rows);
    return result != READER_SCAN_NO_MEMORY;
}

bool reader_delimiter_detect(struct text sample, bool whole, const struct reader_options *options, char *delimiter)
{
    static const char candidates[] = {',', ';', '\t', '|'};
    struct score best;
    *delimiter = candidates[0];
    if (!rate(sample, whole, candidates[0], options, &best))
        return false;
    for (size_t i = 1; i < sizeof candidates; i++) {
        struct score score;
        if (!rate(sample, whole, candidates[i], options, &score))
            return false;
        if (better(score, best)) {
            best = score;
            *delimiter = candidates[i];
        }
    }
    return true;
}
