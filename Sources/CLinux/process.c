#include "CLinux.h"

#include <unistd.h>

pid_t martlet_fork(void) {
    return fork();
}
