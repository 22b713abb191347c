#include "CWasmtimeFiles.h"

#include <errno.h>
#include <sys/syscall.h>
#include <unistd.h>

// In the table of dynamic symbols, where the loader looks before it comes to the C library.
#define EXPORTED __attribute__((visibility("default"), used))

EXPORTED ssize_t pread64(int descriptor, void *buffer, size_t count, off_t offset) {
    ssize_t done = syscall(SYS_pread64, descriptor, buffer, count, offset);
    return done < 0 && errno == ESPIPE ? read(descriptor, buffer, count) : done;
}

EXPORTED ssize_t pwrite64(int descriptor, const void *buffer, size_t count, off_t offset) {
    ssize_t done = syscall(SYS_pwrite64, descriptor, buffer, count, offset);
    return done < 0 && errno == ESPIPE ? write(descriptor, buffer, count) : done;
}
