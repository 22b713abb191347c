#ifndef MARTLET_CWASMTIMEFILES_H
#define MARTLET_CWASMTIMEFILES_H

#include <sys/types.h>

// libwasmtime reads and writes a guest's files at an offset, by the C library's pread64 and pwrite64. A program that it
// is linked with may have functions of these names, which are called instead: they are the same (pread(2)), but that a
// file without offsets (a FIFO, a terminal, a pipe, a socket) is read and written where it is.
ssize_t pread64(int descriptor, void *buffer, size_t count, off_t offset);
ssize_t pwrite64(int descriptor, const void *buffer, size_t count, off_t offset);

#endif
