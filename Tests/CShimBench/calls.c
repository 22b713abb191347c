#include "CShimBench.h"

#include <spawn.h>

int shim_bench_add_folder(void *actions, const char *folder) {
    return posix_spawn_file_actions_addchdir_np(actions, folder);
}
