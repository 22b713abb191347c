#include "CLinuxMemoryLimit.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Two below the last: none that the C library has a use for.
enum { limit_signal = 62 };

static _Atomic(int64_t) limit;
static _Atomic(int) is_known;
static void *_Atomic context;
static _Atomic(martlet_memory_limiter) limiter;

static void take(int number, siginfo_t *info, void *registers) {
    (void)number;
    (void)registers;
    // One that somebody sent by kill(2) says no limit.
    if (info->si_code != SI_QUEUE) return;
    int code = errno;
    atomic_store(&limit, (int64_t)(intptr_t)info->si_value.sival_ptr);
    atomic_store(&is_known, 1);
    martlet_memory_limiter apply = atomic_load(&limiter);
    if (apply) apply(atomic_load(&context), atomic_load(&limit));
    errno = code;
}

int martlet_accept_memory_limits(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = take;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    return sigaction(limit_signal, &action, NULL);
}

void martlet_follow_memory_limit(martlet_memory_limiter apply, void *argument) {
    atomic_store(&limiter, NULL);
    atomic_store(&context, argument);
    atomic_store(&limiter, apply);
    if (apply && atomic_load(&is_known)) apply(argument, atomic_load(&limit));
}

int martlet_pidfd_send_memory_limit(int pidfd, int64_t bytes) {
    siginfo_t info;
    memset(&info, 0, sizeof info);
    info.si_signo = limit_signal;
    info.si_code = SI_QUEUE;
    info.si_pid = getpid();
    info.si_uid = getuid();
    info.si_value.sival_ptr = (void *)(intptr_t)bytes;
    return (int)syscall(SYS_pidfd_send_signal, pidfd, limit_signal, &info, 0);
}
