#ifndef MARTLET_CLINUX_CGROUPS_H
#define MARTLET_CLINUX_CGROUPS_H

// Calls that the Cgroups target needs and that Glibc's Swift module does not have. Each answers -1 with errno.

// eventfd(2): close-on-exec, non-blocking, from zero.
int martlet_cgroup_eventfd(void);

#endif
