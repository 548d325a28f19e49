/* Holds connections back for a while without keeping others waiting. */
#ifndef FREDDYSIM_DELAY_H
#define FREDDYSIM_DELAY_H

#include <stdbool.h>
#include <stdint.h>

struct MHD_Connection;
struct delay;

/* Starts the thread that lets connections go on. NULL: errno says why. */
struct delay *delay_start(void);

/* Suspends the connection until due_ns (monotonic). False where it is not: the simulator is ending, or no memory. */
bool delay_until(struct delay *delay, struct MHD_Connection *connection, int64_t due_ns);

/* Lets all go on at once, and suspends none from now on. To be called before MHD_stop_daemon(), which aborts the
 * program where connections are suspended. */
void delay_stop(struct delay *delay);
void delay_free(struct delay *delay);

#endif
