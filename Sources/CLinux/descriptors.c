#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

// SCM_MAX_FD of the kernel.
enum { most_descriptors = 253 };

int martlet_contains(const void *whole, size_t whole_length, const void *part, size_t part_length) {
    return memmem(whole, whole_length, part, part_length) != NULL;
}

ssize_t martlet_send_descriptors(int socket, const void *bytes, size_t length, const int *descriptors, size_t count) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * most_descriptors)];
    } control;
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = length};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};

    if (count > most_descriptors) {
        errno = E2BIG;
        return -1;
    }
    if (count > 0) {
        memset(&control, 0, sizeof control);
        message.msg_control = control.space;
        message.msg_controllen = CMSG_SPACE(sizeof(int) * count);
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int) * count);
        memcpy(CMSG_DATA(header), descriptors, sizeof(int) * count);
    }
    return sendmsg(socket, &message, MSG_NOSIGNAL);
}

ssize_t martlet_receive_descriptors(
    int socket, void *bytes, size_t length, int *descriptors, size_t capacity, size_t *count, int *truncated) {
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int) * most_descriptors)];
    } control;
    struct iovec part = {.iov_base = bytes, .iov_len = length};
    if (capacity > most_descriptors) capacity = most_descriptors;
    struct msghdr message = {
        .msg_iov = &part,
        .msg_iovlen = 1,
        .msg_control = control.space,
        .msg_controllen = capacity > 0 ? CMSG_SPACE(sizeof(int) * capacity) : 0,
    };

    *count = 0;
    *truncated = 0;
    ssize_t received = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    if (received < 0) return received;
    *truncated = (message.msg_flags & MSG_CTRUNC) != 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t here = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < here && *count < capacity; i++) {
            memcpy(&descriptors[(*count)++], CMSG_DATA(header) + i * sizeof(int), sizeof(int));
        }
    }
    return received;
}

const uint64_t martlet_o_path = O_PATH;

int martlet_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

int martlet_close_range(unsigned first, unsigned last, int on_exec) {
    if (syscall(SYS_close_range, first, last, on_exec ? CLOSE_RANGE_CLOEXEC : 0) == 0) return 0;
    // Before Linux 5.11 there is no CLOSE_RANGE_CLOEXEC, before 5.9 no close_range. EPERM is the answer of a container's
    // seccomp filter that is older than the call.
    if (errno != ENOSYS && errno != EINVAL && errno != EPERM) return -1;
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0) return -1;
    // What was opened before the limit was lowered may lie above it.
    rlim_t most = limit.rlim_cur < 4096 ? 4096 : limit.rlim_cur;
    for (unsigned each = first; each <= last && each < most; each++) {
        if (on_exec) {
            (void)fcntl((int)each, F_SETFD, FD_CLOEXEC);
        } else {
            (void)close((int)each);
        }
    }
    return 0;
}

int martlet_pipe(int ends[2]) {
    return pipe2(ends, O_CLOEXEC);
}

int martlet_memfd_create(const char *name) {
    return memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

int martlet_seal(int descriptor) {
    return fcntl(descriptor, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL);
}

int martlet_filesystem(int descriptor, int64_t *type, int64_t *flags) {
    struct statfs found;
    int result = fstatfs(descriptor, &found);
    if (result < 0) return result;
    *type = found.f_type;
    *flags = found.f_flags;
    return 0;
}

uint64_t martlet_device_number(uint32_t major, uint32_t minor) {
    return makedev(major, minor);
}
