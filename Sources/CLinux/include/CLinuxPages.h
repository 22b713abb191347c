#ifndef MARTLET_CLINUX_PAGES_H
#define MARTLET_CLINUX_PAGES_H

#include <stddef.h>

// Has fork(2) hand the pages of code and constants on that this process has come to, in all segments of the program
// and its libraries of at least `least` bytes. Answers 0, or -1 with errno.
//
// fork leaves the page tables of a mapping out if nothing in it was ever written: each child then takes a page fault
// for each 64 kB of it that it comes to. One private page in a mapping is enough for the kernel to copy its tables.
// Where it refuses that page, children only start later.
int martlet_hand_on_pages(size_t least);

#endif
