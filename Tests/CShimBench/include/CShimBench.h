#ifndef MARTLET_CSHIMBENCH_H
#define MARTLET_CSHIMBENCH_H

// Calls that Swift does not import. No system header here: its types would become this module's for Swift.

// Makes this process the parent of orphans below it: PR_SET_CHILD_SUBREAPER of prctl(2). Answers 0, or -1 with errno.
int shim_bench_adopt_orphans(void);

// Adds a change of folder to a posix_spawn_file_actions_t: posix_spawn_file_actions_addchdir_np of glibc.
// Answers 0 or an error number.
int shim_bench_add_folder(void *actions, const char *folder);

// A pipe of which both ends are close-on-exec: pipe2(2). Answers 0, or -1 with errno.
int shim_bench_pipe(int ends[2]);

#endif
