#ifndef MARTLET_TITLE_H
#define MARTLET_TITLE_H

// Where the title lies that was set last, at the start of a page; what is longer than a page may be lost
// with its rest. NULL: none was set.
extern const char *martlet_title;

#endif
