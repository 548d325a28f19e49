#!/usr/bin/env bats
# The simulator itself: what the other tests rely on.

bats_require_minimum_version 1.5.0

setup() {
    load sim
}

teardown() {
    sim_stop
}

# ask JOB [CURL OPTION]...
ask() {
    local job=$1
    shift
    curl -sS --max-time 300 -H 'X-API-Key: test-key' "$@" "$SIM_URL/v1/documents/jobs/$job"
}

# The HTTP status alone.
code_of() {
    ask "$@" -o "$BATS_TEST_TMPDIR/ignored" -w '%{http_code}'
}

# header NAME JOB: the value of one header.
header() {
    local name=$1
    shift
    ask "$@" -D - -o "$BATS_TEST_TMPDIR/ignored" | tr -d '\r' | sed -n "s/^$name: //Ip"
}

# member NAME JOB: the line of that member, without indent and comma.
member() {
    local name=$1
    shift
    ask "$@" | sed -n "s/^ *\"$name\": \(.*[^,]\),*\$/\1/p"
}

@test "the vendor's job gives the vendor's text" {
    sim_start
    cat >"$BATS_TEST_TMPDIR/expected" <<'TEXT'
{
  "success": true,
  "job_id": "job_abc123def456",
  "status": "completed",
  "extracted_data": {
    "invoice_number": "INV-2024-001",
    "date": "2024-12-16",
    "total_amount": 1250.00,
    "vendor_name": "Acme Corporation",
    "line_items": [
      { "description": "Widget A", "quantity": 10, "price": 50.00 }
    ]
  },
  "confidence": 0.95,
  "processing_time": 2.3,
  "cost_chf": 0.015,
  "model_used": "gpt-4o",
  "created_at": "2024-12-16T10:30:00Z",
  "completed_at": "2024-12-16T10:30:02Z"
}
TEXT
    ask job_abc123def456 -w '\n' | diff - "$BATS_TEST_TMPDIR/expected"
}

@test "pending, processing and failed are the vendor's texts" {
    sim_start - <<'SCENARIO'
on * first=1 status=pending
on * first=2 status=processing
default status=failed
SCENARIO
    cat >"$BATS_TEST_TMPDIR/pending" <<'TEXT'
{
  "success": true,
  "job_id": "job_abc123def456",
  "status": "pending",
  "extracted_data": null,
  "confidence": null,
  "processing_time": null,
  "cost_chf": null,
  "model_used": null,
  "created_at": "2024-12-16T10:30:00Z",
  "completed_at": null
}
TEXT
    cat >"$BATS_TEST_TMPDIR/failed" <<'TEXT'
{
  "success": true,
  "job_id": "job_abc123def456",
  "status": "failed",
  "extracted_data": null,
  "confidence": null,
  "processing_time": 1.5,
  "cost_chf": 0.0,
  "model_used": null,
  "error_message": "Document is corrupted or unreadable",
  "created_at": "2024-12-16T10:30:00Z",
  "completed_at": "2024-12-16T10:30:01Z"
}
TEXT
    sed 's/"pending"/"processing"/; s/"model_used": null/"model_used": "gpt-4o"/' "$BATS_TEST_TMPDIR/pending" \
        >"$BATS_TEST_TMPDIR/processing"
    for status in pending processing failed; do
        ask job_abc123def456 -w '\n' | diff - "$BATS_TEST_TMPDIR/$status"
    done
}

@test "404 and 401 are the vendor's texts" {
    sim_start
    cat >"$BATS_TEST_TMPDIR/404" <<'TEXT'
{
  "success": false,
  "error": {
    "code": "JOB_NOT_FOUND",
    "message": "The requested job was not found.",
    "system_message": "Job ID does not exist: job_invalid123",
    "type": "not_found_error",
    "status": 404,
    "details": { "job_id": "job_invalid123" },
    "trace_id": "trace_xyz789",
    "timestamp": "2024-12-16T10:30:00Z"
  }
}404
TEXT
    cat >"$BATS_TEST_TMPDIR/401" <<'TEXT'
{
  "success": false,
  "error": {
    "code": "UNAUTHORIZED",
    "message": "Authentication required. Please provide a valid API key.",
    "system_message": "Missing or invalid authorization header",
    "type": "authentication_error",
    "status": 401,
    "trace_id": "trace_abc123",
    "timestamp": "2024-12-16T10:30:00Z"
  }
}401
TEXT
    ask job_invalid123 -w '%{http_code}\n' | diff - "$BATS_TEST_TMPDIR/404"
    curl -sS -w '%{http_code}\n' "$SIM_URL/v1/documents/jobs/job_1" | diff - "$BATS_TEST_TMPDIR/401"
}

@test "answers carry the documented headers" {
    sim_start
    [ "$(header freddy-api-version job_1)" = 2025-01-01 ]
    [ "$(header content-type job_1)" = application/json ]
    [ -n "$(header aitronos-organization job_1)" ]
    [ -n "$(header date job_1)" ]
    [[ $(header freddy-processing-ms job_1) =~ ^[0-9]+$ ]]
    [[ $(header x-request-id job_1) =~ ^req_[0-9a-f]{16}$ ]]
    [ "$(header x-request-id job_1)" != "$(header x-request-id job_1)" ]
    [ -z "$(header connection job_1)" ]
    [ -z "$(header x-ratelimit-limit job_1)" ]
}

@test "the key is taken from each of the three headers" {
    sim_start
    local url=$SIM_URL/v1/documents/jobs/job_1
    curl -sSf -o "$BATS_TEST_TMPDIR/ignored" -H 'X-API-Key: k' "$url"
    curl -sSf -o "$BATS_TEST_TMPDIR/ignored" -H 'api-key: k' "$url"
    curl -sSf -o "$BATS_TEST_TMPDIR/ignored" -H 'Authorization: Bearer k' "$url"
    run -22 curl -sSf -H 'X-API-Key: wrong-key' "$url"
    run -22 curl -sSf -H 'Authorization: Basic k' "$url"
    run -22 curl -sSf -H 'X-API-Key;' "$url"
    run -22 curl -sSf "$url"
    cut -f 5,6 "$SIM_LOG" | diff - <(printf '%s\t%s\n' 200 ok:x-api-key 200 ok:api-key 200 ok:authorization \
        401 bad:x-api-key 401 bad:authorization 401 bad:x-api-key 401 none)
}

@test "key: only the named keys are right" {
    sim_start - <<'SCENARIO'
key wrong-but-right
key "with blank"
SCENARIO
    [ "$(code_of job_1)" = 401 ]
    [ "$(code_of job_1 -H 'X-API-Key: wrong-but-right')" = 401 ] # two headers: the first counts
    curl -sSf -o "$BATS_TEST_TMPDIR/ignored" -H 'X-API-Key: wrong-but-right' "$SIM_URL/v1/documents/jobs/job_1"
    curl -sSf -o "$BATS_TEST_TMPDIR/ignored" -H 'X-API-Key: with blank' "$SIM_URL/v1/documents/jobs/job_1"
}

@test "other paths and methods are refused with envelopes" {
    sim_start
    for path in / /v1/documents/jobs/ /v1/documents/jobs/job_1/ /v1/documents/jobs/job_1/x /v2/documents/jobs/job_1; do
        run -0 curl -sS -w '%{http_code}' -H 'X-API-Key: k' "$SIM_URL$path"
        [[ $output == *'"code": "ROUTE_NOT_FOUND"'*404 ]]
        [[ $output != *details* ]]
    done
    for method in POST PUT DELETE; do
        run -0 curl -sS -D - -X "$method" -d body -H 'X-API-Key: k' "$SIM_URL/v1/documents/jobs/job_1"
        [[ $output == *' 405 '*'Allow: GET'*'"code": "METHOD_NOT_ALLOWED"'* ]]
    done
}

@test "resolved jobs have the same answers in every run" {
    local jobs='job_[100-399]'
    sim_start
    ask "$jobs" -D "$BATS_TEST_TMPDIR/heads" >"$BATS_TEST_TMPDIR/first"
    sim_stop
    sim_start
    ask "$jobs" -D "$BATS_TEST_TMPDIR/heads.again" >"$BATS_TEST_TMPDIR/second"
    cmp "$BATS_TEST_TMPDIR/first" "$BATS_TEST_TMPDIR/second"
    diff <(grep -vi '^date' "$BATS_TEST_TMPDIR/heads") <(grep -vi '^date' "$BATS_TEST_TMPDIR/heads.again")
}

@test "without a scenario the jobs meet the documented fates" {
    sim_start
    ask 'job_[1-4000]' >"$BATS_TEST_TMPDIR/all"
    count() { grep -c "$1" "$BATS_TEST_TMPDIR/all"; }
    local completed failed lost pending processing
    completed=$(count '"status": "completed"') failed=$(count '"status": "failed"') lost=$(count JOB_NOT_FOUND)
    pending=$(count '"status": "pending"') processing=$(count '"status": "processing"')
    echo "completed $completed failed $failed lost $lost pending $pending processing $processing"
    [ $((completed + failed + lost + pending + processing)) -eq 4000 ]
    # The first asks alone count here, so this depends on the IDs only.
    [ "$completed" -gt 3300 ] && [ "$completed" -lt 3550 ]
    [ "$failed" -gt 180 ] && [ "$failed" -lt 280 ]
    [ "$lost" -gt 50 ] && [ "$lost" -lt 110 ]
    [ "$pending" -gt 140 ] && [ "$pending" -lt 240 ]
    [ "$processing" -gt 50 ] && [ "$processing" -lt 110 ]
}

@test "made-up answers are JSON, and their totals add up" {
    sim_start
    ask 'job_[1-500]' -o "$BATS_TEST_TMPDIR/job_#1.json"
    run -0 sqlite3 :memory: "
        CREATE TABLE a AS SELECT CAST(readfile('$BATS_TEST_TMPDIR/job_' || value || '.json') AS TEXT) AS body
            FROM generate_series(1, 500);
        SELECT count(*) FROM a WHERE NOT json_valid(body);
        CREATE TABLE c AS SELECT * FROM a WHERE body ->> 'status' = 'completed';
        SELECT count(*) > 400 FROM c;
        SELECT count(*) FROM c WHERE abs(body ->> '\$.extracted_data.total_amount' - (
            SELECT sum((i.value ->> 'quantity') * (i.value ->> 'price'))
            FROM json_each(body, '\$.extracted_data.line_items') AS i)) > 0.001;
        SELECT count(*) FROM c WHERE (body -> 'cost_chf') NOT BETWEEN '0.004' AND '0.030'
            OR (body -> 'confidence') NOT BETWEEN '0.50' AND '0.99' OR body ->> 'completed_at' < body ->> 'created_at';
        SELECT group_concat(DISTINCT body ->> 'model_used') FROM (SELECT * FROM c ORDER BY body ->> 'model_used');"
    [ "${lines[0]}" = 0 ]
    [ "${lines[1]}" = 1 ]
    [ "${lines[2]}" = 0 ]
    [ "${lines[3]}" = 0 ]
    [ "${lines[4]}" = ftg-3.0,gpt-4o,gpt-4o-mini ]
}

@test "life: pending, processing, then the status" {
    sim_start - <<'SCENARIO'
on job_old life=3600 status=failed
default life=0.4 status=failed
SCENARIO
    [ "$(member status job_old)" = '"pending"' ]
    local seen='' status
    for _ in {1..3000}; do
        status=$(member status job_young)
        [[ $seen == *"$status" ]] || seen+=$status
        [ "$status" != '"failed"' ] || break
    done
    [[ $seen =~ ^'"pending"'('"processing"')?'"failed"'$ ]]
    [ "$(member status job_old)" = '"pending"' ]
}

@test "first and after count the asks of each job" {
    sim_start - <<'SCENARIO'
on job_a* first=2 http=503
on job_a* after=3 http=410
default status=completed
SCENARIO
    for code in 503 503 200 410 410; do
        [ "$(code_of job_a1)" = $code ]
    done
    [ "$(code_of job_a2)" = 503 ]
    [ "$(code_of job_b)" = 200 ]
}

@test "refused requests are no asks" {
    sim_start - <<'SCENARIO'
on * first=1 status=pending
default status=completed
SCENARIO
    curl -sS -o "$BATS_TEST_TMPDIR/ignored" "$SIM_URL/v1/documents/jobs/job_1"
    [ "$(member status job_1)" = '"pending"' ]
    [ "$(member status job_1)" = '"completed"' ]
}

@test "many jobs are remembered" {
    sim_start --threads 2 - <<'SCENARIO'
on * first=1 status=pending
default status=completed
SCENARIO
    [ "$(ask 'job_[1-9000]' | grep -c '"status": "pending"')" = 9000 ]
    [ "$(ask 'job_[1-9000]' | grep -c '"status": "completed"')" = 9000 ]
    [ "$(sim_requests)" = 18000 ]
    [ "$(sim_requests job_7)" = 2 ]
}

@test "the first line that fits wins, and the default takes the rest" {
    sim_start - <<'SCENARIO'
# comment
on job_a,job_b?   http=500   # trailing comment
	on job_b* http=502

default http=503
SCENARIO
    [ "$(code_of job_a)" = 500 ]
    [ "$(code_of job_bx)" = 500 ]
    [ "$(code_of job_b)" = 502 ]
    [ "$(code_of job_bxy)" = 502 ]
    [ "$(code_of job_c)" = 503 ]
}

@test "every member of a job can be set" {
    sim_start - <<'SCENARIO'
on job_1 status=archived cost=0.0150 time=2.50 confidence={"overall":0.9} model="a \"b\" \\ c" created=2025-01-01T00:00:00+01:00 completed=never data={"total":1,"tags":["x"]}
on job_2 status=completed model=null cost=null time=null confidence=null created=null completed=null data=null
on job_3 message="Page \"2\" is missing"
SCENARIO
    diff - <(ask job_1 -w '\n') <<'TEXT'
{
  "success": true,
  "job_id": "job_1",
  "status": "archived",
  "extracted_data": {"total":1,"tags":["x"]},
  "confidence": {"overall":0.9},
  "processing_time": 2.50,
  "cost_chf": 0.0150,
  "model_used": "a \"b\" \\ c",
  "created_at": "2025-01-01T00:00:00+01:00",
  "completed_at": "never"
}
TEXT
    [ "$(ask job_2 | grep -c ': null,*$')" = 7 ]
    [ "$(member status job_3)" = '"failed"' ]
    [ "$(member error_message job_3)" = '"Page \"2\" is missing"' ]
}

@test "a line that only says how to send keeps the job's fate" {
    sim_start - <<'SCENARIO'
default header=X-Test:1
SCENARIO
    [ "$(code_of job_invalid123)" = 404 ]
    [ "$(member status job_abc123def456)" = '"completed"' ]
}

@test "data, body and text come from files and words" {
    printf '{"from": "file"}' >"$BATS_TEST_TMPDIR/data.json"
    printf '%%ID%%\0\xff%%ID%%%%ID' >"$BATS_TEST_TMPDIR/body"
    cat >"$BATS_TEST_TMPDIR/scenario" <<'SCENARIO'
on job_1 data=@data.json
on job_2 body=body http=201
on job_3 text="{\"id\": \"%ID%\"}"
on job_4 text=
SCENARIO
    sim_start "$BATS_TEST_TMPDIR/scenario"
    [ "$(member extracted_data job_1)" = '{"from": "file"}' ]
    ask job_2 | cmp - <(printf 'job_2\0\xffjob_2%%ID')
    [ "$(code_of job_2)" = 201 ]
    [ "$(ask job_3)" = '{"id": "job_3"}' ]
    [ -z "$(ask job_4)" ]
}

@test "http, code, message and noenvelope" {
    sim_start - <<'SCENARIO'
on job_403 http=403
on job_422 http=422 code=BAD_ID message="No \"such\" ID"
on job_404 http=404
on job_4040 http=404 code=OTHER
on job_502 noenvelope
on job_503 http=503 noenvelope retry-after=7
on job_202 http=202 status=pending
SCENARIO
    run -0 ask job_403 -w '%{http_code}'
    [[ $output == *'"code": "ACCESS_DENIED"'*'"status": 403'*403 ]]
    run -0 ask job_422
    [[ $output == *'"code": "BAD_ID"'*'"message": "No \"such\" ID"'* ]]
    run -0 ask job_404
    [[ $output == *JOB_NOT_FOUND*'{ "job_id": "job_404" }'* ]]
    run -0 ask job_4040
    [[ $output == *OTHER* && $output != *details* ]]
    run -0 ask job_502 -w '%{http_code} %{content_type}'
    [[ $output == '<html>'*'502 Bad Gateway'*'502 text/html' ]]
    [ "$(header retry-after job_503)" = 7 ]
    [ "$(code_of job_503)" = 503 ]
    [ "$(code_of job_202)" = 202 ]
    [ "$(member status job_202)" = '"pending"' ]
}

@test "headers can be added and replaced" {
    local long
    long=$(printf 'x%.0s' {1..60000})
    sim_start - <<SCENARIO
on job_1 header=X-One:1 header="X-Two: a b" header=content-type:text/plain requestid=req_mine header="Date: Mon, 01 Jan 2024 00:00:00 GMT"
on job_2 requestid=""
on job_3 header=X-Long:$long
SCENARIO
    [ "$(header X-One job_1)" = 1 ]
    [ "$(header X-Two job_1)" = 'a b' ]
    [ "$(header content-type job_1)" = text/plain ]
    [ "$(header x-request-id job_1)" = req_mine ]
    [ "$(header date job_1)" = 'Mon, 01 Jan 2024 00:00:00 GMT' ]
    [ -z "$(header x-request-id job_2)" ]
    [ "$(header X-Long job_3)" = "$long" ]
}

@test "reset: the connection is reset without an answer" {
    sim_start - <<'SCENARIO'
on job_1 reset
on job_2 reset latency=50
SCENARIO
    run -56 ask job_1
    [[ $output == *reset* ]]
    run -56 ask job_2
    [[ $output == *reset* ]]
    [ "$(cut -f 5 "$SIM_LOG")" = $'0\n0' ]
    [ "$(code_of job_abc123def456)" = 200 ]
}

@test "truncate: less comes than was promised" {
    sim_start - <<'SCENARIO'
on job_1 text=0123456789 truncate=4
on job_2 text=0123456789 truncate=0
on job_3 text=0123456789 truncate=4 chunked
on job_4 text=0123456789 truncate=10
SCENARIO
    run -18 ask job_1 -o "$BATS_TEST_TMPDIR/out" -D "$BATS_TEST_TMPDIR/head"
    [ "$(<"$BATS_TEST_TMPDIR/out")" = 0123 ]
    grep -qi '^content-length: 10' "$BATS_TEST_TMPDIR/head"
    run -18 ask job_2
    run -18 ask job_3 -o "$BATS_TEST_TMPDIR/out"
    [ "$(<"$BATS_TEST_TMPDIR/out")" = 0123 ]
    [ "$(ask job_4)" = 0123456789 ]
}

@test "garbage, redirect and echokey" {
    sim_start - <<'SCENARIO'
on job_1 garbage
on job_2 redirect=https://elsewhere.example/jobs?a=b
on job_3 echokey
on job_4 echokey http=403
on job_5 redirect=/login http=307
SCENARIO
    [ "$(code_of job_1)" = 200 ]
    ask job_1 -o "$BATS_TEST_TMPDIR/out"
    [ "$(sqlite3 :memory: "SELECT json_valid(CAST(readfile('$BATS_TEST_TMPDIR/out') AS TEXT))")" != 1 ]
    [ "$(code_of job_2)" = 302 ]
    [ "$(header location job_2)" = 'https://elsewhere.example/jobs?a=b' ]
    run -0 ask job_3
    [[ $output == *'"status": "completed"'* && $output == *test-key* ]]
    run -0 ask job_4
    [[ $output == *ACCESS_DENIED* && $output == *test-key* ]]
    [ "$(code_of job_5)" = 307 ]
}

@test "gzip, chunked and pad" {
    sim_start - <<'SCENARIO'
on job_1 text=plain gzip
on job_2 text=plain chunked
on job_3 text=plain gzip chunked
on job_4 text={} pad=1000000
on job_5 text={} pad=20000000 gzip
on job_6 text=0123456789 pad=3
SCENARIO
    [ "$(header content-encoding job_1)" = gzip ]
    [ "$(ask job_1 | gzip -dc)" = plain ]
    [ "$(header transfer-encoding job_2)" = chunked ]
    [ "$(ask job_2)" = plain ]
    [ "$(ask job_3 --compressed)" = plain ]
    [ "$(ask job_4 | wc -c)" = 1000000 ]
    [ "$(ask job_4 | tr -d ' ')" = '{}' ]
    [ "$(ask job_5 --compressed | wc -c)" = 20000000 ]
    [ "$(ask job_5 | wc -c)" -lt 100000 ]
    [ "$(ask job_6)" = 0123456789 ]
}

@test "latency holds back one connection and no other" {
    sim_start - <<'SCENARIO'
latency 150
on job_slow text=slow latency=3000000
on job_fast text=fast latency=0
on job_usual text=usual
SCENARIO
    ask job_slow >"$BATS_TEST_TMPDIR/slow" 3>&- &
    local slow=$!
    until [ "$(sim_requests job_slow)" = 1 ]; do sleep 0.02; done
    [ "$(ask job_fast)" = fast ]
    run -0 ask job_usual -o "$BATS_TEST_TMPDIR/ignored" -w '%{time_total}'
    awk -v t="$output" 'BEGIN { exit !(t >= 0.15) }'
    kill -0 "$slow"
    [ ! -s "$BATS_TEST_TMPDIR/slow" ]
    # The end waits for nobody.
    sim_stop
    wait "$slow" || true
}

@test "latency holds for refused requests too" {
    sim_start - <<'SCENARIO'
latency 150
SCENARIO
    run -0 curl -sS -o "$BATS_TEST_TMPDIR/ignored" -w '%{http_code} %{time_total}' "$SIM_URL/"
    awk -v answer="$output" 'BEGIN { split(answer, a, " "); exit !(a[1] == 404 && a[2] >= 0.15) }'
}

@test "rate: a bucket of tokens" {
    sim_start - <<'SCENARIO'
rate 2/h burst=3
SCENARIO
    for code in 200 200 200 429 429; do
        [ "$(code_of job_abc123def456)" = $code ]
    done
    # None is spent on a wrong key or path.
    curl -sS -o "$BATS_TEST_TMPDIR/ignored" "$SIM_URL/v1/documents/jobs/job_1"
    run -0 ask job_1 -D -
    [[ $output == *' 429 '*RATE_LIMIT_EXCEEDED* ]]
    local wait
    wait=$(header retry-after job_1)
    [ "$wait" -gt 0 ] && [ "$wait" -le 1800 ]
    [ "$(header x-ratelimit-retry-after job_1)" -gt 0 ]
    [ "$(header x-ratelimit-remaining job_1)" = 0 ]
}

@test "rate: spent tokens come back" {
    sim_start - <<'SCENARIO'
rate 20/s burst=1 spent=1000
SCENARIO
    for _ in {1..1000}; do
        [ "$(code_of job_abc123def456)" != 200 ] || return 0
    done
    false
}

@test "rate: a fixed window, some of it spent" {
    sim_start - <<'SCENARIO'
rate 3/h window spent=1
headers x reset=delta
SCENARIO
    [ "$(code_of job_abc123def456)" = 200 ]
    [ "$(header x-ratelimit-remaining job_abc123def456)" = 0 ]
    [ "$(code_of job_abc123def456)" = 429 ]
    local reset
    reset=$(header x-ratelimit-reset job_1)
    [ "$reset" -gt 1 ] && [ "$reset" -le 3600 ]
}

@test "rate: a window that is over gives all back" {
    sim_start - <<'SCENARIO'
rate 1/s window spent=1
SCENARIO
    for _ in {1..3000}; do
        [ "$(code_of job_abc123def456)" != 200 ] || return 0
    done
    false
}

@test "headers: every family and way to state the reset" {
    local scenario=$BATS_TEST_TMPDIR/scenario
    check() { # DIRECTIVE HEADER PATTERN
        printf 'rate 100/min window\n%s\n' "$1" >"$scenario"
        sim_start "$scenario"
        run -0 header "$2" job_abc123def456
        echo "$1: $2: $output"
        [[ $output =~ $3 ]]
        sim_stop
    }
    check '' x-ratelimit-limit '^100$'
    check '' x-ratelimit-remaining '^99$'
    check '' x-ratelimit-reset '^[0-9]{10}$'
    check '' x-ratelimit-retry-after '^0$'
    check '' x-ratelimit-limit-requests '^$'
    check 'headers requests' x-ratelimit-limit-requests '^100$'
    check 'headers requests' x-ratelimit-reset-requests '^(1m)?[0-9]+s$'
    check 'headers requests' x-ratelimit-limit '^$'
    check 'headers both' x-ratelimit-remaining-requests '^99$'
    check 'headers both' x-ratelimit-remaining '^99$'
    check 'headers draft' RateLimit-Limit '^100$'
    check 'headers draft' RateLimit-Reset '^[0-9]{1,2}$'
    check 'headers draft reset=epoch' RateLimit-Reset '^[0-9]{10}$'
    check 'headers x reset=duration' x-ratelimit-reset '^(1m)?[0-9]+s$'
    check 'headers none' x-ratelimit-limit '^$'
}

@test "the reset is stated as a duration of hours and minutes" {
    sim_start - <<'SCENARIO'
rate 2/h burst=10 spent=9
headers requests
SCENARIO
    # 10 tokens at 2 an hour.
    [[ $(header x-ratelimit-reset-requests job_abc123def456) =~ ^(5h0m0s|4h59m[0-9]+s)$ ]]
}

@test "a wrong scenario is named by file, line and word" {
    local scenario=$BATS_TEST_TMPDIR/bad
    check() { # LINE WORD
        printf '# comment\n%s\n' "$1" >"$scenario"
        run -2 "$SIM_BIN" --scenario "$scenario"
        echo "$1 -> $output"
        [[ $output == "freddysim: $scenario:2: "*"$2"* ]]
        [ "${#lines[@]}" -eq 1 ]
    }
    check 'onn job_1 reset' onn
    check 'on job_1' on
    check 'on job_1, reset' job_1,
    check 'on job_1 rest' rest
    check 'on job_1 reset=1' reset=1
    check 'on job_1 http' http
    check 'on job_1 http=99' http=99
    check 'on job_1 http=600' http=600
    check 'on job_1 latency=-1' latency=-1
    check 'on job_1 life=1.2345' life=1.2345
    check 'on job_1 code=X' code
    check 'on job_1 body=missing-file' missing-file
    check 'on job_1 data=@missing-file' missing-file
    check 'on job_1 header=X-Empty:' header=X-Empty:
    check 'on job_1 header=Content-Length:1' Content-Length
    check 'on job_1 text="open' text=
    check 'on job_1 text="a"b' text=
    check 'default first=1 reset' default
    check 'rate 10' 10
    check 'rate 0/s' 0/s
    check 'rate 10/d' 10/d
    check 'rate 10/s brust=3' brust=3
    check 'headers y' y
    check 'headers x reset=never' reset=never
    check 'latency slow' slow
    check 'key' key
    run -2 "$SIM_BIN" --scenario "$BATS_TEST_TMPDIR/none"
    [[ $output == *"$BATS_TEST_TMPDIR/none: No such file"* ]]
}

@test "wrong options end with status 2" {
    run -2 "$SIM_BIN" --nonsense
    run -2 "$SIM_BIN" --port 65536
    run -2 "$SIM_BIN" --threads 0
    run -2 "$SIM_BIN" stray
    run -2 "$SIM_BIN" --cert only.pem
    run -0 "$SIM_BIN" --help
    [[ $output == Usage:* ]]
}

@test "a port that is taken, and an address that is none" {
    sim_start
    run -1 "$SIM_BIN" --port "$SIM_PORT"
    [[ $output == *"$SIM_PORT"* ]]
    run -1 "$SIM_BIN" --bind localhost
    [[ $output == *localhost* ]]
}

@test "it can be started again on the same port" {
    sim_start
    local port=$SIM_PORT
    ask job_1 >"$BATS_TEST_TMPDIR/ignored"
    sim_stop
    sim_start --port "$port"
    [ "$SIM_PORT" = "$port" ]
    ask job_1 >"$BATS_TEST_TMPDIR/ignored"
}

@test "SIGINT and SIGTERM end it with status 0" {
    for signal in INT TERM; do
        sim_start
        kill -"$signal" "$SIM_PID"
        wait "$SIM_PID"
        SIM_PID=
    done
}

@test "https with a certificate of its own" {
    sim_start --https - <<'SCENARIO'
on job_1 text=0123456789 truncate=4
on job_2 reset
on job_3 text=late latency=50
SCENARIO
    [[ $SIM_URL == https://127.0.0.1:* ]]
    [ "$(code_of job_abc123def456 --cacert "$SIM_CERT")" = 200 ]
    run -0 curl -sS --cacert "$SIM_CERT" -o "$BATS_TEST_TMPDIR/ignored" "https://localhost:$SIM_PORT/"
    run -60 ask job_abc123def456
    run ! ask job_1 --cacert "$SIM_CERT" -o "$BATS_TEST_TMPDIR/out"
    [ "$(<"$BATS_TEST_TMPDIR/out")" = 0123 ]
    run ! ask job_2 --cacert "$SIM_CERT"
    [ "$(ask job_3 --cacert "$SIM_CERT")" = late ]
}

@test "the log holds path and connection as they were" {
    sim_start
    local base=$SIM_URL/v1/documents/jobs
    curl -sS -o /dev/null -o /dev/null -H 'X-API-Key: k' "$base/job_1" "$base/job%5F2?x=%20y"
    ask job_3 >"$BATS_TEST_TMPDIR/ignored"
    cut -f 1,3-7 "$SIM_LOG" | diff - <(
        printf '%s\t%s\t%s\t%s\t%s\t%s\n' \
            1 GET /v1/documents/jobs/job_1 200 ok:x-api-key 1 \
            2 GET '/v1/documents/jobs/job%5F2?x=%20y' 200 ok:x-api-key 1 \
            3 GET /v1/documents/jobs/job_3 200 ok:x-api-key 2
    )
    awk -F '\t' '$2 !~ /^[0-9]+$/ || $2 < last { exit 1 } { last = $2 }' "$SIM_LOG"
}

@test "the ID is read percent-decoded and written as JSON" {
    sim_start - <<'SCENARIO'
default status=completed data=null
SCENARIO
    [ "$(member job_id 'job%5F1')" = '"job_1"' ]
    [ "$(member job_id 'a%22b%5C%0A')" = '"a\"b\\\u000a"' ]
}
