#include "job.h"

static const char *const status_names[JOB_STATUS_COUNT] = {
    "new", "pending", "processing", "completed", "failed", "not_found", "error",
};

static bool is_id_character(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool job_id_valid(struct text id)
{
    static const struct text prefix = {"job_", 4};
    if (id.len <= prefix.len || id.len > JOB_ID_MAX || !text_equal((struct text){id.bytes, prefix.len}, prefix))
        return false;
    for (size_t i = prefix.len; i < id.len; i++)
        if (!is_id_character(id.bytes[i]))
            return false;
    return true;
}

const char *job_status_name(enum job_status status)
{
    return status_names[status];
}

bool job_status_parse(struct text name, enum job_status *out)
{
    for (int i = 0; i < JOB_STATUS_COUNT; i++) {
        if (text_is(name, status_names[i])) {
            *out = (enum job_status)i;
            return true;
        }
    }
    return false;
}

bool job_status_open(enum job_status status)
{
    return status == JOB_NEW || status == JOB_PENDING || status == JOB_PROCESSING;
}
