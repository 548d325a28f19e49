#!/usr/bin/env bats
# Which jobs are asked for, how many requests and how much time that may take, and when it is asked again.
load jobledger

ledger() { # N: jobs n000001 ...
    ids "$1" > in.csv
    "$JOBLEDGER" -q ingest in.csv
}

@test "--limit asks for so many jobs at most, never asked ones first" {
    sim_start - <<< 'default status=pending'
    ledger 10
    jl -q fetch --base-url "$SIM_URL" --limit 4
    ok
    same "$(sim_requests)" 4
    jl -q fetch --base-url "$SIM_URL" --limit 8
    same "$(query 'SELECT polls, count(*) FROM job GROUP BY polls')" $'1|8\n2|2'
}

@test "limits starve nobody: the least recently asked come next" {
    sim_start - <<< 'default status=pending'
    ledger 9
    for _ in 1 2 3 4 5 6; do jl -q fetch --base-url "$SIM_URL" --limit 3; done
    same "$(query 'SELECT polls, count(*) FROM job GROUP BY polls')" "2|9"
}

@test "--job asks for the named ones whatever their state; an unknown one is a usage error" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    ledger 5
    jl -q fetch --base-url "$SIM_URL" --job job_n000002 --job job_n000004
    ok
    same "$(query "SELECT job_id FROM job WHERE status = 'completed'")" $'job_n000002\njob_n000004'
    jl -q fetch --base-url "$SIM_URL" --job job_n000002
    ok
    same "$(sim_requests job_n000002)" 2
    jl fetch --base-url "$SIM_URL" --job job_nowhere
    ends 2
    one_line
    says "job_nowhere"
    jl fetch --base-url "$SIM_URL" --job 'no id'
    ends 2
}

@test "--source narrows to the jobs of a source, by any of its names" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    ids 3 a > a.csv
    ids 4 b > b.csv
    cp b.csv again.csv
    "$JOBLEDGER" -q ingest a.csv b.csv again.csv
    jl fetch --base-url "$SIM_URL" --source again.csv
    ok
    says "4 completed"
    jl fetch --base-url "$SIM_URL" --source c.csv
    ends 2
    says "no source of that name"
}

@test "--recheck asks for jobs of these states instead of the open ones" {
    sim_start - <<'SIM'
on job_n000001 status=completed model=m cost=1 time=1 data={"a":1}
on job_n000002 status=failed message=x time=1 cost=0
on job_n000003 http=404
on job_n000004 http=403
default status=pending
SIM
    ledger 6
    jl -q fetch --base-url "$SIM_URL"
    loose
    : > "$SIM_LOG"
    for pair in completed:job_n000001 failed:job_n000002 not_found:job_n000003 error:job_n000004; do
        jl -q fetch --base-url "$SIM_URL" --recheck "${pair%:*}"
        [ "$status" -le 1 ]
        same "$(cut -f4 "$SIM_LOG" | tail -1)" "/v1/documents/jobs/${pair#*:}"
    done
    same "$(sim_requests)" 4
    jl -q fetch --base-url "$SIM_URL" --recheck failed,not_found
    same "$(sim_requests)" 6
    jl -q fetch --base-url "$SIM_URL" --recheck all
    same "$(sim_requests)" 12
    jl fetch --recheck faild
    ends 2
    says "did you mean failed?"
}

@test "a 404 for a job that was ever completed leaves it so, with the anomaly gone" {
    sim_start - <<'SIM'
on job_n* first=1 status=completed model=m cost=1 time=1 data={"a":1}
on job_n* after=1 http=404
SIM
    ledger 1
    jl -q fetch --base-url "$SIM_URL"
    jl -q fetch --base-url "$SIM_URL" --recheck completed
    ok
    same "$(query 'SELECT status, http_status, cost_chf FROM jobs')" "completed|404|1.00"
    same "$(query 'SELECT field, problem, value FROM anomaly')" "status|gone|404"
    same "$(query 'SELECT http_status FROM answer ORDER BY id')" $'200\n404'
}

@test "a resolved job whose answer differs gets one more archived answer; an equal one is only counted" {
    sim_start - <<'SIM'
on job_n* first=2 status=completed model=m cost=1 time=1 data={"a":1}
on job_n* after=2 status=completed model=m cost=2 time=1 data={"a":2}
SIM
    ledger 1
    for _ in 1 2 3; do jl -q fetch --base-url "$SIM_URL" --job job_n000001; done
    same "$(query 'SELECT times_seen FROM answer ORDER BY id')" $'2\n1'
    same "$(query 'SELECT cost_chf, polls FROM jobs')" "2.00|3"
}

@test "--daily-limit counts every request of the UTC day over all runs, and says when to go on" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    ledger 12
    now="--now 2026-11-30T22:00:00Z"
    jl fetch --base-url "$SIM_URL" $now --daily-limit 5
    loose
    says "go on after 2026-12-01T00:00:00Z"
    same "$(sim_requests)" 5
    jl -q fetch --base-url "$SIM_URL" $now --daily-limit 7
    loose
    same "$(sim_requests)" 7
    jl -q fetch --base-url "$SIM_URL" $now --daily-limit 7
    loose
    same "$(sim_requests)" 7
    jl -q fetch --base-url "$SIM_URL" --now 2026-12-01T00:00:01Z --daily-limit 7
    ok
    same "$(query "SELECT count(*) FROM job WHERE status = 'completed'")" 12
    same "$(query 'SELECT sum(requests) FROM request_day')" 12
}

@test "retries count against the daily limit" {
    sim_start - <<< 'default http=503 retry-after=0'
    ledger 1
    jl -q fetch --base-url "$SIM_URL" --daily-limit 3
    same "$(sim_requests)" 3
    same "$(query 'SELECT polls, status FROM job')" "3|new"
}

@test "--max-time: no request after it, those under way get their grace, the rest stays open" {
    sim_start - <<< 'default latency=400 status=completed model=m cost=1 time=1 data={"a":1}'
    ledger 40
    started=$(date +%s%N)
    jl fetch --base-url "$SIM_URL" -j 2 --max-time 2s
    loose
    took=$((($(date +%s%N) - started) / 1000000))
    says "--max-time"
    [ "$took" -lt 6000 ]
    done=$(query "SELECT count(*) FROM job WHERE status = 'completed'")
    [ "$done" -ge 2 ] && [ "$done" -le 14 ]
    same "$(query 'SELECT sum(polls) FROM job')" "$(sim_requests)"
    same "$done" "$(sim_requests)"
}

@test "a hold that reaches past --max-time ends the run in order at once" {
    sim_start - <<'SIM'
on job_n000002 http=429 retry-after=600
default status=completed model=m cost=1 time=1 data={"a":1}
SIM
    ledger 3
    started=$SECONDS
    jl fetch --base-url "$SIM_URL" -j 1 --max-time 60s
    loose
    [ $((SECONDS - started)) -le 5 ]
    same "$(query 'SELECT exit_status, rate_limited FROM run')" "1|1"
}

@test "--rate N/s with --burst: a bucket of our own" {
    sim_start - <<< 'default status=completed model=m cost=1 time=1 data={"a":1}'
    ledger 12
    jl -q fetch --base-url "$SIM_URL" --rate 10/s --burst 4
    ok
    # Four at once, then eight in 0.8 s.
    [ "$(awk -F'\t' 'NR==1{a=$2} {b=$2} END{print (b-a >= 700 && b-a < 3000)}' "$SIM_LOG")" = 1 ]
    for wrong in 10 10/week x/s 0/s fast 1.5/s; do
        jl fetch --rate $wrong
        ends 2
        says "--rate"
    done
}

@test "--wait asks again until all are resolved, never within 2 seconds, and no resolved job" {
    sim_start - <<SIM
on job_n00000[1-3] status=completed model=m cost=1 time=1 data={"a":1}
default life=3 status=completed model=m cost=1 time=1 data={"a":1} created=$(date -u +%FT%TZ)
SIM
    ledger 6
    jl fetch --base-url "$SIM_URL" --wait
    ok
    says "6 completed"
    same "$(sim_requests job_n000001)" 1
    [ "$(sim_requests job_n000005)" -ge 2 ]
    [ "$(awk -F'\t' '{ if (($4 in last) && $2 - last[$4] < 1950) bad = 1; last[$4] = $2 } END { print bad + 0 }' "$SIM_LOG")" = 0 ]
}

@test "--wait=DURATION: what is still open then is a loose end" {
    sim_start - <<< "default status=processing created=$(date -u +%FT%TZ)"
    ledger 3
    started=$SECONDS
    jl fetch --base-url "$SIM_URL" --wait=6s
    loose
    says "3 jobs are still pending or processing"
    [ $((SECONDS - started)) -le 10 ]
    [ "$(sim_requests job_n000001)" -ge 2 ]
    same "$(query 'SELECT still_open FROM run')" 3
}

@test "SIGINT while it waits: 130 at once" {
    sim_start - <<< 'default status=processing'
    ledger 3
    "$JOBLEDGER" fetch --base-url "$SIM_URL" --wait 2> err 3>&- &
    pid=$!
    for _ in $(seq 100); do [ "$(sim_requests)" -ge 3 ] && break; sleep 0.05; done
    sleep 0.5
    kill -INT $pid
    code=0
    wait $pid || code=$?
    [ "$code" -eq 130 ]
    same "$(query "SELECT count(*) FROM job WHERE status = 'processing'")" 3
}

@test "signals in a row end it, without loss of what was committed" {
    sim_start - <<'SIM'
on job_n00000? status=completed model=m cost=1 time=1 data={"a":1}
default latency=20000
SIM
    ledger 20
    "$JOBLEDGER" fetch --base-url "$SIM_URL" 2> err 3>&- &
    pid=$!
    for _ in $(seq 100); do [ "$(query "SELECT count(*) FROM job WHERE status = 'completed'")" -eq 9 ] && break; sleep 0.05; done
    kill -TERM $pid
    while kill -INT $pid 2> /dev/null; do sleep 0.1; done
    code=0
    wait $pid || code=$?
    [ "$code" -eq 130 ] || [ "$code" -eq 143 ]
    same "$(query "SELECT count(*) FROM job WHERE status = 'completed'")" 9
    same "$(query 'PRAGMA integrity_check')" ok
}

@test "the same signal to the process and to its group, as timeout sends it, is one" {
    sim_start - <<< 'default latency=3000 status=completed model=m cost=1 time=1 data={"a":1}'
    ledger 4
    "$JOBLEDGER" -q fetch --base-url "$SIM_URL" --rate none -j 4 2> err 3>&- &
    pid=$!
    for _ in $(seq 100); do [ "$(sim_requests)" -ge 1 ] && break; sleep 0.05; done
    kill -TERM $pid
    kill -TERM $pid
    code=0
    wait $pid || code=$?
    [ "$code" -eq 143 ]
    same "$(query 'SELECT exit_status, ended_at IS NOT NULL FROM run')" "143|1"
}

@test "--dry-run tells what it would take, and asks nothing, without a key" {
    sim_start - <<< 'default status=pending'
    ledger 30
    unset FREDDY_API_KEY
    jl fetch --base-url "$SIM_URL" --dry-run --rate 10/min --daily-limit 100
    ok
    one_line
    says "30 jobs would be asked for"
    says "min"
    says "100 of --daily-limit"
    same "$(sim_requests)" 0
    same "$(query 'SELECT count(*) FROM run')" 0
    jl fetch -d nowhere.db --dry-run
    ends 5
    [ ! -e nowhere.db ]
}

@test "progress is drawn on a terminal, within the window, and never elsewhere" {
    sim_start - <<< 'default latency=300 status=completed model=m cost=1 time=1 data={"a":1}'
    ledger 40
    jl fetch --base-url "$SIM_URL" -j 4
    ok
    one_line
    ids 40 b > b.csv
    "$JOBLEDGER" -q ingest b.csv
    python3 - "$JOBLEDGER" "$SIM_URL" > screen <<'PY'
import fcntl, os, pty, struct, sys, termios
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], [sys.argv[1], 'fetch', '--base-url', sys.argv[2], '-j', '4'])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 60, 0, 0))
data = b''
while True:
    try:
        chunk = os.read(fd, 4096)
    except OSError:
        break
    if not chunk:
        break
    data += chunk
sys.stdout.buffer.write(data)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PY
    grep -q 'ETA' screen
    # No drawn line is wider than the window, and the last one is taken away before the summary.
    tr '\r' '\n' < screen | sed 's/\x1b\[K//g' | grep '^fetch  ' > lines
    [ "$(wc -l < lines)" -ge 2 ]
    [ "$(awk 'length($0) > 59' lines | wc -l)" -eq 0 ]
    tail -n 1 screen | grep -q '40 completed'
}
