#include "CLinuxSeccomp.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

int martlet_seccomp_install(unsigned int flags, const struct sock_filter *program, size_t count) {
    if (count > BPF_MAXINSNS) {
        errno = E2BIG;
        return -1;
    }
    struct sock_fprog whole = {.len = (unsigned short)count, .filter = (struct sock_filter *)program};
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &whole);
}

int martlet_seccomp_knows_flags(unsigned int flags) {
    // Flags are looked at before the program: a null program is EFAULT when they are known, EINVAL when not.
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, NULL) == -1 && errno == EFAULT;
}
