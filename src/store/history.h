/* What a job's archived answers came to, one after another: a fold over them that does no I/O. What the ledger keeps of a job
 * beside its answers follows from it, so that it can be derived again. */
#ifndef JOBLEDGER_STORE_HISTORY_H
#define JOBLEDGER_STORE_HISTORY_H

#include "store.h"

struct history;

/* What is known of a job after some of its answers. */
struct facts {
    enum job_status status; /* JOB_NEW before the first answer */
    int64_t resolved_at;    /* when the answer came that made it what it is; only where that is not open */
    bool ever_resolved;     /* it was completed or failed once */
    bool gone;              /* a 404 came since the last job object for a job that was ever resolved: it stays so */
    const struct reading *object;  /* the last job object; NULL: none came */
    const struct reading *verdict; /* the last verdict that came behind it and made the status; NULL: none */
    const struct json *data;       /* the object's extracted data; NULL or JSON null: none */
};

struct history *history_new(const struct store_reader *reader); /* NULL: out of memory */
void history_free(struct history *history); /* NULL is allowed */

/* Begins anew, with a job that was never answered. */
void history_start(struct history *history, const char *job_id);

/* Stands for an answer that is pruned: all that is known of it is whether the job was ever resolved by then, or later. */
void history_skip(struct history *history, bool ever_resolved);

/* Takes in the job's next archived answer, of which status, time and body count and are copied. RESULT_LEDGER where it can't be read
 * as an answer that is archived. */
enum result history_add(struct history *history, const struct answer *answer, struct error *err);

/* Before and after the last answer; valid until the next history_add(), history_start() or history_free(). */
const struct facts *history_before(const struct history *history);
const struct facts *history_now(const struct history *history);
/* How the last answer itself reads. */
const struct reading *history_reading(const struct history *history);

/* Each field that the last answer changed of a job that was resolved before it, in no order. old and new: TEXT_NONE where
 * there is no value, or the empty text, which the reports tell no apart. RESULT_OK, or what the visitor returned, or out of memory. */
typedef enum result change_visitor(void *ctx, struct text field, struct text old, struct text new, struct error *err);
enum result history_changes(struct history *history, change_visitor *visit, void *ctx, struct error *err);

#endif
