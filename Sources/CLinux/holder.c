#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

pid_t martlet_start_holder(int reading, int writing) {
    sigset_t all, before;
    sigfillset(&all);
    // No handler of ours may run in the child.
    pthread_sigmask(SIG_SETMASK, &all, &before);
    pid_t pid = fork();
    if (pid == 0) {
        char byte;
        close(writing);
        if (reading != 0) {
            dup2(reading, 0);
        }
        close_range(1, ~0u, 0);
        while (read(0, &byte, 1) < 0 && errno == EINTR) {}
        _exit(0);
    }
    int code = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    errno = code;
    return pid;
}
