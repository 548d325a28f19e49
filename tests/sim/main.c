#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clock.h"
#include "server.h"

#define EXIT_USAGE 2
#define THREADS_MAX 64
#define PORT_MAX 65535

static const char help[] =
    "Usage: freddysim [OPTION]...\n"
    "Simulates the job lookup of the Freddy API. Prints its base URL when it is ready, and runs until\n"
    "SIGTERM or SIGINT.\n"
    "\n"
    "  --port N          port to listen on (default 0: any free one)\n"
    "  --bind ADDR       address to listen on (default 127.0.0.1)\n"
    "  --scenario FILE   what to answer (default: fates drawn from the job IDs)\n"
    "  --cert FILE       certificate, PEM: serve HTTPS\n"
    "  --key FILE        the certificate's private key, PEM\n"
    "  --log FILE        one line for each request: SEQ MS METHOD PATH HTTP_STATUS AUTH CONN, tab-separated\n"
    "  --threads N       threads that serve (default 1)\n"
    "  --help            this text\n";

struct settings {
    struct server_options server;
    const char *scenario;
    const char *log;
    bool help;
};

static bool read_number(const char *option, const char *text, int64_t least, int64_t most, int64_t *out)
{
    if (number_read(text, least, most, out))
        return true;
    fprintf(stderr, "freddysim: --%s %s: not a number from %" PRId64 " to %" PRId64 "\n", option, text, least, most);
    return false;
}

static bool read_options(int argc, char **argv, struct settings *settings)
{
    static const struct option options[] = {
        {"port", required_argument, NULL, 'p'},
        {"bind", required_argument, NULL, 'b'},
        {"scenario", required_argument, NULL, 's'},
        {"cert", required_argument, NULL, 'c'},
        {"key", required_argument, NULL, 'k'},
        {"log", required_argument, NULL, 'l'},
        {"threads", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct server_options *server = &settings->server;
    bool ok = true;
    while (ok) {
        int c = getopt_long(argc, argv, "", options, NULL);
        if (c == -1)
            break;
        switch (c) {
        case 'p':
            ok = read_number("port", optarg, 0, PORT_MAX, &server->port);
            break;
        case 't':
            ok = read_number("threads", optarg, 1, THREADS_MAX, &server->threads);
            break;
        case 'b':
            server->bind = optarg;
            break;
        case 's':
            settings->scenario = optarg;
            break;
        case 'c':
            server->cert = optarg;
            break;
        case 'k':
            server->key = optarg;
            break;
        case 'l':
            settings->log = optarg;
            break;
        case 'h':
            settings->help = true;
            break;
        default:
            ok = false;
        }
    }
    if (ok && optind < argc) {
        fprintf(stderr, "freddysim: %s: unexpected argument\n", argv[optind]);
        ok = false;
    }
    if (ok && !server->cert != !server->key) {
        fputs("freddysim: --cert and --key belong together\n", stderr);
        ok = false;
    }
    return ok;
}

static bool prepare(struct server *server, const struct settings *settings, int *status)
{
    char *error;
    int64_t now_ns = clock_mono_ns();
    *status = EXIT_USAGE;
    if (!scenario_read(&server->sim.scenario, settings->scenario, &error)) {
        fprintf(stderr, "freddysim: %s\n", error ? error : "out of memory");
        free(error);
        return false;
    }
    if (settings->log) {
        server->log = request_log_open(settings->log, now_ns);
        if (!server->log) {
            fprintf(stderr, "freddysim: %s: %s\n", settings->log, strerror(errno));
            return false;
        }
    }
    *status = EXIT_FAILURE;
    server->sim.jobs = jobs_new();
    if (!server->sim.jobs || !rate_init(&server->sim.rate, &server->sim.scenario.rate, now_ns)) {
        fputs("freddysim: out of memory\n", stderr);
        return false;
    }
    return true;
}

static bool announce(const struct server *server, const struct server_options *options)
{
    bool v6 = strchr(options->bind, ':') != NULL;
    printf("%s://%s%s%s:%u\n", options->cert ? "https" : "http", v6 ? "[" : "", options->bind, v6 ? "]" : "",
           (unsigned)server->port);
    return fflush(stdout) == 0;
}

static int serve(const struct settings *settings)
{
    struct server server = {0};
    int status;
    sigset_t ending;
    sigemptyset(&ending);
    sigaddset(&ending, SIGTERM);
    sigaddset(&ending, SIGINT);
    /* Before any thread starts, so that none of them is interrupted. */
    pthread_sigmask(SIG_BLOCK, &ending, NULL);
    signal(SIGPIPE, SIG_IGN);
    if (prepare(&server, settings, &status)) {
        if (server_start(&server, &settings->server) && announce(&server, &settings->server)) {
            int number;
            sigwait(&ending, &number);
            status = EXIT_SUCCESS;
        }
        server_stop(&server);
        rate_destroy(&server.sim.rate);
    }
    if (!request_log_close(server.log)) {
        fprintf(stderr, "freddysim: %s: can't be written\n", settings->log);
        status = EXIT_FAILURE;
    }
    jobs_free(server.sim.jobs);
    scenario_free(&server.sim.scenario);
    return status;
}

int main(int argc, char **argv)
{
    struct settings settings = {.server = {.bind = "127.0.0.1", .threads = 1}};
    if (!read_options(argc, argv, &settings))
        return EXIT_USAGE;
    if (settings.help)
        return fputs(help, stdout) == EOF ? EXIT_FAILURE : EXIT_SUCCESS;
    return serve(&settings);
}
