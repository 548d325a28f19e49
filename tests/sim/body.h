/* The bodies: the texts of the vendor's page "Get Job Status", with places to fill in. */
#ifndef FREDDYSIM_BODY_H
#define FREDDYSIM_BODY_H

#include "buf.h"

/* Every text is JSON, quotes included, and goes in as it is; none but message is NULL. */
struct job_body {
    const char *id;
    const char *status;
    const char *data;
    const char *confidence;
    const char *time;
    const char *cost;
    const char *model;
    const char *message; /* NULL: the member is missing, as in all but failed */
    const char *created;
    const char *completed;
};

/* Plain text; NULL: what is usual for the status. */
struct error_body {
    int http;
    const char *code;
    const char *message;
    const char *system_message;
    const char *job_id; /* goes into the details of JOB_NOT_FOUND */
    const char *trace;
    const char *timestamp;
};

void body_job(struct buf *out, const struct job_body *job);
void body_error(struct buf *out, const struct error_body *error);

/* A page as a proxy between client and API sends it. */
void body_html(struct buf *out, int http);

#endif
