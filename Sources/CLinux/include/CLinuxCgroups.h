#ifndef MARTLET_CLINUX_CGROUPS_H
#define MARTLET_CLINUX_CGROUPS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// Calls that the Cgroups target needs and that Glibc's Swift module does not have. Each answers -1 with errno.

// 1 when a cgroup2 file system is mounted at `path`, 0 when it is another (statfs(2)).
int martlet_is_cgroup2(const char *path);

// pidfd_open(2) and pidfd_send_signal(2); the descriptor is close-on-exec.
int martlet_cgroup_pidfd_open(pid_t pid);
int martlet_cgroup_pidfd_signal(int pidfd, int signal);

// eventfd(2): close-on-exec, non-blocking, from zero.
int martlet_cgroup_eventfd(void);

#endif
