/* floor URL IN_FLIGHT < IDS: asks for URL/ID for every job ID of a CSV on standard input, and throws the answers away:
 * the least that libcurl takes for so many requests. Fails unless all of them bring status 200. */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IN_FLIGHT_MAX 512
#define LINE_SIZE 512
#define WAIT_MS 1000

static size_t discard(char *bytes, size_t size, size_t count, void *unused)
{
    (void)bytes;
    (void)unused;
    return size * count;
}

/* The first cell of the next line. */
static bool next_url(const char *base, char url[static 2 * LINE_SIZE])
{
    char line[LINE_SIZE];
    if (!fgets(line, sizeof line, stdin))
        return false;
    line[strcspn(line, ",\r\n")] = '\0';
    snprintf(url, 2 * LINE_SIZE, "%s/%s", base, line);
    return true;
}

static bool start(CURLM *multi, CURL *easy, const char *base)
{
    char url[2 * LINE_SIZE];
    if (!next_url(base, url))
        return false;
    curl_easy_setopt(easy, CURLOPT_URL, url);
    return curl_multi_add_handle(multi, easy) == CURLM_OK;
}

/* Takes the answers that came; each makes room for the next request. */
static void collect(CURLM *multi, const char *base, int *in_flight, long *bad)
{
    int left;
    for (CURLMsg *msg = curl_multi_info_read(multi, &left); msg; msg = curl_multi_info_read(multi, &left)) {
        CURL *easy = msg->easy_handle;
        long status = 0;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        *bad += msg->data.result != CURLE_OK || status != 200;
        curl_multi_remove_handle(multi, easy);
        *in_flight -= !start(multi, easy, base);
    }
}

/* Returns how many were not answered with 200. */
static long run(CURLM *multi, const char *base, int in_flight)
{
    long bad = 0;
    int running = 0;
    while (in_flight > 0) {
        if (curl_multi_perform(multi, &running) != CURLM_OK)
            return 1;
        collect(multi, base, &in_flight, &bad);
        if (in_flight > 0 && curl_multi_poll(multi, NULL, 0, WAIT_MS, NULL) != CURLM_OK)
            return 1;
    }
    return bad;
}

int main(int argc, char **argv)
{
    char header[LINE_SIZE];
    CURL *easy[IN_FLIGHT_MAX] = {NULL};
    int in_flight = argc == 3 ? (int)strtol(argv[2], NULL, 10) : 0;
    if (in_flight < 1 || in_flight > IN_FLIGHT_MAX || !fgets(header, sizeof header, stdin)) {
        fprintf(stderr, "usage: floor URL IN_FLIGHT < IDS\n");
        return 2;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    CURLM *multi = curl_multi_init();
    int started = 0;
    for (int i = 0; multi && i < in_flight; i++) {
        easy[i] = curl_easy_init();
        curl_easy_setopt(easy[i], CURLOPT_WRITEFUNCTION, discard);
        started += start(multi, easy[i], argv[1]);
    }
    long bad = multi ? run(multi, argv[1], started) : 1;
    for (int i = 0; i < in_flight; i++)
        curl_easy_cleanup(easy[i]);
    curl_multi_cleanup(multi);
    curl_global_cleanup();
    if (bad > 0)
        fprintf(stderr, "floor: %ld requests went wrong\n", bad);
    return bad > 0;
}
