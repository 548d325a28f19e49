#include "outage.h"

bool outage_failed(struct outage *outage, int64_t job_key, int64_t sent_ms, int64_t now_ms)
{
    if (outage->failed == 0) {
        outage->first_job = job_key;
        outage->several = false;
        outage->began_ms = now_ms;
        outage->row = 1;
    } else if (sent_ms >= outage->began_ms) {
        outage->row++;
    }
    outage->failed++;
    outage->several |= job_key != outage->first_job;
    outage->last_ms = now_ms;
    outage->any_failed = true;
    return outage->row >= FETCH_FAILED_ROW_MAX && outage->several;
}

void outage_over(struct outage *outage)
{
    outage->failed = 0;
    outage->row = 0;
    outage->any_answered = true;
}

int64_t outage_wait(const struct outage *outage, int64_t now_ms)
{
    int64_t until = outage->last_ms + OUTAGE_SPACE_MS;
    return outage->failed >= OUTAGE_SPACED_FROM && until > now_ms ? until - now_ms : 0;
}

bool outage_only_failures(const struct outage *outage)
{
    return outage->any_failed && !outage->any_answered;
}
