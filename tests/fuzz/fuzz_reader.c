/* The scanner and libcsv give the rows that a plain reading of the rules gives, however the bytes are cut; and a
 * reader takes any bytes in any encoding. The first two bytes of the input choose the options. */
#include <stdint.h>

#include "reading.h"
#include "src/reader/rows.h"
#include "strbuf.h"

static void spell_cell(struct strbuf *out, struct text cell)
{
    strbuf_printf(out, " %zu:", cell.len);
    strbuf_append(out, cell.bytes, cell.len);
}

/* Each chunk is a copy of its own, so that a byte read beyond it is found. */
static void spell_rows(struct text input, char delimiter, size_t step, struct strbuf *out)
{
    struct reader_rows rows;
    enum reader_scan_result found = READER_SCAN_MORE;
    char *copy = NULL;
    struct text chunk = {"", 0};
    reader_rows_init(&rows, delimiter);
    while (found == READER_SCAN_ROW || found == READER_SCAN_MORE) {
        found = reader_rows_next(&rows, &chunk, input.len == 0 && chunk.len == 0);
        if (found == READER_SCAN_ROW) {
            strbuf_printf(out, "\n%u", (unsigned)rows.scan.row_line);
            for (size_t i = 0; i < rows.count; i++)
                spell_cell(out, rows.cells[i]);
        } else if (found == READER_SCAN_MORE) {
            size_t n = step < input.len ? step : input.len;
            free(copy);
            copy = malloc(n ? n : 1);
            must(copy != NULL);
            memcpy(copy, input.bytes, n);
            chunk = (struct text){copy, n};
            input.bytes += n;
            input.len -= n;
        }
    }
    must(found == READER_SCAN_END || found == READER_SCAN_OPEN_QUOTE);
    if (found == READER_SCAN_OPEN_QUOTE)
        strbuf_printf(out, "\nopen %u", (unsigned)rows.scan.cell_line);
    free(copy);
    reader_rows_free(&rows);
}

struct model {
    struct text input;
    size_t at;
    unsigned line;
    char delimiter;
};

static bool at_line_end(const struct model *model)
{
    return model->input.bytes[model->at] == '\r' || model->input.bytes[model->at] == '\n';
}

/* Of CRLF, only the CR counts. */
static void model_take(struct model *model, struct strbuf *cell)
{
    char c = model->input.bytes[model->at];
    if (c == '\r' || (c == '\n' && (model->at == 0 || model->input.bytes[model->at - 1] != '\r')))
        model->line++;
    strbuf_putc(cell, c);
    model->at++;
}

/* False: the quote is never closed. */
static bool model_quoted(struct model *model, struct strbuf *cell)
{
    for (model->at++; model->at < model->input.len; ) {
        bool quote = model->input.bytes[model->at] == '"';
        bool doubled = quote && model->at + 1 < model->input.len && model->input.bytes[model->at + 1] == '"';
        if (quote)
            model->at++;
        if (quote && !doubled)
            return true;
        model_take(model, cell);
    }
    return false;
}

static bool model_cell(struct model *model, struct strbuf *cell)
{
    strbuf_clear(cell);
    if (model->at < model->input.len && model->input.bytes[model->at] == '"' && !model_quoted(model, cell))
        return false;
    while (model->at < model->input.len && model->input.bytes[model->at] != model->delimiter && !at_line_end(model))
        model_take(model, cell);
    return true;
}

/* False: there is no further row. */
static bool model_row(struct model *model, struct strbuf *out)
{
    struct strbuf cell = {0};
    size_t before = out->len;
    bool blank = true;
    bool more = true;
    strbuf_printf(out, "\n%u", model->line);
    while (more) {
        unsigned line = model->line;
        if (!model_cell(model, &cell)) {
            out->len = before;
            strbuf_printf(out, "\nopen %u", line);
            strbuf_free(&cell);
            return false;
        }
        struct text text = {cell.bytes, cell.len};
        spell_cell(out, text);
        blank = blank && text_trim(text).len == 0;
        more = model->at < model->input.len && model->input.bytes[model->at] == model->delimiter;
        model->at += more;
    }
    if (blank)
        out->len = before;
    if (model->at < model->input.len) {
        bool cr = model->input.bytes[model->at] == '\r';
        model->at++;
        model->line++;
        if (cr && model->at < model->input.len && model->input.bytes[model->at] == '\n')
            model->at++;
    }
    strbuf_free(&cell);
    return model->at < model->input.len;
}

static void check_rows(struct text input, char delimiter, size_t step)
{
    struct strbuf whole = {0};
    struct strbuf cut = {0};
    struct strbuf expected = {0};
    struct model model = {.input = input, .line = 1, .delimiter = delimiter};
    spell_rows(input, delimiter, input.len ? input.len : 1, &whole);
    spell_rows(input, delimiter, step, &cut);
    while (input.len > 0 && model_row(&model, &expected))
        ;
    must(whole.len == cut.len && (cut.len == 0 || memcmp(whole.bytes, cut.bytes, cut.len) == 0));
    must(whole.len == expected.len && (whole.len == 0 || memcmp(whole.bytes, expected.bytes, whole.len) == 0));
    strbuf_free(&whole);
    strbuf_free(&cut);
    strbuf_free(&expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char delimiters[] = {',', ';', '\t', '|', ' ', 'x', ':', '\\'};
    static const char *const encodings[] = {NULL, "utf-16", "windows-1252", "utf-16be", "utf-7", "windows-1258",
                                            NULL, NULL};
    static const char *const id_columns[] = {NULL, "1", "2", "key"};
    if (size < 2)
        return 0;
    struct text input = {(const char *)data + 2, size - 2};
    struct reader_options options = {
        .id_column = id_columns[data[0] >> 6],
        .delimiter = data[1] & 0x80 ? delimiters[data[0] & 7] : '\0',
        .encoding = encodings[data[0] >> 3 & 7],
        .no_header = data[1] & 0x40 && data[0] >> 6 != 3,
    };
    check_rows(input, delimiters[data[0] & 7], (data[1] & 0x3F) + 1u);
    check_reader(input, &options);
    return 0;
}
