#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "clock.h"
#include "response.h"

#define CONNECTION_MEMORY 32768 /* libmicrohttpd's own default */
#define CONNECTIONS_MAX 1000

/* libmicrohttpd hands these to callbacks that can't reach the server otherwise. */
static atomic_uint_fast64_t request_count;
static atomic_uintptr_t connection_count;

/* One request, from its first line until its answer is out. */
struct request {
    char *path;
    struct MHD_Response *response;
    int http;
    bool begun;
    bool decided;
};

/* The first thing called for a request, with the path before it is decoded. */
static void *begin_request(void *cls, const char *uri, struct MHD_Connection *connection)
{
    (void)cls;
    (void)connection;
    struct request *request = calloc(1, sizeof *request);
    if (!request)
        return NULL;
    request->path = strdup(uri);
    if (!request->path) {
        free(request);
        return NULL;
    }
    return request;
}

static void end_request(void *cls, struct MHD_Connection *connection, void **context,
                        enum MHD_RequestTerminationCode code)
{
    (void)cls;
    (void)connection;
    (void)code;
    struct request *request = *context;
    *context = NULL;
    if (!request)
        return;
    if (request->response)
        MHD_destroy_response(request->response);
    free(request->path);
    free(request);
}

static void notice_connection(void *cls, struct MHD_Connection *connection, void **context,
                              enum MHD_ConnectionNotificationCode code)
{
    (void)cls;
    (void)connection;
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        *context = (void *)(atomic_fetch_add(&connection_count, 1) + 1);
}

static uintptr_t connection_number(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? (uintptr_t)info->socket_context : 0;
}

/* The key and the name of the header that held it; both NULL: none was sent. */
static const char *find_key(struct MHD_Connection *connection, const char **header)
{
    static const char *const names[] = {"x-api-key", "api-key", "authorization"};
    static const char scheme[] = "Bearer ";
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = MHD_lookup_connection_value(connection, MHD_HEADER_KIND, names[i]);
        if (!value)
            continue;
        *header = names[i];
        if (i < 2)
            return value;
        return strncasecmp(value, scheme, sizeof scheme - 1) == 0 ? value + sizeof scheme - 1 : "";
    }
    *header = NULL;
    return NULL;
}

static int socket_of(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    return info ? info->connect_fd : -1;
}

/* connect() to no address at all sends the reset at once; a close would let an orderly end go before it. */
static void reset_connection(struct MHD_Connection *connection)
{
    int fd = socket_of(connection);
    const struct linger linger = {.l_onoff = 1, .l_linger = 0};
    const struct sockaddr none = {.sa_family = AF_UNSPEC};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger);
    connect(fd, &none, sizeof none);
}

static enum MHD_Result deliver(struct MHD_Connection *connection, struct request *request)
{
    if (request->http == 0) {
        reset_connection(connection);
        return MHD_NO;
    }
    return MHD_queue_response(connection, (unsigned)request->http, request->response);
}

/* False: no memory. */
static bool decide(struct server *server, struct MHD_Connection *connection, const char *method,
                   struct request *request, int64_t *due_ns)
{
    static const char *const auths[] = {[AUTH_NONE] = "none", [AUTH_BAD] = "bad", [AUTH_OK] = "ok"};
    const char *header;
    const char *key = find_key(connection, &header);
    const struct ask ask = {method, request->path, key, clock_mono_ns(), atomic_fetch_add(&request_count, 1) + 1};
    struct plan plan;
    bool ok = plan_make(&server->sim, &ask, &plan);
    if (ok && plan.http != 0)
        request->response = response_make(&server->sim.scenario, &plan, socket_of(connection));
    request->http = plan.http;
    request->decided = ok && (request->response || plan.http == 0);
    *due_ns = plan.latency_ms > 0 ? ask.now_ns + plan.latency_ms * NS_PER_MS : 0;
    if (server->log) {
        const struct log_line line = {
            ask.now_ns, method, request->path, plan.http, auths[plan.auth], header, connection_number(connection)};
        request_log_write(server->log, &line);
    }
    buf_free(&plan.body);
    return request->decided;
}

static enum MHD_Result handle(void *cls, struct MHD_Connection *connection, const char *url, const char *method,
                              const char *version, const char *upload, size_t *upload_size, void **context)
{
    (void)url;
    (void)version;
    (void)upload;
    struct server *server = cls;
    struct request *request = *context;
    if (!request)
        return MHD_NO;
    if (request->decided)
        return deliver(connection, request);
    /* An answer to the first call, or before the whole body is read, would close the connection. */
    if (!request->begun || *upload_size > 0) {
        request->begun = true;
        *upload_size = 0;
        return MHD_YES;
    }
    int64_t due_ns;
    if (!decide(server, connection, method, request, &due_ns))
        return MHD_NO;
    if (due_ns > 0 && delay_until(server->delay, connection, due_ns))
        return MHD_YES;
    return deliver(connection, request);
}

/* Only what goes wrong at the start is of interest; later, clients that hang up would fill the screen. */
static _Atomic bool started;

__attribute__((format(printf, 2, 0))) static void report(void *cls, const char *format, va_list args)
{
    (void)cls;
    if (started)
        return;
    fputs("freddysim: ", stderr);
    vfprintf(stderr, format, args);
}

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool read_address(const struct server_options *options, union address *address)
{
    *address = (union address){0};
    if (inet_pton(AF_INET, options->bind, &address->v4.sin_addr) == 1) {
        address->v4.sin_family = AF_INET;
        address->v4.sin_port = htons((uint16_t)options->port);
        return true;
    }
    if (inet_pton(AF_INET6, options->bind, &address->v6.sin6_addr) == 1) {
        address->v6.sin6_family = AF_INET6;
        address->v6.sin6_port = htons((uint16_t)options->port);
        return true;
    }
    fprintf(stderr, "freddysim: --bind %s: not an IP address\n", options->bind);
    return false;
}

static bool start_daemon(struct server *server, const struct server_options *options, struct buf *cert, struct buf *key)
{
    union address address;
    if (!read_address(options, &address))
        return false;
    struct MHD_OptionItem more[] = {
        {MHD_OPTION_END, 0, NULL}, {MHD_OPTION_END, 0, NULL}, {MHD_OPTION_END, 0, NULL}, {MHD_OPTION_END, 0, NULL}};
    size_t n = 0;
    if (options->threads > 1)
        more[n++] = (struct MHD_OptionItem){MHD_OPTION_THREAD_POOL_SIZE, (intptr_t)options->threads, NULL};
    if (options->cert) {
        more[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, cert->bytes};
        more[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, key->bytes};
    }
    unsigned flags = MHD_USE_EPOLL_INTERNAL_THREAD | MHD_USE_TURBO | MHD_USE_SUSPEND_RESUME | MHD_USE_ERROR_LOG;
    if (options->cert)
        flags |= MHD_USE_TLS;
    if (address.any.sa_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    size_t memory = CONNECTION_MEMORY + 2 * server->sim.scenario.header_bytes;
    server->daemon = MHD_start_daemon(flags, (uint16_t)options->port, NULL, NULL, handle, server,
                                      MHD_OPTION_EXTERNAL_LOGGER, report, NULL, MHD_OPTION_SOCK_ADDR, &address.any,
                                      MHD_OPTION_URI_LOG_CALLBACK, begin_request, NULL, MHD_OPTION_NOTIFY_COMPLETED,
                                      end_request, NULL, MHD_OPTION_NOTIFY_CONNECTION, notice_connection, NULL,
                                      MHD_OPTION_CONNECTION_MEMORY_LIMIT, memory, MHD_OPTION_CONNECTION_LIMIT,
                                      (unsigned)CONNECTIONS_MAX, MHD_OPTION_ARRAY, more, MHD_OPTION_END);
    if (!server->daemon) {
        fprintf(stderr, "freddysim: can't listen on %s port %d\n", options->bind, (int)options->port);
        return false;
    }
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);
    server->port = info ? info->port : (uint16_t)options->port;
    started = true;
    return true;
}

static bool read_pem(struct buf *out, const char *path)
{
    if (!path || buf_read_file(out, path))
        return true;
    fprintf(stderr, "freddysim: %s: %s\n", path, strerror(errno));
    return false;
}

bool server_start(struct server *server, const struct server_options *options)
{
    struct buf cert = {0};
    struct buf key = {0};
    server->delay = delay_start();
    bool ok = server->delay != NULL;
    if (!ok)
        fprintf(stderr, "freddysim: can't start a thread: %s\n", strerror(errno));
    ok = ok && read_pem(&cert, options->cert) && read_pem(&key, options->key) &&
         start_daemon(server, options, &cert, &key);
    buf_free(&cert);
    buf_free(&key);
    return ok;
}

void server_stop(struct server *server)
{
    if (server->delay)
        delay_stop(server->delay);
    if (server->daemon)
        MHD_stop_daemon(server->daemon);
    delay_free(server->delay);
}
