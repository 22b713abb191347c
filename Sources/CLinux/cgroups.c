#include "CLinuxCgroups.h"

#include <sys/eventfd.h>

int martlet_cgroup_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
