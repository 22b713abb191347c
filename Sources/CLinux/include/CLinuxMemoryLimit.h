#ifndef MARTLET_CLINUX_MEMORY_LIMIT_H
#define MARTLET_CLINUX_MEMORY_LIMIT_H

#include <stdint.h>

// How the limit of a guest's memories is changed while it runs: by a signal with the new one as its value (sigqueue(3)).

// Makes a limit be in force: bytes, or -1 for none. Called in a signal handler.
typedef void (*martlet_memory_limiter)(void *context, int64_t bytes);

// Takes note of limits from now on. Before this the signal ends the process, unless it is the first of its namespace.
int martlet_accept_memory_limits(void);

// Has the limit that came last, if one did, and all that come put in force by `apply`; null: by nobody.
void martlet_follow_memory_limit(martlet_memory_limiter apply, void *context);

// Sends a limit to a process that accepts them.
int martlet_pidfd_send_memory_limit(int pidfd, int64_t bytes);

#endif
