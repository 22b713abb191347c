#include "CLinuxNamespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t martlet_hold_user_namespace(void) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0) return -1;
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    // Like fork(2), but that no signal tells of its end: who waits for any child is not told of this one.
    pid_t child = (pid_t)syscall(SYS_clone, 0, NULL, NULL, NULL, 0);
    if (child == 0) {
        // Nothing here but what is async-signal-safe: other threads may have held locks.
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        int code = unshare(CLONE_NEWUSER) == 0 ? 0 : errno;
        if (write(ends[1], &code, sizeof code) < 0) _exit(1);
        for (;;) pause();
    }
    int code = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    close(ends[1]);
    if (child > 0) {
        ssize_t count;
        do {
            count = read(ends[0], &code, sizeof code);
        } while (count < 0 && errno == EINTR);
        if (count != sizeof code) code = ECHILD;
        if (code != 0) martlet_end_held_namespace(child);
    }
    close(ends[0]);
    if (child > 0 && code == 0) return child;
    errno = code;
    return -1;
}

void martlet_end_held_namespace(pid_t holder) {
    kill(holder, SIGKILL);
    while (waitpid(holder, NULL, __WALL) < 0 && errno == EINTR) {}
}
