#ifndef MARTLET_CSHIMBENCH_H
#define MARTLET_CSHIMBENCH_H

// A call that Swift does not import. No system header here: its types would become this module's for Swift.

// Adds a change of folder to a posix_spawn_file_actions_t: posix_spawn_file_actions_addchdir_np of glibc.
// Answers 0 or an error number.
int shim_bench_add_folder(void *actions, const char *folder);

#endif
