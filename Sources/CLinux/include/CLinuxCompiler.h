#ifndef MARTLET_CLINUX_COMPILER_H
#define MARTLET_CLINUX_COMPILER_H

#include <sys/types.h>

// Calls of the compile helper and the artifact cache that Swift can't make: variadic ones, and those that the C
// library declares only with _GNU_SOURCE. All answer -1 with errno on failure.

// PR_SET_NO_NEW_PRIVS (prctl(2)).
int martlet_set_no_new_privs(void);

// PR_SET_PDEATHSIG with SIGKILL (prctl(2)). It does not help if the parent has ended already.
int martlet_die_with_parent(void);

// A new network namespace and a new IPC namespace (unshare(2)).
int martlet_leave_network_and_ipc(void);

// A pipe, close-on-exec.
int martlet_make_pipe(int ends[2]);

// Waits for a write lock on one byte of a file, which goes with the open file (fcntl(2), F_OFD_SETLKW).
int martlet_lock_byte(int descriptor, off_t offset);

// Sets the atime to now (futimens(3)).
int martlet_touch_atime(int descriptor);

#endif
