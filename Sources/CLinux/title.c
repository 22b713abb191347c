#include "CLinuxTitle.h"

#include "title.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

const char *martlet_title;

// The layout of this process as /proc/self/stat tells it (proc(5), fields 26 to 28 and 45 to 51).
// PR_SET_MM_MAP sets all of it at once, so what is not changed has to be known.
static int read_layout(struct prctl_mm_map *map) {
    char text[2048];
    int file = open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    if (file < 0) return -1;
    ssize_t length = read(file, text, sizeof text - 1);
    int saved = errno;
    close(file);
    if (length < 0) {
        errno = saved;
        return -1;
    }
    text[length] = '\0';

    // The command's name, field 2, may hold blanks and brackets: count from its closing one.
    char *at = strrchr(text, ')');
    unsigned long long field[52] = {0};
    for (int number = 3; at && number <= 51; number++) {
        at = strchr(at + 1, ' ');
        if (at) sscanf(at + 1, "%llu", &field[number]);
    }
    if (!at) {
        errno = EPROTO;
        return -1;
    }
    map->start_code = field[26];
    map->end_code = field[27];
    map->start_stack = field[28];
    map->start_data = field[45];
    map->end_data = field[46];
    map->start_brk = field[47];
    map->env_start = field[50];
    map->env_end = field[51];
    map->brk = (uintptr_t)sbrk(0);
    return 0;
}

int martlet_set_title(const char *title, size_t length, const char *name) {
    if (prctl(PR_SET_NAME, name, 0, 0, 0) != 0) return -1;

    struct prctl_mm_map map = {.exe_fd = (__u32)-1};
    if (read_layout(&map) != 0) return -1;

    // A mapping of its own: the area that exec made is as long as the arguments were.
    char *area = mmap(NULL, length + 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (area == MAP_FAILED) return -1;
    memcpy(area, title, length);
    area[length] = '\0';
    map.arg_start = (uintptr_t)area;
    map.arg_end = map.arg_start + length;
    if (prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof map, 0) == 0) {
        martlet_title = area;
        return 0;
    }

    int saved = errno;
    munmap(area, length + 1);
    errno = saved;
    return -1;
}
