#include "CLinux.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

int martlet_reset_signals(void) {
    struct sigaction fallback;
    memset(&fallback, 0, sizeof fallback);
    fallback.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; number++) {
        // Handlers stay: execve(2) undoes them, and the engine's, which turn faults into traps, are a guest's need.
        struct sigaction current;
        if (sigaction(number, NULL, &current) == 0 && current.sa_handler == SIG_IGN) {
            (void)sigaction(number, &fallback, NULL);
        }
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
