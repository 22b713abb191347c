#include "CLinuxRandom.h"

#include <sys/random.h>

ssize_t martlet_getrandom(void *bytes, size_t count) {
    return getrandom(bytes, count, 0);
}
