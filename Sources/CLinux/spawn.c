#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The child of vfork(2) shares the parent's memory until it execs, and the calling thread stands still meanwhile. So
// it calls only what is async-signal-safe, writes nothing but `failure`, and needs no pipe to tell why it failed.
// All signals are blocked across the vfork: no handler of the parent may run in the child.
struct failure {
    const char *call;
    int code;
};

static _Noreturn void fail(volatile struct failure *failure, const char *call) {
    failure->call = call;
    failure->code = errno;
    _exit(127);
}

// `moved` is the caller's space for as many descriptors as the request has.
static _Noreturn void become(
    const struct martlet_spawn_request *request, int *moved, volatile struct failure *failure) {
    // Handlers first: once the mask is lifted, a handler would run on the parent's memory.
    if (martlet_reset_signals(1) < 0) fail(failure, "sigprocmask");
    if (request->new_session && setsid() < 0) fail(failure, "setsid");
    if (request->working_directory && chdir(request->working_directory) < 0) fail(failure, "chdir");

    // Everything closes on exec, but for the targets: dup2 leaves them open.
    if (martlet_close_range(0, ~0U, 1) < 0) fail(failure, "close_range");
    // Sources may be targets of others: move them out of the way first.
    int above = 2;
    for (size_t i = 0; i < request->descriptor_count; i++) {
        if (request->targets[i] > above) above = request->targets[i];
    }
    for (size_t i = 0; i < request->descriptor_count; i++) {
        moved[i] = fcntl(request->sources[i], F_DUPFD_CLOEXEC, above + 1);
        if (moved[i] < 0) fail(failure, "fcntl");
    }
    for (size_t i = 0; i < request->descriptor_count; i++) {
        if (dup2(moved[i], request->targets[i]) < 0) fail(failure, "dup2");
    }
    execve(request->path, request->arguments, request->environment);
    fail(failure, "execve");
}

pid_t martlet_spawn(const struct martlet_spawn_request *request, const char **failed_call) {
    volatile struct failure failure = {NULL, 0};
    int *moved = calloc(request->descriptor_count + 1, sizeof *moved);
    if (!moved) {
        *failed_call = "calloc";
        return -1;
    }
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    pid_t pid = vfork();
#pragma GCC diagnostic pop
    if (pid == 0) become(request, moved, &failure);
    int code = pid < 0 ? errno : failure.code;

    pthread_sigmask(SIG_SETMASK, &before, NULL);
    free(moved);
    if (pid > 0 && code == 0) return pid;
    *failed_call = pid < 0 ? "vfork" : failure.call;
    // The child that could not exec is reaped here, or by a reaper that was quicker.
    if (pid > 0) {
        struct martlet_exit ignored;
        while (martlet_waitid(1 /* P_PID */, (unsigned)pid, 4 /* WEXITED */, &ignored) < 0 && errno == EINTR) {}
    }
    errno = code;
    return -1;
}
