#include "CLinuxTitle.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>

int martlet_set_title(const char *title, size_t length, const char *name) {
    if (prctl(PR_SET_NAME, name, 0, 0, 0) != 0) return -1;

    // A mapping of its own: the area that exec made is as long as the arguments were.
    char *area = mmap(NULL, length + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED) return -1;
    memcpy(area, title, length);
    area[length] = '\0';

    // The kernel holds start <= end at every step, so the end that lies on the far side moves first.
    unsigned long start = (unsigned long)area, end = start + length + 1;
    if (prctl(PR_SET_MM, PR_SET_MM_ARG_END, end, 0, 0) == 0) {
        if (prctl(PR_SET_MM, PR_SET_MM_ARG_START, start, 0, 0) == 0) return 0;
    } else if (prctl(PR_SET_MM, PR_SET_MM_ARG_START, start, 0, 0) == 0) {
        if (prctl(PR_SET_MM, PR_SET_MM_ARG_END, end, 0, 0) == 0) return 0;
    }
    int saved = errno;
    munmap(area, length + 1);
    errno = saved;
    return -1;
}
