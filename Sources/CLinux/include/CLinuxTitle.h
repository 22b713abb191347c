#ifndef MARTLET_CLINUX_TITLE_H
#define MARTLET_CLINUX_TITLE_H

#include <stddef.h>

// Makes /proc/PID/cmdline read as `length` bytes of `title` (NUL-separated arguments), and /proc/PID/comm as
// `name` (the kernel keeps 15 bytes). prctl(2), PR_SET_MM: wants CAP_SYS_RESOURCE in the first user namespace, so it
// comes before a user namespace is entered. Answers 0, or -1 with errno; the title is left as it was then.
int martlet_set_title(const char *title, size_t length, const char *name);

#endif
