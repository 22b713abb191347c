#include "CLinuxCompiler.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int martlet_lock_byte(int descriptor, off_t offset) {
    struct flock range = {.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = offset, .l_len = 1};
    return fcntl(descriptor, F_OFD_SETLKW, &range);
}

int martlet_unlock(int descriptor) {
    struct flock range = {.l_type = F_UNLCK, .l_whence = SEEK_SET};
    return fcntl(descriptor, F_OFD_SETLK, &range);
}

int martlet_touch_atime(int directory, const char *name) {
    struct timespec times[2] = {{.tv_nsec = UTIME_NOW}, {.tv_nsec = UTIME_OMIT}};
    return utimensat(directory, name, times, AT_SYMLINK_NOFOLLOW);
}
