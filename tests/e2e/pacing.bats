#!/usr/bin/env bats
# Against a server that states its limit, a run causes no 429 of its own making.
load jobledger

refusals() {
    awk -F'\t' '$5 == 429 { n++ } END { print n + 0 }' "$SIM_LOG"
}

# all_done N: every one of N jobs is completed, by N requests, none of them refused.
all_done() {
    same "$(query "SELECT count(*) FROM job WHERE status = 'completed'")" "$1"
    same "$(refusals)" 0
    same "$(sim_requests)" "$1"
}

start() { # SCENARIO-LINE...
    sim_start - < <(printf '%s\n' "$@" 'default status=completed model=m cost=1 time=1 data={"a":1}')
}

@test "every dialect of headers, with every way to state the reset: no refusal, all jobs done" {
    ids 60 > in.csv
    for family in x requests both draft; do
        for reset in epoch delta duration; do
            rm -f jobledger.db*
            sim_stop
            start "rate 600/min burst=20" "headers $family reset=$reset"
            "$JOBLEDGER" -q ingest in.csv
            jl -q fetch --base-url "$SIM_URL" -j 16
            ok
            all_done 60
        done
    done
}

@test "a fixed window: no refusal, all jobs done" {
    ids 25 > in.csv
    for reset in epoch delta duration; do
        rm -f jobledger.db*
        sim_stop
        start "rate 10/s window" "headers x reset=$reset"
        "$JOBLEDGER" -q ingest in.csv
        jl -q fetch --base-url "$SIM_URL" -j 16
        ok
        all_done 25
    done
}

@test "a quota that was partly spent before the start" {
    ids 40 > in.csv
    start "rate 600/min burst=20 spent=17" "headers x"
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url "$SIM_URL" -j 16
    ok
    all_done 40
}

@test "what the server last stated is kept for the next run" {
    start "rate 30/min burst=10" "headers x reset=delta"
    ids 10 a > a.csv
    ids 1 b > b.csv
    "$JOBLEDGER" -q ingest a.csv
    jl -q fetch --base-url "$SIM_URL" -j 16
    ok
    "$JOBLEDGER" -q ingest b.csv
    jl fetch --base-url "$SIM_URL" --dry-run
    ok
    says "of 30 requests left"
    jl -q fetch --base-url "$SIM_URL" -j 16
    ok
    same "$(refusals)" 0
}

@test "a limit that reaches past --max-time ends the run at once, without a refusal" {
    start "rate 5/h burst=5 window" "headers x reset=delta"
    ids 12 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    started=$SECONDS
    jl fetch --base-url "$SIM_URL" --max-time 90s
    loose
    [ $((SECONDS - started)) -le 60 ]
    same "$(refusals)" 0
    [ "$(query "SELECT count(*) FROM job WHERE status = 'completed'")" -ge 4 ]
    # The next run knows that there is nothing to be had yet.
    before=$(sim_requests)
    jl fetch --base-url "$SIM_URL" --max-time 30s
    loose
    [ "$(sim_requests)" -le $((before + 1)) ]
    same "$(refusals)" 0
}

@test "without headers a 429 with Retry-After holds the whole run, and all jobs are done in the end" {
    start "rate 20/s burst=5" "headers none"
    ids 30 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url "$SIM_URL" -j 8
    ok
    same "$(query "SELECT count(*) FROM job WHERE status = 'completed'")" 30
    same "$(query 'SELECT requests - rate_limited FROM run')" 30
}

@test "absurd, contradictory and missing headers are ignored, never fatal" {
    ids 12 > in.csv
    for headers in 'header=X-RateLimit-Remaining:-5' 'header=X-RateLimit-Limit:many header=X-RateLimit-Remaining:few' \
        'header=X-RateLimit-Limit:10 header=X-RateLimit-Remaining:99999999999999999999 header=X-RateLimit-Reset:0' \
        'header=X-RateLimit-Retry-After:3600' 'header=X-RateLimit-Limit:0 header=X-RateLimit-Reset:1' \
        'header=RateLimit-Reset:-1 header=RateLimit-Remaining:1e9' 'header=X-RateLimit-Reset:99999999999999'; do
        rm -f jobledger.db*
        sim_stop
        sim_start - <<< "default status=completed model=m cost=1 time=1 data={\"a\":1} $headers"
        "$JOBLEDGER" -q ingest in.csv
        jl -q fetch --base-url "$SIM_URL" --max-time 20s
        ok
        same "$(sim_requests)" 12
    done
}

@test "--rate none sends at will" {
    start "rate 100/s burst=1000" "headers x"
    ids 200 > in.csv
    "$JOBLEDGER" -q ingest in.csv
    jl -q fetch --base-url "$SIM_URL" --rate none -j 32
    ok
    all_done 200
}
