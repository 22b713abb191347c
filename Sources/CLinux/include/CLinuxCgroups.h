#ifndef MARTLET_CLINUX_CGROUPS_H
#define MARTLET_CLINUX_CGROUPS_H

// Calls that the Cgroups target needs and that Glibc's Swift module does not have. Each answers -1 with errno.

// 1 when a cgroup2 file system is mounted at `path`, 0 when it is another (statfs(2)).
int martlet_is_cgroup2(const char *path);

// eventfd(2): close-on-exec, non-blocking, from zero.
int martlet_cgroup_eventfd(void);

#endif
