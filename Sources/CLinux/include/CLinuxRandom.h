#ifndef MARTLET_CLINUX_RANDOM_H
#define MARTLET_CLINUX_RANDOM_H

#include <stddef.h>
#include <sys/types.h>

// getrandom(2) without flags. Answers how many bytes it gave, or -1 with errno.
ssize_t martlet_getrandom(void *bytes, size_t count);

#endif
