/* Rows that the program makes, as tables of SQLite's. */
#ifndef JOBLEDGER_STORE_VIRTUAL_H
#define JOBLEDGER_STORE_VIRTUAL_H

#include "ledger.h"

/* A table that is read from its first row on, by one reader at a time. */
struct virtual_table {
    const char *name;
    const char *declaration; /* CREATE TABLE with its columns */
    bool hidden;             /* from views */
    void *ctx;
    void (*free)(void *ctx); /* with the connection; NULL: it is somebody else's */
    enum result (*rewind)(void *ctx, struct error *err); /* to before the first row */
    enum result (*next)(void *ctx, bool *more, struct error *err);
    void (*column)(void *ctx, int column, sqlite3_context *out); /* of the row in hand; nothing given: NULL */
};

/* Makes the table, which is copied, known to the connection. ctx is the table's from then on, also where this fails. */
enum result virtual_register(struct store *store, const struct virtual_table *table, struct error *err);

#endif
