#include "CLinuxStreams.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

// Everything below the handler is async-signal-safe (signal-safety(7)) and takes the stack of the thread that called:
// one of the engine's own, which has room for the names of paths.

// SYS_SECCOMP (asm-generic/siginfo.h), which the C library leaves out.
enum { by_seccomp = 1 };

// The handler's own opens pass the filter by the size of this.
struct answered_how {
    struct open_how how;
    uint64_t none;
};

_Static_assert(sizeof(struct open_how) == 24 && sizeof(struct answered_how) == 32, "sizes as the header says them");

static long open_at(int directory, const char *path, const struct open_how *how) {
    struct answered_how longer = {.how = *how};
    long opened = syscall(SYS_openat2, directory, path, &longer, sizeof longer);
    return opened < 0 ? -errno : opened;
}

// The standard stream that a path from the root names as links do, or -1.
static int stream_named(const char *path) {
    static const char *const folders[] = {"proc/self/fd/", "dev/fd/"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        size_t length = strlen(folders[i]);
        if (strncmp(path, folders[i], length) != 0) continue;
        char digit = path[length];
        if (digit >= '0' && digit <= '2' && path[length + 1] == '\0') return digit - '0';
    }
    return -1;
}

static int is_root(int directory) {
    struct stat given, root;
    return fstat(directory, &given) == 0 && stat("/", &root) == 0 && given.st_dev == root.st_dev
        && given.st_ino == root.st_ino;
}

// The standard stream that a path leads to by links, none of which is followed by the kernel, or -1. What is looked at
// decides just this, and the guest has its streams anyway.
static int stream_at(int directory, const char *path, uint64_t resolve) {
    const struct open_how how = {.flags = O_PATH | O_NOFOLLOW | O_CLOEXEC, .resolve = resolve};
    char names[2][PATH_MAX];
    int root = -1, found = -1, from_root = is_root(directory);
    for (int links = 0; links < 8; links++) {
        if (from_root && (found = stream_named(path)) >= 0) break;
        int link = (int)open_at(directory, path, &how);
        if (link < 0) break;
        // The link's text in the place of its name, or of all if it is absolute.
        const char *slash = strrchr(path, '/');
        size_t parent = slash ? (size_t)(slash + 1 - path) : 0;
        char *next = names[links % 2];
        ssize_t length = parent < PATH_MAX ? readlinkat(link, "", next + parent, PATH_MAX - parent) : -1;
        (void)close(link);
        if (length <= 0 || (size_t)length >= PATH_MAX - parent) break;
        next[parent + (size_t)length] = '\0';
        if (next[parent] == '/') {
            if (root < 0) root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
            if (root < 0) break;
            directory = root;
            from_root = 1;
            next += parent + strspn(next + parent, "/");
        } else {
            memcpy(next, path, parent);
        }
        path = next;
    }
    if (root >= 0) (void)close(root);
    return found;
}

// A duplicate of a stream for what open(2) was asked for. It can't be had for what it was not opened for.
static long duplicate(int stream, uint64_t flags) {
    int given = fcntl(stream, F_GETFL);
    if (given < 0) return -ENOENT;
    int asked = (int)flags & O_ACCMODE, mode = given & O_ACCMODE;
    if (!(flags & O_PATH)) {
        if (asked == O_RDONLY ? mode == O_WRONLY : asked == O_WRONLY && mode == O_RDONLY) return -EACCES;
        // The engine writes at the offset that it counts, from 0: over what is in a file already, but for this.
        struct stat file;
        if (asked != O_RDONLY && !(given & O_APPEND) && fstat(stream, &file) == 0 && S_ISREG(file.st_mode)) {
            (void)fcntl(stream, F_SETFL, given | O_APPEND);
        }
    }
    int copy = fcntl(stream, F_DUPFD_CLOEXEC, 3);
    return copy < 0 ? -errno : copy;
}

static long answer(int directory, const char *path, const struct open_how *how) {
    long opened = open_at(directory, path, how);
    if (opened != -EXDEV && opened != -ELOOP) return opened;
    if (!(how->resolve & RESOLVE_BENEATH) || how->flags & (O_DIRECTORY | O_NOFOLLOW)) return opened;
    int stream = stream_at(directory, path, how->resolve);
    return stream < 0 ? opened : duplicate(stream, how->flags);
}

static void take(int number, siginfo_t *info, void *context) {
    int code = errno;
    ucontext_t *thread = context;
    if (info->si_code != by_seccomp) {
        // By kill(2): as without a handler, which leaves the first process of a pid namespace alone.
        if (getpid() != 1) _exit(128 + number);
        return;
    }
#if defined(__x86_64__)
    greg_t *registers = thread->uc_mcontext.gregs;
    if (info->si_syscall == SYS_openat2) {
        registers[REG_RAX] = answer(
            (int)registers[REG_RDI], (const char *)registers[REG_RSI], (const struct open_how *)registers[REG_RDX]);
        errno = code;
        return;
    }
    // Once more, without a handler.
    registers[REG_RIP] -= 2;
#elif defined(__aarch64__)
    mcontext_t *registers = &thread->uc_mcontext;
    if (info->si_syscall == SYS_openat2) {
        registers->regs[0] = (uint64_t)answer(
            (int)registers->regs[0], (const char *)registers->regs[1], (const struct open_how *)registers->regs[2]);
        errno = code;
        return;
    }
    registers->pc -= 4;
#else
#error "which registers have a call's number, arguments and result?"
#endif
    struct sigaction none;
    memset(&none, 0, sizeof none);
    none.sa_handler = SIG_DFL;
    (void)sigaction(number, &none, NULL);
    errno = code;
}

int martlet_answer_trapped_opens(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = take;
    action.sa_flags = SA_SIGINFO | SA_RESTART;
    return sigaction(SIGSYS, &action, NULL);
}
