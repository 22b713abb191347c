#ifndef MARTLET_CLINUX_SECCOMP_H
#define MARTLET_CLINUX_SECCOMP_H

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>

// seccomp(2) with SECCOMP_SET_MODE_FILTER. Answers 0, the listener with SECCOMP_FILTER_FLAG_NEW_LISTENER,
// or -1 with errno. Nothing is allocated.
int martlet_seccomp_install(unsigned int flags, const struct sock_filter *program, size_t count);

// Whether the kernel knows these flags of SECCOMP_SET_MODE_FILTER; installs nothing.
int martlet_seccomp_knows_flags(unsigned int flags);

#endif
