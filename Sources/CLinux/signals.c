#include "CLinux.h"

#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

int martlet_reset_signals(int with_handlers) {
    // Not by sigaction(3), which leaves out the two signals that the C library keeps to itself. In every layout of
    // the kernel's struct but that of MIPS the handler is the first word, and all zero is SIG_DFL without flags.
    uint64_t fallback[8] = {0};
    for (int number = 1; number <= 64; number++) {
        uint64_t current[8] = {0};
        if (!with_handlers && syscall(SYS_rt_sigaction, number, NULL, current, 8) == 0
            && (uintptr_t)current[0] != (uintptr_t)SIG_IGN) {
            continue;
        }
        // Fails for SIGKILL and SIGSTOP.
        (void)syscall(SYS_rt_sigaction, number, fallback, NULL, 8);
    }
    sigset_t none;
    sigemptyset(&none);
    return sigprocmask(SIG_SETMASK, &none, NULL);
}

static void end(int number) {
    _exit(128 + number);
}

int martlet_end_on_termination_signals(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = end;
    if (sigaction(SIGTERM, &action, NULL) < 0) return -1;
    return sigaction(SIGINT, &action, NULL);
}

int martlet_termination_descriptor(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) < 0) return -1;
    return signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
}
