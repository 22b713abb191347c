#include "CLinuxFiles.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

int martlet_punch_hole(int file, off_t offset, off_t length) {
    return fallocate(file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, offset, length);
}

ssize_t martlet_append(int file, const void *bytes, size_t count) {
    struct iovec part = {.iov_base = (void *)bytes, .iov_len = count};
    ssize_t done = pwritev2(file, &part, 1, 0, RWF_APPEND);
    if (done >= 0 || (errno != ENOSYS && errno != EOPNOTSUPP && errno != ESPIPE)) return done;
    int flags = fcntl(file, F_GETFL);
    if (flags < 0 || fcntl(file, F_SETFL, flags | O_APPEND) < 0) return -1;
    done = write(file, bytes, count);
    int code = errno;
    if (!(flags & O_APPEND)) (void)fcntl(file, F_SETFL, flags);
    errno = code;
    return done;
}

ssize_t martlet_read_entries(int directory, void *buffer, size_t count) {
    return syscall(SYS_getdents64, directory, buffer, count);
}
