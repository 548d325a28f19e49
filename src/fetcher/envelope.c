#include "answer.h"

struct envelope envelope_read(const struct json *root)
{
    const struct json *error = json_member(root, "error");
    struct text code = field_text(json_member(error, "code"));
    if (code.len == 0) /* a job's cause must have a name */
        return (struct envelope){0};
    return (struct envelope){
        .present = true,
        .code = code,
        .message = field_text(json_member(error, "message")),
        .trace_id = field_text(field_value(error, FIELD_TRACE_ID)),
        .job_id = field_text(field_value(json_member(error, "details"), FIELD_JOB_ID)),
    };
}
