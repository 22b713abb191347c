#include "CLinux.h"

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

pid_t martlet_fork(void) {
    return fork();
}

pid_t martlet_fork_run(int (*body)(void *), void *context) {
    pid_t child = fork();
    if (child == 0) _exit(body(context));
    return child;
}

pid_t martlet_vfork_run(int (*body)(void *), void *context) {
    pid_t child = vfork();
    if (child == 0) _exit(body(context));
    return child;
}

int martlet_waitid(int id_type, unsigned id, int options, struct martlet_exit *out) {
    siginfo_t info = {0};
    int result = waitid((idtype_t)id_type, id, &info, options);
    if (result < 0) return result;
    out->pid = info.si_pid;
    out->code = info.si_code;
    out->status = info.si_status;
    return 0;
}

int martlet_pidfd_open(pid_t pid, unsigned flags) {
    return (int)syscall(SYS_pidfd_open, pid, flags);
}

int martlet_pidfd_send_signal(int pidfd, int signal) {
    return (int)syscall(SYS_pidfd_send_signal, pidfd, signal, NULL, 0);
}

int martlet_pidfd_getfd(int pidfd, int descriptor) {
    return (int)syscall(SYS_pidfd_getfd, pidfd, descriptor, 0);
}

int martlet_prctl(int option, unsigned long second, unsigned long third, unsigned long fourth, unsigned long fifth) {
    return prctl(option, second, third, fourth, fifth);
}
