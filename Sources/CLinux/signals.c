#include "CLinux.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

int martlet_reset_signals(void) {
    struct sigaction fallback;
    memset(&fallback, 0, sizeof fallback);
    fallback.sa_handler = SIG_DFL;
    for (int number = 1; number < NSIG; number++) {
        // Fails for SIGKILL, SIGSTOP and the two that the C library keeps to itself.
        (void)sigaction(number, &fallback, NULL);
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
