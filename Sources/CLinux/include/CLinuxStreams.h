#ifndef MARTLET_CLINUX_STREAMS_H
#define MARTLET_CLINUX_STREAMS_H

#include <stdint.h>

// How a guest opens its standard streams by their paths: /dev/stdout and its like are links to /proc/self/fd/1, and the
// engine, which opens paths by openat2(2) with RESOLVE_BENEATH, follows none that leads out of a directory or into the
// kernel. So a guest's filter has openat2 with an argument of `martlet_asked_how_size` end in SIGSYS
// (SECCOMP_RET_TRAP), whose handler makes the call, with one of `martlet_answered_how_size`, and answers with a
// duplicate of the stream where the call failed at a link to it.

// sizeof (struct open_how), as everybody calls it.
static const uint64_t martlet_asked_how_size = 24;
// A field longer, which is zero, and as good to every kernel (openat2(2), "Extensibility").
static const uint64_t martlet_answered_how_size = 32;

// Makes the handler that of the process. Other calls that a filter traps end it, as they do without a handler.
int martlet_answer_trapped_opens(void);

#endif
