#ifndef MARTLET_CLINUX_EVENTS_H
#define MARTLET_CLINUX_EVENTS_H

#include <stddef.h>
#include <stdint.h>

// epoll(7), for descriptors that are waited for to be readable; `token` is what martlet_epoll_wait tells of them.
int martlet_epoll_create(void);
int martlet_epoll_add(int epoll, int descriptor, uint64_t token);
int martlet_epoll_remove(int epoll, int descriptor);
// Blocks; answers how many tokens were told, at most `capacity` and 16.
int martlet_epoll_wait(int epoll, uint64_t *tokens, size_t capacity);

// ppoll(2) of structures pollfd, for at most so many nanoseconds; signals stay as they are.
int martlet_poll(void *polled, unsigned count, uint64_t nanoseconds);

// One malloc arena for all threads (mallopt(3)): arenas of short-lived threads are never given back.
void martlet_limit_malloc_arenas(void);

#endif
