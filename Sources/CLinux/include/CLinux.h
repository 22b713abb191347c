#ifndef MARTLET_CLINUX_H
#define MARTLET_CLINUX_H

// C shims of one system call each, for what Swift can't call: variadic functions, calls without a wrapper in the C
// library, and what its headers hide from Swift. Unless said otherwise they answer -1 with errno, as the calls do.

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "CLinuxBPF.h"
#include "CLinuxCgroups.h"
#include "CLinuxCompiler.h"
#include "CLinuxSeccomp.h"
#include "CLinuxEvents.h"
#include "CLinuxFiles.h"
#include "CLinuxMemoryLimit.h"
#include "CLinuxNamespaces.h"
#include "CLinuxPages.h"
#include "CLinuxRandom.h"
#include "CLinuxStreams.h"
#include "CLinuxTitle.h"

// Processes

// fork(2), which Swift marks unavailable. Only for a process that has one thread.
pid_t martlet_fork(void);

// Forks; the child ends with what `body` answers as its exit status, unless that never returns. Answers the child's
// pid, or -1 with errno.
pid_t martlet_fork_run(int (*body)(void *), void *context);

// The same with vfork(2): the child runs on this process's own memory, which is not copied, while this process waits
// for its end. What `body` does to memory stays, as if it had been called here; all else (descriptors, namespaces,
// cgroups, signal handlers) is the child's own.
pid_t martlet_vfork_run(int (*body)(void *), void *context);

// A process to start: see martlet_spawn.
struct martlet_spawn_request {
    const char *path;
    char *const *arguments;
    char *const *environment;
    // Null: the caller's.
    const char *working_directory;
    // sources[i] becomes descriptor targets[i] of the new process, which has no others.
    const int *sources;
    const int *targets;
    size_t descriptor_count;
    // setsid(2).
    int new_session;
};

// Starts a process; safe from any thread of a process that has many. The new process has an empty signal mask,
// default dispositions and only the descriptors that the request names. Answers its pid, or -1 with errno and
// `*failed_call` the name of the call that failed (static). The caller reaps it.
pid_t martlet_spawn(const struct martlet_spawn_request *request, const char **failed_call);

// Starts a process that does nothing until the pipe whose ends these are has no writer any more; safe from any thread of
// a process that has many. `writing` must be close-on-exec. Answers its pid, or -1. The caller reaps it.
pid_t martlet_start_holder(int reading, int writing);

// What waitid(2) says of a child.
struct martlet_exit {
    // 0 when WNOHANG found nothing.
    pid_t pid;
    // CLD_EXITED, CLD_KILLED, CLD_DUMPED ...
    int code;
    // The exit code, or the signal.
    int status;
};
int martlet_waitid(int id_type, unsigned id, int options, struct martlet_exit *out);

int martlet_pidfd_open(pid_t pid, unsigned flags);
int martlet_pidfd_send_signal(int pidfd, int signal);
// A copy of a descriptor of another process (pidfd_getfd(2), Linux 5.6), close-on-exec.
int martlet_pidfd_getfd(int pidfd, int descriptor);

// prctl(2).
int martlet_prctl(int option, unsigned long second, unsigned long third, unsigned long fourth, unsigned long fifth);

// Signals

// Empties the mask and sets the dispositions of ignored signals, or of all, to their defaults.
int martlet_reset_signals(int with_handlers);

// From now on SIGTERM and SIGINT end the process with 128 + n: the first process of a pid namespace is not ended by
// them otherwise (pid_namespaces(7)). execve(2) undoes it.
int martlet_end_on_termination_signals(void);

// Removes a folder with all that is in it, not beyond mount points and not through links.
int martlet_remove_tree(const char *path);

// Does nothing but have its children reaped, until a signal ends the process: SIGTERM or SIGINT with exit code 128 + its
// number. Gives all memory back but for a few pages. No other thread may run.
void martlet_park(void) __attribute__((noreturn));

// Blocks SIGTERM and SIGINT in this thread and all that it starts from now on; the descriptor, close-on-exec and
// non-blocking, becomes readable when one comes (signalfd(2)).
int martlet_termination_descriptor(void);

// Descriptors

extern const uint64_t martlet_o_path;

int martlet_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);

// Closes, or with `on_exec` marks close-on-exec, the descriptors from `first` to `last`.
int martlet_close_range(unsigned first, unsigned last, int on_exec);

// pipe2(2), close-on-exec.
int martlet_pipe(int ends[2]);

// memfd_create(2), close-on-exec, sealable.
int martlet_memfd_create(const char *name);
// F_ADD_SEALS of everything: size, writes and the seals themselves.
int martlet_seal(int descriptor);

// The `f_type` and the mount flags (`f_flags`) of fstatfs(2).
int martlet_filesystem(int descriptor, int64_t *type, int64_t *flags);

uint64_t martlet_device_number(uint32_t major, uint32_t minor);

// Sends `length` bytes and `count` descriptors (SCM_RIGHTS, unix(7)) in one sendmsg(2) with
// MSG_NOSIGNAL. Answers the bytes sent or -1 with errno. Descriptors go with the first byte.
ssize_t martlet_send_descriptors(int socket, const void *bytes, size_t length, const int *descriptors, size_t count);

// Receives up to `length` bytes and up to `capacity` descriptors (close-on-exec). `*count` is how many
// came, `*truncated` says that some did not fit (those were closed by the kernel).
// Answers the bytes received, 0 at end of file, or -1 with errno.
ssize_t martlet_receive_descriptors(
    int socket, void *bytes, size_t length, int *descriptors, size_t capacity, size_t *count, int *truncated);

// Whether the bytes of `part` stand somewhere in `whole` (memmem(3)).
int martlet_contains(const void *whole, size_t whole_length, const void *part, size_t part_length);

// Namespaces and mounts

int martlet_unshare(int flags);
int martlet_setns(int descriptor, int type);
int martlet_pivot_root(const char *new_root, const char *put_old);
int martlet_open_tree(int directory, const char *path, unsigned flags);
int martlet_move_mount(int from, const char *from_path, int to, const char *to_path, unsigned flags);
int martlet_mount_setattr(
    int directory, const char *path, unsigned flags, uint64_t set, uint64_t clear, uint64_t propagation,
    uint64_t user_namespace);

// Credentials and limits

int martlet_setresuid(uid_t uid);
int martlet_setresgid(gid_t gid);
// The sets as masks by capability number.
int martlet_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable);
int martlet_capget(uint64_t *effective, uint64_t *permitted, uint64_t *inheritable);
int martlet_prlimit(pid_t pid, int resource, uint64_t soft, uint64_t hard);
int martlet_get_limit(int resource, uint64_t *soft, uint64_t *hard);
int martlet_personality(unsigned long persona);
int martlet_ioprio_set(int which, int who, int priority);

struct martlet_scheduling {
    uint32_t policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime;
    uint64_t deadline;
    uint64_t period;
};
// sched_setattr(2).
int martlet_sched_setattr(pid_t pid, const struct martlet_scheduling *scheduling);

// KEYCTL_JOIN_SESSION_KEYRING of keyctl(2): answers the keyring's id.
int64_t martlet_join_session_keyring(const char *name);
// KEYCTL_SETPERM.
int martlet_set_key_permissions(int64_t key, uint32_t permissions);
// KEYCTL_DESCRIBE: answers the length of the description.
int64_t martlet_describe_key(int64_t key, char *buffer, size_t length);

// Terminals (ioctl_tty(2))

// Unlocks the slave of a master and opens it without a path (TIOCGPTPEER): answers the slave.
int martlet_open_terminal_peer(int master);
int martlet_set_controlling_terminal(int terminal);
int martlet_get_window_size(int terminal, unsigned short *rows, unsigned short *columns);
int martlet_set_window_size(int terminal, unsigned short rows, unsigned short columns);

#endif
