#ifndef MARTLET_CLINUX_H
#define MARTLET_CLINUX_H

#include "CLinuxSeccomp.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "CLinuxCompiler.h"
#include "CLinuxTitle.h"

// fork(2), which Swift marks unavailable. Only for a process that has one thread.
pid_t martlet_fork(void);

// Sends `length` bytes and `count` descriptors (SCM_RIGHTS, unix(7)) in one sendmsg(2) with
// MSG_NOSIGNAL. Answers the bytes sent or -1 with errno. Descriptors go with the first byte.
ssize_t martlet_send_descriptors(int socket, const void *bytes, size_t length, const int *descriptors, size_t count);

// Receives up to `length` bytes and up to `capacity` descriptors (close-on-exec). `*count` is how many
// came, `*truncated` says that some did not fit (those were closed by the kernel).
// Answers the bytes received, 0 at end of file, or -1 with errno.
ssize_t martlet_receive_descriptors(
    int socket, void *bytes, size_t length, int *descriptors, size_t capacity, size_t *count, int *truncated);

#endif
