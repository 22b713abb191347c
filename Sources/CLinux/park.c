#include "CLinux.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "title.h"

// What a parked process was forked from has megabytes of its own, all of which would stay in memory for as long as one
// pod lives. So everything is unmapped but the code below, and it can call nothing: no library, no constant that does
// not lie in an instruction, no memory but the stack.

#if defined(__x86_64__)
static inline __attribute__((always_inline)) long call(long number, long first, long second) {
    long result;
    __asm__ volatile("syscall" : "=a"(result) : "a"(number), "D"(first), "S"(second) : "rcx", "r11", "memory");
    return result;
}

static inline __attribute__((always_inline)) void sleep_until_signal(void) {
    (void)call(SYS_pause, 0, 0);
}
#elif defined(__aarch64__)
static inline __attribute__((always_inline)) long call(long number, long first, long second) {
    register long x8 __asm__("x8") = number, x0 __asm__("x0") = first, x1 __asm__("x1") = second;
    register long x2 __asm__("x2") = 0, x3 __asm__("x3") = 0, x4 __asm__("x4") = 0;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
}

static inline __attribute__((always_inline)) void sleep_until_signal(void) {
    (void)call(SYS_ppoll, 0, 0);
}
#else
#error "no system call is known for this architecture"
#endif

enum { kept_count = 5 };

struct range {
    uintptr_t start, end;
};

#define BARE __attribute__((noinline, no_stack_protector, section(".text.martlet_park")))

BARE static void end(int number) {
    for (;;) (void)call(SYS_exit_group, 128 + number, 0);
}

// Unmaps what lies between the ranges, which are in order, and after them; then sleeps.
BARE static __attribute__((noreturn)) void linger(const struct range *kept, uintptr_t page) {
    uintptr_t from = 0;
    for (int index = 0; index < kept_count; index++) {
        if (kept[index].start > from) (void)call(SYS_munmap, (long)from, (long)(kept[index].start - from));
        if (kept[index].end > from) from = kept[index].end;
    }
    // How many bits an address has depends on the kernel; it refuses a range that goes beyond.
    for (int bits = 48; bits > 38; bits--) {
        uintptr_t top = ((uintptr_t)1 << bits) - page;
        if (top > from && call(SYS_munmap, (long)from, (long)(top - from)) == 0) break;
    }
    for (;;) sleep_until_signal();
}

// The pages from `before` bytes before the address to `after` bytes after it.
static struct range around(const void *address, size_t before, size_t after, uintptr_t page) {
    uintptr_t at = (uintptr_t)address;
    return (struct range){(at - before) / page * page, (at + after + page - 1) / page * page};
}

void martlet_park(void) {
    // The kernel reaps the children of who ignores it.
    signal(SIGCHLD, SIG_IGN);
    // By now they end the process already, by code that is about to go.
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = end;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);

    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    struct range kept[kept_count] = {
        around((const void *)linger, 0, 1024, page),
        around((const void *)end, 0, 256, page),
        // A signal's frame lies below the stack's end: as much as the registers of any processor take.
        around(__builtin_frame_address(0), 20 << 10, 1024, page),
        // The kernel writes the state of restartable sequences into the thread's block (rseq(2)).
        around(__builtin_thread_pointer(), 4096, 4096, page),
        // What /proc/PID/cmdline reads.
        martlet_title ? around(martlet_title, 0, 1, page) : around((const void *)end, 0, 256, page),
    };
    for (int index = 1; index < kept_count; index++) {
        for (int at = index; at > 0 && kept[at].start < kept[at - 1].start; at--) {
            struct range moved = kept[at];
            kept[at] = kept[at - 1];
            kept[at - 1] = moved;
        }
    }
    linger(kept, page);
}
