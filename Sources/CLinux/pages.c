#include "CLinuxPages.h"

#include <fcntl.h>
#include <link.h>
#include <unistd.h>

struct hand_on {
    int memory;
    size_t least;
};

static int hand_on_object(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size;
    struct hand_on *work = context;
    for (int index = 0; index < object->dlpi_phnum; index++) {
        const ElfW(Phdr) *header = &object->dlpi_phdr[index];
        if (header->p_type != PT_LOAD || (header->p_flags & PF_W) || header->p_memsz < work->least) continue;
        // What stands there is written, to a copy of the page that is this process's own. No mapping has to be made
        // writable for it.
        off_t address = (off_t)(object->dlpi_addr + header->p_vaddr);
        char byte;
        if (pread(work->memory, &byte, 1, address) == 1) (void)!pwrite(work->memory, &byte, 1, address);
    }
    return 0;
}

int martlet_hand_on_pages(size_t least) {
    struct hand_on work = {.memory = open("/proc/self/mem", O_RDWR | O_CLOEXEC), .least = least};
    if (work.memory < 0) return -1;
    dl_iterate_phdr(hand_on_object, &work);
    close(work.memory);
    return 0;
}
