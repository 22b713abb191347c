#ifndef MARTLET_CLINUX_COMPILER_H
#define MARTLET_CLINUX_COMPILER_H

#include <sys/types.h>

// Calls of the compile helper and the artifact cache that Swift can't make: variadic ones, and those that the C
// library declares only with _GNU_SOURCE. All answer -1 with errno on failure.

// Waits for a write lock on one byte of a file, which goes with the open file (fcntl(2), F_OFD_SETLKW).
int martlet_lock_byte(int descriptor, off_t offset);

// Gives up all locks of the open file, whoever has it open besides.
int martlet_unlock(int descriptor);

// Sets the atime of a file in the folder to now, and follows no link (utimensat(2)).
int martlet_touch_atime(int directory, const char *name);

#endif
