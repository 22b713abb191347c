#ifndef MARTLET_CLINUX_NAMESPACES_H
#define MARTLET_CLINUX_NAMESPACES_H

#include <sys/types.h>

// Makes a user namespace, and a process that does nothing but hold it; from any thread. Answers its pid, or -1 with
// errno. It goes with the calling thread at the latest.
pid_t martlet_hold_user_namespace(void);

// Ends such a process, and reaps it.
void martlet_end_held_namespace(pid_t holder);

#endif
