#include "facts.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "clock.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* Per cent of the jobs; the rest stay in processing. */
#define COMPLETED_PERCENT 90
#define FAILED_PERCENT 6
#define NOT_FOUND_PERCENT 2
#define UNFINISHED_PERCENT 5 /* of the completed and failed: not yet so at the first ask */

#define FIRST_DAY INT64_C(1740787200) /* 2025-03-01T00:00:00Z */
#define DAYS 90
#define DAY_S 86400

struct model {
    const char *name;
    unsigned share;      /* per cent */
    unsigned least_cost; /* in CHF / 10000 */
    unsigned most_cost;
    unsigned most_time; /* tenths of a second */
};

static const struct model models[] = {
    {"ftg-3.0", 60, 40, 160, 60},
    {"gpt-4o", 25, 120, 300, 150},
    {"gpt-4o-mini", 15, 40, 90, 40},
};

static const char *const failures[] = {
    "Document is corrupted or unreadable",  "Unsupported file format",
    "Document is password protected",       "No text could be recognised in the document",
    "Extraction does not match the schema",
};

static const char *const vendors[] = {
    "Müller & Söhne AG",         "Bäckerei Hürlimann GmbH",
    "Gemüsehof Rüegg",           "Käserei Brülisauer",
    "Schreinerei Zürcher & Co.", "Elektro Schönbächler AG",
    "Genève Énergie SA",         "Imprimerie Général-Guisan Sàrl",
    "Garage Lötscher",           "Società Elettrica Ticino",
    "Bücher Stäheli Zürich",     "Spenglerei Nägeli \\\"Dach\\\" AG",
    "Hôtel des Alpes, Montreux", "Malergeschäft Jäggi",
    "IT-Lösungen Oberland AG",   "Metzgerei Künzli",
};

struct ware {
    const char *name;
    unsigned least; /* price in centimes */
    unsigned most;
};

static const struct ware wares[] = {
    {"Beratung Einführung, Stunde", 12000, 22000},
    {"Büromaterial", 450, 9900},
    {"Gipfeli, 10 Stück", 1200, 2400},
    {"Gruyère AOP, kg", 2190, 3490},
    {"Réparation chauffage", 9500, 48000},
    {"Olio d’oliva 1 l", 1490, 2990},
    {"Malerarbeiten Küche", 38000, 190000},
    {"Türschloss", 8900, 24900},
    {"Entsorgung Grünabfälle", 3500, 7800},
    {"Stromverbrauch März", 4210, 61250},
    {"Übersetzung, Seite", 8500, 14000},
    {"Widget A", 5000, 5000},
};

/* The invoice of the vendor's page. */
static const char vendor_invoice[] = "{\n"
                                     "    \"invoice_number\": \"INV-2024-001\",\n"
                                     "    \"date\": \"2024-12-16\",\n"
                                     "    \"total_amount\": 1250.00,\n"
                                     "    \"vendor_name\": \"Acme Corporation\",\n"
                                     "    \"line_items\": [\n"
                                     "      { \"description\": \"Widget A\", \"quantity\": 10, \"price\": 50.00 }\n"
                                     "    ]\n"
                                     "  }";

uint64_t fnv1a(const char *text)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t hash_mix(uint64_t hash, uint64_t n)
{
    uint64_t z = hash + (n + 1) * UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* A sequence of draws from one hash. */
struct draws {
    uint64_t hash;
    uint64_t n;
};

static unsigned draw(struct draws *draws, unsigned least, unsigned most)
{
    return least + (unsigned)(hash_mix(draws->hash, draws->n++) % (most - least + 1));
}

static void write_time(int64_t at, char out[static 24])
{
    time_t t = (time_t)at;
    struct tm tm;
    gmtime_r(&t, &tm);
    snprintf(out, 24, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)(tm.tm_year + 1900) % 10000,
             (unsigned)(tm.tm_mon + 1) % 100, (unsigned)tm.tm_mday % 100, (unsigned)tm.tm_hour % 100,
             (unsigned)tm.tm_min % 100, (unsigned)tm.tm_sec % 100);
}

/* CHF with three digits after the point, four where the last is not zero. */
static void write_cost(unsigned tenths_of_rappen, char out[static 16])
{
    unsigned last = tenths_of_rappen % 10;
    snprintf(out, 16, last ? "0.%04u" : "0.%03u", last ? tenths_of_rappen % 10000 : tenths_of_rappen / 10 % 1000);
}

static enum fate draw_fate(struct draws *draws)
{
    unsigned n = draw(draws, 0, 99);
    if (n < COMPLETED_PERCENT)
        return FATE_COMPLETED;
    if (n < COMPLETED_PERCENT + FAILED_PERCENT)
        return FATE_FAILED;
    return n < COMPLETED_PERCENT + FAILED_PERCENT + NOT_FOUND_PERCENT ? FATE_NOT_FOUND : FATE_PROCESSING;
}

static const struct model *draw_model(struct draws *draws)
{
    unsigned n = draw(draws, 0, 99);
    size_t i = 0;
    while (i + 1 < COUNT(models) && n >= models[i].share) {
        n -= models[i].share;
        i++;
    }
    return &models[i];
}

static void vendor_facts(struct facts *facts)
{
    *facts = (struct facts){
        .hash = facts->hash,
        .fate = FATE_COMPLETED,
        .model = "gpt-4o",
        .cost = "0.015",
        .time = "2.3",
        .confidence = "0.95",
        .created = "2024-12-16T10:30:00Z",
        .completed = "2024-12-16T10:30:02Z",
        .failed_cost = "0.0",
        .failed_time = "1.5",
        .failed = "2024-12-16T10:30:01Z",
        .error_message = failures[0],
        .trace = "trace_xyz789",
    };
}

void facts_of(const char *job_id, struct facts *facts)
{
    *facts = (struct facts){.hash = fnv1a(job_id)};
    bool missing = strcmp(job_id, VENDOR_MISSING_JOB) == 0;
    if (missing || strcmp(job_id, VENDOR_JOB) == 0) {
        vendor_facts(facts);
        if (missing)
            facts->fate = FATE_NOT_FOUND;
        return;
    }
    struct draws draws = {facts->hash, 0};
    facts->fate = draw_fate(&draws);
    bool unfinished = draw(&draws, 0, 99) < UNFINISHED_PERCENT;
    int64_t life_ms = draw(&draws, 2000, 5000);
    if (unfinished && (facts->fate == FATE_COMPLETED || facts->fate == FATE_FAILED))
        facts->life_ns = life_ms * NS_PER_MS;
    const struct model *model = draw_model(&draws);
    unsigned tenths = draw(&draws, 8, model->most_time);
    unsigned failed_tenths = draw(&draws, 3, 40);
    unsigned queued = draw(&draws, 0, 4);
    int64_t created = FIRST_DAY + (int64_t)draw(&draws, 0, DAYS - 1) * DAY_S + draw(&draws, 0, DAY_S - 1);
    facts->model = model->name;
    write_cost(draw(&draws, model->least_cost, model->most_cost), facts->cost);
    snprintf(facts->time, sizeof facts->time, "%u.%u", tenths / 10, tenths % 10);
    snprintf(facts->confidence, sizeof facts->confidence, "0.%02u", draw(&draws, 50, 99));
    write_time(created, facts->created);
    write_time(created + tenths / 10 + queued, facts->completed);
    snprintf(facts->failed_cost, sizeof facts->failed_cost, "%s", draw(&draws, 0, 4) ? "0.0" : "0.004");
    snprintf(facts->failed_time, sizeof facts->failed_time, "%u.%u", failed_tenths / 10, failed_tenths % 10);
    write_time(created + failed_tenths / 10 + queued, facts->failed);
    facts->error_message = failures[draw(&draws, 0, COUNT(failures) - 1)];
    snprintf(facts->trace, sizeof facts->trace, "trace_%012" PRIx64, hash_mix(facts->hash, draws.n) >> 16);
}

void facts_invoice(const char *job_id, const struct facts *facts, struct buf *out)
{
    if (strcmp(job_id, VENDOR_JOB) == 0) {
        buf_puts(out, vendor_invoice);
        return;
    }
    struct draws draws = {~facts->hash, 0};
    struct buf items = {0};
    uint64_t total = 0;
    unsigned n = draw(&draws, 1, 4);
    for (unsigned i = 0; i < n; i++) {
        const struct ware *ware = &wares[draw(&draws, 0, COUNT(wares) - 1)];
        unsigned quantity = draw(&draws, 1, 12);
        unsigned price = draw(&draws, ware->least, ware->most) / 5 * 5; /* there is no coin below 5 centimes */
        total += (uint64_t)quantity * price;
        buf_printf(&items, "%s\n      { \"description\": \"%s\", \"quantity\": %u, \"price\": %u.%02u }", i ? "," : "",
                   ware->name, quantity, price / 100, price % 100);
    }
    buf_printf(out, "{\n    \"invoice_number\": \"RE-%.4s-%05u\",\n    \"date\": \"%.10s\",\n", facts->created,
               draw(&draws, 1, 99999), facts->created);
    buf_printf(out, "    \"total_amount\": %" PRIu64 ".%02u,\n    \"vendor_name\": \"%s\",\n    \"line_items\": [",
               total / 100, (unsigned)(total % 100), vendors[draw(&draws, 0, COUNT(vendors) - 1)]);
    buf_add(out, items.bytes, items.len);
    buf_puts(out, "\n    ]\n  }");
    out->failed = out->failed || items.failed;
    buf_free(&items);
}
