#ifndef MARTLET_CLINUX_FILES_H
#define MARTLET_CLINUX_FILES_H

#include <sys/types.h>

// Gives the storage of `length` bytes of a file back from `offset` on; they read as zeros then, and the file's size stays.
// Answers 0, or -1 with errno (fallocate(2)).
int martlet_punch_hole(int file, off_t offset, off_t length);

#endif
