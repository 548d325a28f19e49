#!/usr/bin/env bats
# What an answer means: each row of the contract's table, over real HTTP.
load jobledger

# fetch_one SCENARIO-LINE [OPTION...]: a ledger with job_x, fetched once.
fetch_one() {
    local scenario=$1
    shift
    rm -f jobledger.db*
    sim_stop
    sim_start - <<< "$scenario"
    spell 'job_id\njob_x\n' > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url "$SIM_URL" "$@"
}

job() { # COLUMN,...: of job_x
    query "SELECT $1 FROM jobs WHERE job_id = 'job_x'"
}

anomalies() {
    query "SELECT field, problem, value FROM anomaly ORDER BY field"
}

@test "completed: every field, the answer byte for byte" {
    fetch_one 'on job_x status=completed model=gpt-4o cost=0.0150 time=2.30 confidence=0.95 created=2024-12-16T10:30:00Z completed=2024-12-16T10:30:02.5Z data={"total":1250.00} requestid=req_42'
    ok
    same "$(job 'status, model_used, processing_time, cost_chf, confidence, created_at, completed_at, http_status, polls, attempts')" \
        "completed|gpt-4o|2.30|0.015|0.95|2024-12-16T10:30:00Z|2024-12-16T10:30:02.5Z|200|1|0"
    same "$(query 'SELECT http_status, request_id FROM answer')" "200|req_42"
    curl -s -H "X-API-Key: test-key-0001" "$SIM_URL/v1/documents/jobs/job_x" > body
    query "SELECT writefile('archived', CAST(body AS BLOB)) FROM answer" > /dev/null
    cmp body archived
    same "$(query 'SELECT lower(hex(sha256)) FROM answer')" "$(sha256sum < body | cut -d' ' -f1)"
}

@test "failed: the API gives only a message" {
    fetch_one 'on job_x status=failed message="Document is corrupted or unreadable" time=1.5 cost=0.0'
    ok
    same "$(job 'status, error_code, error_message, cost_chf, resolved_at IS NULL')" \
        "failed|EXTRACTION_FAILED|Document is corrupted or unreadable|0.00|0"
}

@test "pending and processing stay open, and are asked again in the next run" {
    for word in pending processing; do
        fetch_one "on job_x status=$word"
        ok
        same "$(job 'status, error_code, resolved_at, polls')" "$word|||1"
        jl -q fetch --base-url "$SIM_URL"
        same "$(job 'polls')" 2
        same "$(query 'SELECT count(*), max(times_seen) FROM answer')" "1|2"
    done
}

@test "another status word: open, as processing, with an anomaly that names it" {
    fetch_one 'on job_x status=archived'
    ok
    same "$(job status)" processing
    same "$(anomalies)" "status|unknown_status|archived"
}

@test "404 JOB_NOT_FOUND is a verdict and archived" {
    fetch_one 'on job_x http=404'
    ok
    same "$(job 'status, error_code, http_status')" "not_found|JOB_NOT_FOUND|404"
    same "$(query 'SELECT http_status FROM answer')" 404
    jl -q fetch --base-url "$SIM_URL"
    same "$(sim_requests)" 1
}

@test "a 404 that does not speak of the job is no verdict" {
    fetch_one 'on job_x http=404 noenvelope' --retries 1
    ends 6
    same "$(job 'status, error_code, polls, attempts')" "new|HTTP_404|2|2"
    same "$(query 'SELECT count(*) FROM answer')" 0
    same "$(query 'SELECT http_status FROM useless_answer')" 404
    fetch_one 'on job_x http=404 code=ROUTE_NOT_FOUND text={"success":false,"error":{"code":"ROUTE_NOT_FOUND"}}' --retries 0
    same "$(job 'status, error_code')" "new|HTTP_404"
}

@test "other 4xx with the envelope: error, with its code" {
    for pair in 400:INVALID_REQUEST 403:ACCESS_DENIED 410:GONE 422:UNPROCESSABLE 451:LEGAL; do
        fetch_one "on job_x http=${pair%:*} code=${pair#*:} message=\"No way\""
        loose
        same "$(job 'status, error_code, error_message, http_status, polls')" \
            "error|${pair#*:}|No way|${pair%:*}|1"
        same "$(query 'SELECT count(*) FROM answer')" 1
    done
}

@test "4xx without the envelope: a proxy's page is no verdict" {
    fetch_one 'on job_x http=403 noenvelope' --retries 1
    ends 6
    same "$(job 'status, error_code, polls')" "new|HTTP_403|2"
}

@test "401 stops the run at once; no job changes" {
    sim_start - <<< 'key right-key-0001'
    ids 50 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url "$SIM_URL" -j 8
    ends 3
    one_line
    says "401"
    [ "$(sim_requests)" -le 8 ]
    same "$(query "SELECT count(*) FROM job WHERE status = 'new' AND error_code IS NULL")" 50
    same "$(query 'SELECT sum(polls) FROM job')" "$(sim_requests)"
    FREDDY_API_KEY=right-key-0001 jl -q fetch --base-url "$SIM_URL"
    [ "$status" -le 1 ]
}

@test "bad answers: retried, then the job keeps its status with BAD_RESPONSE" {
    for wrong in garbage 'text={"success":true,"job_id":"job_other","status":"completed"}' \
        'text={"success":true,"status":"completed"}' 'text={"success":true,"job_id":"job_x"}' \
        'text={"success":true,"job_id":"job_x","status":7}' 'text={"success":false,"job_id":"job_x","status":"completed"}' \
        'text=[1]' 'http=204 text=x' 'http=201 status=completed' echokey; do
        fetch_one "on job_x $wrong" --retries 1
        ends 6
        same "$(job 'status, error_code, polls')" "new|BAD_RESPONSE|2"
        same "$(query 'SELECT count(*) FROM answer')" 0
        same "$(query "SELECT error_message GLOB '*job_x*' OR error_message GLOB '*job_other*' FROM jobs")" 0
    done
}

@test "an answer that holds the key is never kept" {
    fetch_one 'on job_x echokey' --retries 0
    same "$(query 'SELECT count(*) FROM useless_answer')" 0
    ! grep -rq test-key-0001 .
}

@test "redirects are never followed" {
    fetch_one "on job_x redirect=http://127.0.0.1:1/stolen" --retries 0
    ends 6
    same "$(job 'status, error_code')" "new|REDIRECT"
    same "$(sim_requests)" 1
}

@test "5xx and their like are retried until they pass" {
    for code in 500 502 503 504 408 425; do
        fetch_one "on job_x first=2 http=$code retry-after=0
default status=completed model=m cost=1 time=1 data={\"a\":1}"
        ok
        same "$(job 'status, error_code, polls, attempts')" "completed||3|0"
        same "$(query 'SELECT requests, retries FROM run')" "3|2"
    done
}

@test "5xx to the end: the envelope's own code, else HTTP_503" {
    fetch_one 'on job_x http=503 code=OVERLOADED message="Try later"' --retries 1
    same "$(job 'status, error_code, error_message, http_status')" "new|OVERLOADED|Try later|503"
    fetch_one 'on job_x http=503 noenvelope' --retries 1
    same "$(job 'status, error_code, http_status')" "new|HTTP_503|503"
}

@test "Retry-After is obeyed" {
    fetch_one 'on job_x first=1 http=503 retry-after=2
default status=completed model=m cost=1 time=1 data={"a":1}'
    ok
    [ "$(awk -F'\t' 'NR==1{a=$2} NR==2{print ($2-a >= 2000)}' "$SIM_LOG")" = 1 ]
}

@test "429 holds the whole run and uses up no retries" {
    sim_start - <<'SIM'
on job_n000001 first=3 http=429 code=RATE_LIMIT_EXCEEDED retry-after=1
default status=completed model=m cost=1 time=1 data={"a":1}
SIM
    ids 3 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url "$SIM_URL" --retries 0 -j 1
    ok
    same "$(query "SELECT count(*) FROM job WHERE status = 'completed'")" 3
    same "$(query 'SELECT requests, rate_limited, retries FROM run')" "6|3|0"
    [ "$(awk -F'\t' 'NR>1 && NR<=4 {if ($2-last < 1000) bad=1} {last=$2} END{print bad+0}' "$SIM_LOG")" = 0 ]
}

@test "transport failures: reset, cut short, timeout, refused, no such host, TLS" {
    fetch_one 'on job_x reset' --retries 1
    ends 6
    same "$(job 'status, error_code, http_status, polls')" "new|CONNECTION||2"
    fetch_one 'on job_x truncate=20 status=completed' --retries 0
    same "$(job 'status, error_code')" "new|CONNECTION"
    fetch_one 'on job_x latency=3000' --retries 0 --timeout 0.3
    same "$(job 'status, error_code')" "new|TIMEOUT"
    rm -f jobledger.db*
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url http://127.0.0.1:9 --retries 0
    ends 6
    same "$(job error_code)" CONNECTION
    jl -q fetch --base-url https://no-such-host.invalid --retries 0 --timeout 5
    ends 6
    same "$(job error_code)" DNS
    sim_stop
    sim_start --https
    jl -q fetch --base-url "$SIM_URL" --retries 0
    ends 6
    same "$(job error_code)" TLS
    same "$(query "SELECT error_message GLOB '*[0-9][0-9][0-9]*' FROM job")" 0
}

@test "gzip, chunked, padded: decoded, archived as decoded" {
    for how in gzip chunked 'gzip chunked' pad=100000; do
        fetch_one "on job_x status=completed model=m cost=1 time=1 data={\"a\":1} $how"
        ok
        same "$(job status)" completed
        same "$(query "SELECT json_extract(body, '$.job_id') FROM answer")" job_x
    done
}

@test "a body over 16 MiB is a bad answer and not archived" {
    fetch_one 'on job_x status=completed pad=17000000' --retries 0
    ends 6
    same "$(job 'status, error_code')" "new|BAD_RESPONSE"
    same "$(query 'SELECT (SELECT count(*) FROM answer) + (SELECT count(*) FROM useless_answer)')" 0
    fetch_one 'on job_x status=completed pad=16000000 model=m cost=1 time=1 data={"a":1}' --retries 0
    ok
    same "$(query 'SELECT length(body) FROM answer')" 16000000
    fetch_one 'on job_x status=completed pad=17000000 gzip' --retries 0
    same "$(job 'status, error_code')" "new|BAD_RESPONSE"
}

@test "optional fields of the wrong type or out of range never lose a job" {
    fetch_one 'on job_x text={"success":true,"job_id":"%ID%","status":"completed","confidence":1.5,"processing_time":"fast","cost_chf":-1,"model_used":7,"created_at":"yesterday","completed_at":null,"extracted_data":{}}'
    ok
    same "$(job 'status, model_used, processing_time, cost_chf, confidence, created_at')" "completed|||||"
    same "$(anomalies)" 'confidence|out_of_range|1.5
cost_chf|out_of_range|-1
created_at|wrong_type|yesterday
model_used|wrong_type|7
processing_time|wrong_type|fast'
}

@test "camelCase, duplicates, broken text, confidence as an object" {
    fetch_one 'on job_x text={"success":true,"jobId":"%ID%","status":"pending","status":"completed","modelUsed":"gpt\u0000-4o","costChf":0.1,"costChf":0.0125,"processingTime":1E0,"confidence":{"overall":0.9,"total":0.8},"extractedData":{"a":1}}'
    ok
    same "$(job 'status, model_used, cost_chf, processing_time, confidence')" "completed|gpt�-4o|0.0125|1E0|0.9"
}

@test "a resolved job is not asked again; a 404 in a recheck would keep it" {
    fetch_one 'default status=completed model=m cost=1 time=1 data={"a":1}'
    jl -q fetch --base-url "$SIM_URL"
    ok
    same "$(sim_requests)" 1
    same "$(query 'SELECT count(*) FROM run')" 2
}

@test "20 failures in a row over several jobs stop the run; no job loses its retries to it" {
    sim_start - <<< 'default http=503'
    ids 100 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url "$SIM_URL"
    ends 6
    [ "$(sim_requests)" -le 40 ]
    same "$(query "SELECT count(*) FROM job WHERE status <> 'new' OR error_code IS NOT NULL")" 0
    same "$(query 'SELECT sum(polls) FROM job')" "$(sim_requests)"
}

@test "the first 10 all 403: status 3, the jobs keep theirs; in a run of fewer they become error" {
    sim_start - <<< 'default http=403 code=ORGANIZATION_ACCESS_DENIED'
    ids 30 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url "$SIM_URL"
    ends 3
    one_line
    same "$(sim_requests)" 10
    same "$(query "SELECT count(*) FROM job WHERE status = 'new'")" 30
    ids 9 > few.csv
    "$JOBLEDGER" -q -d few.db ingest few.csv
    jl -q -d few.db fetch --base-url "$SIM_URL"
    loose
    same "$(DB=few.db query "SELECT count(*) FROM job WHERE status = 'error'")" 9
}

@test "the first 10 all unknown to the API, in a ledger that never resolved one: status 3" {
    sim_start - <<'SIM'
on job_good* status=completed model=m cost=1 time=1 data={"a":1}
default http=404
SIM
    ids 30 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url "$SIM_URL"
    ends 3
    same "$(query "SELECT count(*) FROM job WHERE status = 'new'")" 30
    # One that was ever resolved shows that key and host are right.
    ids 1 good > good.csv
    "$JOBLEDGER" -q -d two.db ingest good.csv
    "$JOBLEDGER" -q -d two.db fetch --base-url "$SIM_URL"
    "$JOBLEDGER" -q -d two.db ingest in.csv
    jl -q -d two.db fetch --base-url "$SIM_URL"
    ok
    same "$(DB=two.db query "SELECT count(*) FROM job WHERE status = 'not_found'")" 30
}

@test "--parallel: one request first, then up to N at once on few connections" {
    sim_start - <<'SIM'
latency 30
default status=completed model=m cost=1 time=1 data={"a":1}
SIM
    ids 60 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url "$SIM_URL" -j 6
    ok
    [ "$(cut -f7 "$SIM_LOG" | sort -u | wc -l)" -le 6 ]
    [ "$(awk -F'\t' 'NR==1{a=$2} NR==2{print ($2-a >= 25)}' "$SIM_LOG")" = 1 ]
}

@test "64 file descriptors suffice; fewer cut --parallel with a warning" {
    sim_start
    ids 40 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    run --separate-stderr bash -c "ulimit -n 64; exec '$JOBLEDGER' -q fetch --base-url '$SIM_URL'"
    [ "$status" -le 1 ]
    [ -z "$stderr" ]
    ids 40 more > more.csv
    "$JOBLEDGER" -q ingest more.csv
    run --separate-stderr bash -c "ulimit -n 64; exec '$JOBLEDGER' fetch --base-url '$SIM_URL' -j 200"
    [ "$status" -le 1 ]
    says "--parallel"
}

@test "the three ways to send the key" {
    for pair in x-api-key:x-api-key api-key:api-key bearer:authorization; do
        fetch_one 'key test-key-0001' --auth "${pair%:*}"
        [ "$status" -le 1 ]
        same "$(cut -f6 "$SIM_LOG" | head -1)" "ok:${pair#*:}"
    done
}

@test "where the key comes from: file, then environment, then the credentials folder" {
    sim_start - <<< 'key file-key-0001'
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    printf 'file-key-0001\r\n' > key
    chmod 644 key
    jl -q fetch --base-url "$SIM_URL" --api-key-file key
    ends 3
    one_line
    says "chmod 600"
    chmod 600 key
    jl -q fetch --base-url "$SIM_URL" --api-key-file key
    [ "$status" -le 1 ]
    jl -q fetch --base-url "$SIM_URL" --api-key-file nokey
    ends 3
    unset FREDDY_API_KEY
    jl -q fetch --base-url "$SIM_URL"
    ends 3
    says "no API key"
    mkdir credentials
    printf 'file-key-0001' > credentials/freddy_api_key
    chmod 644 credentials/freddy_api_key
    ids 1 new > in2.csv
    "$JOBLEDGER" -q ingest in2.csv
    CREDENTIALS_DIRECTORY=$PWD/credentials jl -q fetch --base-url "$SIM_URL"
    [ "$status" -le 1 ]
    for wrong in abc1234 $'two\nlines-of-key' $'tab\tin-the-key'; do
        FREDDY_API_KEY=$wrong jl -q fetch --base-url "$SIM_URL"
        ends 3
        one_line
        [[ $stderr != *"$wrong"* ]]
    done
}

@test "the key is in no file, message or argument list" {
    sim_start - <<< 'key test-key-0001'
    ids 20 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    FREDDY_API_KEY=secret-key-4711 jl -vvv fetch --base-url "$SIM_URL"
    ends 3
    [[ $stderr != *secret-key-4711* ]]
    jl -vvv run in.csv --out r --base-url "$SIM_URL"
    [[ $stderr != *test-key-0001* ]]
    jl show job_n000001
    [[ $output != *test-key-0001* ]]
    ! grep -rq -e test-key-0001 -e secret-key-4711 jobledger.db* r
}

@test "https only, but for loopback; nothing in the URL that does not belong" {
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    for url in http://api.example.com ftp://127.0.0.1 https://user:pw@api.example.com 'https://api.example.com/?a=b' \
        'https://api.example.com/#x' api.example.com http://127.0.0.1.example.com https:// ''; do
        jl fetch --base-url "$url"
        ends 2
        one_line
    done
    FREDDY_BASE_URL=http://api.example.com jl fetch
    ends 2
    says "FREDDY_BASE_URL"
}

@test "a base URL with a path, and with a slash at its end" {
    sim_start
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url "$SIM_URL/proxy/freddy/" --retries 0
    same "$(cut -f4 "$SIM_LOG" | head -1)" "/proxy/freddy/v1/documents/jobs/job_n000001"
    jl -q fetch --base-url "$SIM_URL///" --retries 0
    same "$(cut -f4 "$SIM_LOG" | tail -1)" "/v1/documents/jobs/job_n000001"
}

@test "a proxy from the environment is never used for loopback" {
    sim_start
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    http_proxy=http://127.0.0.1:9 ALL_PROXY=http://127.0.0.1:9 jl -q fetch --base-url "$SIM_URL"
    [ "$status" -le 1 ]
    same "$(sim_requests)" 1
}

@test "nothing open: no request, status 0; but a key is asked for" {
    sim_start
    ids 1 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" || true
    before=$(sim_requests)
    jl -q fetch --base-url "$SIM_URL"
    ok
    [ "$(sim_requests)" -le $((before + 1)) ]
}

@test "a thousand jobs through HTTPS" {
    sim_start --https - <<< 'default status=completed model=m cost=0.001 time=1 data={"a":1}'
    ids 1000 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl fetch --base-url "$SIM_URL" --cacert "$SIM_CERT" -j 16
    ok
    one_line
    says "1000 requests, 1000 completed"
    same "$(csv models | tail -1 | cut -d, -f1,2,6)" "m,1000,1.00"
}
