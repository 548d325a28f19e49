/* Turns a plan into libmicrohttpd's answer. */
#ifndef FREDDYSIM_RESPONSE_H
#define FREDDYSIM_RESPONSE_H

#include "plan.h"

struct MHD_Response;

/* socket is the connection's, which outlives the response. Takes over plan->body. NULL: no memory. */
struct MHD_Response *response_make(const struct scenario *scenario, struct plan *plan, int socket);

#endif
