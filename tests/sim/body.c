#include "body.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* $x is a place to fill in. */
static const char job_template[] = "{\n"
                                   "  \"success\": true,\n"
                                   "  \"job_id\": $i,\n"
                                   "  \"status\": $s,\n"
                                   "  \"extracted_data\": $d,\n"
                                   "  \"confidence\": $c,\n"
                                   "  \"processing_time\": $t,\n"
                                   "  \"cost_chf\": $f,\n"
                                   "  \"model_used\": $m,\n"
                                   "  \"created_at\": $a,\n"
                                   "  \"completed_at\": $z\n"
                                   "}";

static const char failed_template[] = "{\n"
                                      "  \"success\": true,\n"
                                      "  \"job_id\": $i,\n"
                                      "  \"status\": $s,\n"
                                      "  \"extracted_data\": $d,\n"
                                      "  \"confidence\": $c,\n"
                                      "  \"processing_time\": $t,\n"
                                      "  \"cost_chf\": $f,\n"
                                      "  \"model_used\": $m,\n"
                                      "  \"error_message\": $x,\n"
                                      "  \"created_at\": $a,\n"
                                      "  \"completed_at\": $z\n"
                                      "}";

/* $d is the line with the details, or nothing. */
static const char error_template[] = "{\n"
                                     "  \"success\": false,\n"
                                     "  \"error\": {\n"
                                     "    \"code\": \"$c\",\n"
                                     "    \"message\": \"$m\",\n"
                                     "    \"system_message\": \"$s\",\n"
                                     "    \"type\": \"$t\",\n"
                                     "    \"status\": $n,\n"
                                     "$d"
                                     "    \"trace_id\": \"$i\",\n"
                                     "    \"timestamp\": \"$a\"\n"
                                     "  }\n"
                                     "}";

/* The texts for 401 and 404 are the vendor's, and so are the codes of 404 and 401; the others are made up. */
struct usual {
    int http;
    const char *code;
    const char *type;
    const char *message;
    const char *system_message;
    const char *reason; /* RFC 9110, section 15 */
};

static const struct usual usuals[] = {
    {400, "INVALID_REQUEST", "invalid_request_error", "The request was invalid.", "Request validation failed",
     "Bad Request"},
    {401, "UNAUTHORIZED", "authentication_error", "Authentication required. Please provide a valid API key.",
     "Missing or invalid authorization header", "Unauthorized"},
    {403, "ACCESS_DENIED", "permission_error", "You do not have access to this resource.",
     "Access denied for organization", "Forbidden"},
    {404, "JOB_NOT_FOUND", "not_found_error", "The requested job was not found.", "Job ID does not exist", "Not Found"},
    {405, "METHOD_NOT_ALLOWED", "invalid_request_error", "The method is not allowed.", "Method not allowed for route",
     "Method Not Allowed"},
    {408, "REQUEST_TIMEOUT", "timeout_error", "The request took too long.", "Request timed out", "Request Timeout"},
    {409, "CONFLICT", "conflict_error", "The request conflicts with another.", "Conflict", "Conflict"},
    {410, "JOB_EXPIRED", "not_found_error", "The results of this job are no longer available.", "Job results expired",
     "Gone"},
    {422, "VALIDATION_ERROR", "validation_error", "The job ID is not valid.", "Validation failed",
     "Unprocessable Content"},
    {429, "RATE_LIMIT_EXCEEDED", "rate_limit_error", "Rate limit exceeded. Please try again later.",
     "Rate limit exceeded", "Too Many Requests"},
    {500, "INTERNAL_ERROR", "server_error", "An internal error occurred.", "Unhandled exception",
     "Internal Server Error"},
    {502, "BAD_GATEWAY", "server_error", "The service is temporarily unavailable.", "Bad gateway", "Bad Gateway"},
    {503, "SERVICE_UNAVAILABLE", "server_error", "The service is temporarily unavailable.", "Service unavailable",
     "Service Unavailable"},
    {504, "GATEWAY_TIMEOUT", "server_error", "The service is temporarily unavailable.", "Gateway timeout",
     "Gateway Timeout"},
};

static const struct usual other = {0, "REQUEST_FAILED", "api_error", "The request failed.", "Request failed", "Error"};

static const struct usual *usual_of(int http)
{
    for (size_t i = 0; i < COUNT(usuals); i++)
        if (usuals[i].http == http)
            return &usuals[i];
    return &other;
}

/* values is indexed by letter. */
static void fill(struct buf *out, const char *template, const char *const values[26])
{
    for (;;) {
        size_t n = strcspn(template, "$");
        buf_add(out, template, n);
        template += n;
        if (!*template)
            return;
        const char *value = values[template[1] - 'a'];
        if (value)
            buf_puts(out, value);
        template += 2;
    }
}

void body_job(struct buf *out, const struct job_body *job)
{
    const char *const values[26] = {
        ['i' - 'a'] = job->id,         ['s' - 'a'] = job->status,  ['d' - 'a'] = job->data,
        ['c' - 'a'] = job->confidence, ['t' - 'a'] = job->time,    ['f' - 'a'] = job->cost,
        ['m' - 'a'] = job->model,      ['x' - 'a'] = job->message, ['a' - 'a'] = job->created,
        ['z' - 'a'] = job->completed,
    };
    fill(out, job->message ? failed_template : job_template, values);
}

/* Appends the text, JSON-escaped, with its NUL. Where it starts is an offset, because the buffer moves. */
static size_t escaped(struct buf *arena, const char *text)
{
    size_t at = arena->len;
    buf_json(arena, text);
    buf_add(arena, "", 1);
    return at;
}

void body_error(struct buf *out, const struct error_body *error)
{
    const struct usual *usual = usual_of(error->http);
    const char *code = error->code ? error->code : usual->code;
    bool lost = error->job_id && strcmp(code, "JOB_NOT_FOUND") == 0;
    struct buf arena = {0};
    struct buf system_message = {0};
    struct buf details = {0};
    struct buf status = {0};
    buf_puts(&system_message, error->system_message ? error->system_message : usual->system_message);
    if (lost && !error->system_message)
        buf_printf(&system_message, ": %s", error->job_id);
    if (lost) {
        buf_puts(&details, "    \"details\": { \"job_id\": \"");
        buf_json(&details, error->job_id);
        buf_puts(&details, "\" },\n");
    }
    buf_printf(&status, "%d", error->http);
    size_t code_at = escaped(&arena, code);
    size_t message_at = escaped(&arena, error->message ? error->message : usual->message);
    size_t system_at = system_message.failed ? code_at : escaped(&arena, system_message.bytes);
    out->failed = out->failed || arena.failed || system_message.failed || details.failed || status.failed;
    if (!out->failed) {
        const char *const values[26] = {
            ['c' - 'a'] = arena.bytes + code_at,
            ['m' - 'a'] = arena.bytes + message_at,
            ['s' - 'a'] = arena.bytes + system_at,
            ['t' - 'a'] = usual->type,
            ['n' - 'a'] = status.bytes,
            ['d' - 'a'] = details.bytes,
            ['i' - 'a'] = error->trace,
            ['a' - 'a'] = error->timestamp,
        };
        fill(out, error_template, values);
    }
    buf_free(&arena);
    buf_free(&system_message);
    buf_free(&details);
    buf_free(&status);
}

void body_html(struct buf *out, int http)
{
    const char *reason = usual_of(http)->reason;
    buf_printf(out,
               "<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%d %s</h1></center>\r\n"
               "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n",
               http, reason, http, reason);
}
