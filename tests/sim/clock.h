/* The two clocks of the simulator, in nanoseconds. */
#ifndef FREDDYSIM_CLOCK_H
#define FREDDYSIM_CLOCK_H

#include <stdint.h>

#define NS_PER_S INT64_C(1000000000)
#define NS_PER_MS INT64_C(1000000)

/* Since an arbitrary moment; never goes back. */
int64_t clock_mono_ns(void);

/* Since 1970 in UTC. */
int64_t clock_real_ns(void);

#endif
