# Starts and stops a private nginx for bats tests: `load nginx`. It speaks TLS, with HTTP/2 where the client wants it,
# and answers every lookup with a completed job. Nothing of the system's own nginx is read or touched.
#
#   nginx_needed
#       Skips the test where there is no nginx with HTTP/2; with JOBLEDGER_CHECK_ALL the test fails then.
#   nginx_start [LISTEN-WORDS [SERVER-DIRECTIVES [MAIN-DIRECTIVES]]]
#       LISTEN-WORDS stand after the port, by default "ssl http2". One at a time: an earlier one is stopped. Sets
#           NGINX_URL   base URL, https://127.0.0.1:PORT (http:// where the words have no ssl)
#           NGINX_LOG   its log: PROTOCOL CONNECTION STATUS ENCODING URI, tab-separated; written when a request is done
#           NGINX_PID   its master process
#           SIM_CERT    the certificate to trust, as sim_certificate makes it; NGINX_CERT and NGINX_CERT_KEY, where they
#                       are set before, are used in its place
#   nginx_stop
#       Stops it. Nothing to stop is fine.
#   nginx_workers
#       Prints the processes that serve.
#   nginx_settled N
#       Waits until N requests are in the log, which may be a moment after their answers.
#   nginx_connections, nginx_protocols
#       Prints how many connections, and which protocols, the log shows.

# Debian's users have no /usr/sbin in their PATH.
PATH=$PATH:/usr/sbin

nginx_needed() {
    nginx -V 2>&1 | grep -q http_v2_module && return 0
    [ -n "${JOBLEDGER_CHECK_ALL:-}" ] || skip "no nginx with HTTP/2"
    echo "no nginx with HTTP/2" >&2
    return 1
}

# A port that was free a moment ago.
nginx_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

nginx_write() { # DIR PORT LISTEN SERVER MAIN
    local user=
    [ "$(id -u)" != 0 ] || user='user root;'
    cat >"$1/nginx.conf" <<CONF
daemon off;
$user
pid $1/pid;
error_log $1/error.log;
$5
events { worker_connections 1024; }
http {
    log_format lookup "\$server_protocol\t\$connection\t\$status\t\$sent_http_content_encoding\t\$request_uri";
    access_log $1/access.log lookup;
    client_body_temp_path $1/temp;
    proxy_temp_path $1/temp;
    fastcgi_temp_path $1/temp;
    uwsgi_temp_path $1/temp;
    scgi_temp_path $1/temp;
    ssl_certificate ${NGINX_CERT:-$SIM_CERT};
    ssl_certificate_key ${NGINX_CERT_KEY:-$SIM_CERT_KEY};
    keepalive_requests 100000;
    gzip_types application/json;
    gzip_min_length 1;
    server {
        listen 127.0.0.1:$2 $3;
        $4
        location ~ ^/v1/documents/jobs/(?<id>[^/]+)\$ {
            default_type application/json;
            return 200 '{"success":true,"job_id":"\$id","status":"completed","model_used":"m","cost_chf":0.001,"processing_time":1.5,"extracted_data":{"a":1}}';
        }
    }
}
CONF
}

nginx_start() {
    local listen=${1-ssl http2} dir port try scheme=http
    nginx_stop
    sim_certificate || return 1
    dir=$(mktemp -d "$BATS_TEST_TMPDIR/nginx.XXXXXX") || return 1
    case " $listen " in *' ssl '*) scheme=https ;; esac
    for try in 1 2 3; do
        port=$(nginx_port) || return 1
        nginx_write "$dir" "$port" "$listen" "${2:-}" "${3:-}"
        # bats waits for all that holds its descriptor 3.
        nginx -p "$dir" -c "$dir/nginx.conf" </dev/null >"$dir/out" 2>&1 3>&- &
        export NGINX_PID=$! NGINX_URL=$scheme://127.0.0.1:$port NGINX_LOG=$dir/access.log
        # Its sockets listen before this file is there.
        while [ ! -s "$dir/pid" ] && kill -0 "$NGINX_PID" 2>/dev/null; do sleep 0.05; done
        [ -s "$dir/pid" ] && return 0
        grep -qs 'Address already in use' "$dir/out" "$dir/error.log" || break
    done
    cat "$dir/out" "$dir/error.log" >&2
    NGINX_PID=
    return 1
}

nginx_stop() {
    local pid=${NGINX_PID:-} worker
    [ -n "$pid" ] || return 0
    # A test may have put one to sleep.
    for worker in $(nginx_workers); do kill -CONT "$worker" 2>/dev/null || true; done
    NGINX_PID=
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

nginx_workers() {
    cat "/proc/$NGINX_PID/task/$NGINX_PID/children"
}

nginx_settled() {
    for _ in {1..200}; do
        [ "$(wc -l <"$NGINX_LOG")" -lt "$1" ] || return 0
        sleep 0.05
    done
    echo "nginx logged fewer than $1 requests" >&2
    return 1
}

nginx_connections() {
    cut -f2 "$NGINX_LOG" | sort -u | wc -l
}

nginx_protocols() {
    cut -f1 "$NGINX_LOG" | sort -u | paste -sd ' '
}
