#ifndef MARTLET_CLINUX_FILES_H
#define MARTLET_CLINUX_FILES_H

#include <sys/types.h>

// Gives the storage of `length` bytes of a file back from `offset` on; they read as zeros then, and the file's size stays.
// Answers 0, or -1 with errno (fallocate(2)).
int martlet_punch_hole(int file, off_t offset, off_t length);

// Writes at a file's end, wherever that is then, by RWF_APPEND of pwritev2(2), or where there is none, which a filter may
// see to, by O_APPEND for a moment. What has no end, as a pipe, is written to. Answers how many bytes, or -1 with errno.
ssize_t martlet_append(int file, const void *bytes, size_t count);

// Entries of a directory, as getdents64(2) lays them out. Answers how many bytes, 0 at the end, or -1 with errno.
ssize_t martlet_read_entries(int directory, void *buffer, size_t count);

#endif
