#include "CLinuxCgroups.h"

#include <linux/magic.h>
#include <sys/eventfd.h>
#include <sys/vfs.h>

int martlet_is_cgroup2(const char *path) {
    struct statfs status;
    if (statfs(path, &status) < 0) return -1;
    return status.f_type == CGROUP2_SUPER_MAGIC;
}

int martlet_cgroup_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}
