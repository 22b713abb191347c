#ifndef MARTLET_CLINUX_TITLE_H
#define MARTLET_CLINUX_TITLE_H

#include <stddef.h>

// Makes /proc/PID/cmdline read as `length` bytes of `title` (NUL-separated arguments), and /proc/PID/comm as
// `name` (the kernel keeps 15 bytes). Needs /proc mounted and no privilege (prctl(2), PR_SET_MM_MAP).
// Answers 0, or -1 with errno; the arguments are left as they were then.
int martlet_set_title(const char *title, size_t length, const char *name);

#endif
