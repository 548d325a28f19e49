#include "plan.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "body.h"
#include "clock.h"
#include "facts.h"

#define ROUTE "/v1/documents/jobs/"
#define WRONG_KEY "wrong" /* how keys begin that are refused where the scenario names none */

/* The 401 of the vendor's page. */
#define VENDOR_TRACE "trace_abc123"
#define VENDOR_TIME "2024-12-16T10:30:00Z"

static const char json_type[] = "application/json";
static const char garbage[] = "\x89\x00\xff{{{ this is not JSON \xc3";

static const struct error_body no_route = {
    .http = 404,
    .code = "ROUTE_NOT_FOUND",
    .message = "The requested route was not found.",
    .system_message = "No such route",
};

/* For answers that no line of the scenario has a say in. */
static const struct rule no_rule = {.latency_ms = UNSET, .truncate = UNSET, .life_ms = UNSET};

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The ID in the path, percent-decoded; false where the path is another one. */
static bool read_route(const char *path, struct buf *id)
{
    const size_t n = sizeof ROUTE - 1;
    if (strncmp(path, ROUTE, n) != 0)
        return false;
    for (const char *at = path + n; *at && *at != '?'; at++) {
        char c = *at;
        if (c == '/')
            return false;
        int high = c == '%' ? hex_value(at[1]) : -1;
        int low = high >= 0 ? hex_value(at[2]) : -1;
        if (low >= 0 && (high || low)) {
            c = (char)(high << 4 | low);
            at += 2;
        }
        buf_add(id, &c, 1);
    }
    return id->len > 0;
}

static enum auth judge_key(const struct scenario *scenario, const char *key)
{
    if (!key)
        return AUTH_NONE;
    for (size_t i = 0; i < scenario->keys.n; i++)
        if (strcmp(key, scenario->keys.items[i]) == 0)
            return AUTH_OK;
    if (scenario->keys.n > 0 || !*key || strncmp(key, WRONG_KEY, sizeof WRONG_KEY - 1) == 0)
        return AUTH_BAD;
    return AUTH_OK;
}

static void name_request(struct plan *plan, uint64_t hash)
{
    snprintf(plan->request_id, sizeof plan->request_id, "req_%016" PRIx64, hash);
    plan->processing_ms = 5 + (unsigned)(hash % 76);
}

/* An answer that speaks of the request, not of a job. */
static void refuse(struct plan *plan, const struct ask *ask, const struct error_body *error)
{
    struct error_body body = *error;
    char trace[REQUEST_ID_SIZE];
    uint64_t hash = hash_mix(fnv1a(ask->path), ask->number);
    snprintf(trace, sizeof trace, "trace_%012" PRIx64, hash >> 16);
    body.trace = error->trace ? error->trace : trace;
    body.timestamp = VENDOR_TIME;
    plan->http = error->http;
    name_request(plan, hash);
    body_error(&plan->body, &body);
}

/* The file's or the line's text, with every %ID% replaced. */
static void insert_id(struct buf *out, const struct buf *text, const char *id)
{
    static const char mark[] = "%ID%";
    const size_t mark_len = sizeof mark - 1;
    size_t start = 0;
    for (size_t i = 0; i + mark_len <= text->len;) {
        if (memcmp(text->bytes + i, mark, mark_len) != 0) {
            i++;
            continue;
        }
        buf_add(out, text->bytes + start, i - start);
        buf_puts(out, id);
        i += mark_len;
        start = i;
    }
    buf_add(out, text->len ? text->bytes + start : "", text->len - start);
}

/* One job that is asked for. */
struct subject {
    const char *id;
    struct facts facts;
    struct job_seen seen;
    const char *key;
};

static void plan_error(struct plan *plan, const struct subject *subject, int http)
{
    const struct rule *rule = plan->rule;
    plan->http = http;
    if (rule->no_envelope) {
        plan->type = "text/html";
        body_html(&plan->body, http);
        return;
    }
    struct buf system_message = {0};
    if (rule->echo_key)
        buf_printf(&system_message, "Request was sent with key %s", subject->key);
    const struct error_body error = {
        .http = http,
        .code = rule->code,
        .message = rule->message,
        .job_id = subject->id,
        .system_message = system_message.bytes,
        .trace = subject->facts.trace,
        .timestamp = subject->facts.created,
    };
    body_error(&plan->body, &error);
    plan->body.failed = plan->body.failed || system_message.failed;
    buf_free(&system_message);
}

/* The status word as JSON; NULL: the job is not to be found. */
static const char *status_now(const struct rule *rule, const struct subject *subject)
{
    static const char *const words[] = {"\"completed\"", "\"failed\"", NULL, "\"processing\""};
    const char *end = rule->status;
    int64_t life_ns = rule->life_ms * NS_PER_MS;
    if (!end && rule->message)
        end = words[FATE_FAILED];
    if (!end && rule_describes_job(rule))
        end = words[FATE_COMPLETED];
    if (!end)
        end = words[subject->facts.fate];
    if (rule->life_ms == UNSET)
        life_ns = rule->status ? 0 : subject->facts.life_ns;
    if (subject->seen.age_ns >= life_ns)
        return end;
    return subject->seen.age_ns < life_ns / 2 ? "\"pending\"" : "\"processing\"";
}

static const char *either(const char *given, const char *usual)
{
    return given ? given : usual;
}

/* quoted has room for the strings of facts as JSON, which need no escapes. */
struct quoted {
    char model[32];
    char created[32];
    char completed[32];
};

static const char *quote(char out[static 32], const char *text)
{
    snprintf(out, 32, "\"%.29s\"", text);
    return out;
}

static void write_data(struct buf *out, const struct rule *rule, const struct subject *subject)
{
    if (rule->echo_key) {
        buf_puts(out, "{ \"authorization\": \"");
        buf_json(out, subject->key);
        buf_puts(out, "\" }");
    } else if (rule->data) {
        buf_puts(out, rule->data);
    } else {
        facts_invoice(subject->id, &subject->facts, out);
    }
}

static void plan_job(struct plan *plan, const struct subject *subject, const char *status)
{
    const struct rule *rule = plan->rule;
    const struct facts *facts = &subject->facts;
    bool completed = strcmp(status, "\"completed\"") == 0;
    bool failed = strcmp(status, "\"failed\"") == 0;
    bool has_model = completed || strcmp(status, "\"processing\"") == 0;
    struct quoted quoted;
    struct buf id = {0};
    struct buf data = {0};
    struct buf message = {0};
    buf_puts(&id, "\"");
    buf_json(&id, subject->id);
    buf_puts(&id, "\"");
    buf_puts(&message, "\"");
    buf_json(&message, rule->message ? rule->message : facts->error_message);
    buf_puts(&message, "\"");
    if (completed || rule->data || rule->echo_key)
        write_data(&data, rule, subject);
    else
        buf_puts(&data, "null");
    plan->body.failed = id.failed || data.failed || message.failed;
    if (!plan->body.failed) {
        const char *end = failed ? facts->failed : facts->completed;
        const struct job_body job = {
            .id = id.bytes,
            .status = status,
            .data = data.bytes,
            .confidence = either(rule->confidence, completed ? facts->confidence : "null"),
            .time = either(rule->time, completed ? facts->time
                                       : failed  ? facts->failed_time
                                                 : "null"),
            .cost = either(rule->cost, completed ? facts->cost
                                       : failed  ? facts->failed_cost
                                                 : "null"),
            .model = either(rule->model, has_model ? quote(quoted.model, facts->model) : "null"),
            .message = failed ? message.bytes : NULL,
            .created = either(rule->created, quote(quoted.created, facts->created)),
            .completed = either(rule->completed, completed || failed ? quote(quoted.completed, end) : "null"),
        };
        body_job(&plan->body, &job);
    }
    buf_free(&id);
    buf_free(&data);
    buf_free(&message);
}

static void plan_subject(struct plan *plan, const struct subject *subject)
{
    const struct rule *rule = plan->rule;
    const char *status = status_now(rule, subject);
    plan->http = rule->http ? (int)rule->http : 200;
    if (rule->reset) {
        plan->http = 0;
    } else if (rule->redirect) {
        plan->http = rule->http ? (int)rule->http : 302;
        plan->type = "text/html";
        body_html(&plan->body, plan->http);
    } else if (rule->garbage) {
        buf_add(&plan->body, garbage, sizeof garbage - 1);
    } else if (rule->has_body) {
        insert_id(&plan->body, &rule->body, subject->id);
    } else if (rule->http >= 400) {
        plan_error(plan, subject, (int)rule->http);
    } else if (!status) {
        plan_error(plan, subject, 404);
    } else {
        plan_job(plan, subject, status);
    }
}

static void pad_body(struct plan *plan)
{
    size_t size = (size_t)plan->rule->pad;
    if (plan->body.len >= size || !buf_reserve(&plan->body, size - plan->body.len))
        return;
    memset(plan->body.bytes + plan->body.len, ' ', size - plan->body.len);
    plan->body.len = size;
    plan->body.bytes[size] = '\0';
}

static void answer_job(struct sim *sim, const struct ask *ask, const char *id, struct plan *plan)
{
    struct subject subject = {.id = id, .key = ask->key};
    facts_of(id, &subject.facts);
    subject.seen = jobs_ask(sim->jobs, subject.facts.hash, ask->now_ns);
    plan->rule = scenario_rule(&sim->scenario, id, subject.seen.asks);
    if (plan->rule->latency_ms != UNSET)
        plan->latency_ms = plan->rule->latency_ms;
    name_request(plan, hash_mix(subject.facts.hash, subject.seen.asks));
    plan_subject(plan, &subject);
    pad_body(plan);
}

bool plan_make(struct sim *sim, const struct ask *ask, struct plan *plan)
{
    *plan = (struct plan){.type = json_type, .rule = &no_rule, .latency_ms = sim->scenario.latency_ms};
    plan->auth = judge_key(&sim->scenario, ask->key);
    struct buf id = {0};
    bool routed = read_route(ask->path, &id);
    bool allowed = routed && strcmp(ask->method, "GET") == 0 && plan->auth == AUTH_OK;
    plan->rate = allowed ? rate_take(&sim->rate, ask->now_ns) : rate_look(&sim->rate, ask->now_ns);
    if (!routed)
        refuse(plan, ask, &no_route);
    else if (strcmp(ask->method, "GET") != 0)
        refuse(plan, ask, &(struct error_body){.http = 405});
    else if (plan->auth != AUTH_OK)
        refuse(plan, ask, &(struct error_body){.http = 401, .trace = VENDOR_TRACE});
    else if (plan->rate.refused)
        refuse(plan, ask, &(struct error_body){.http = 429});
    else
        answer_job(sim, ask, id.bytes, plan);
    bool ok = !plan->body.failed && !id.failed;
    buf_free(&id);
    return ok;
}
