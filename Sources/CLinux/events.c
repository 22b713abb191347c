#include "CLinuxEvents.h"

#include <malloc.h>
#include <poll.h>
#include <sys/epoll.h>
#include <time.h>

int martlet_poll(void *polled, unsigned count, uint64_t nanoseconds) {
    struct timespec time = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
    return ppoll(polled, count, &time, NULL);
}

int martlet_epoll_create(void) {
    return epoll_create1(EPOLL_CLOEXEC);
}

int martlet_epoll_add(int epoll, int descriptor, uint64_t token) {
    struct epoll_event event = {.events = EPOLLIN, .data.u64 = token};
    return epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event);
}

int martlet_epoll_remove(int epoll, int descriptor) {
    return epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, NULL);
}

int martlet_epoll_wait(int epoll, uint64_t *tokens, size_t capacity) {
    struct epoll_event events[16];
    int count = epoll_wait(epoll, events, capacity < 16 ? (int)capacity : 16, -1);
    for (int i = 0; i < count; i++) tokens[i] = events[i].data.u64;
    return count;
}

void martlet_limit_malloc_arenas(void) {
    mallopt(M_ARENA_MAX, 1);
}
