#include "CLinuxBPF.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

static int call(enum bpf_cmd command, union bpf_attr *attributes) {
    return (int)syscall(SYS_bpf, command, attributes, sizeof *attributes);
}

int martlet_bpf_load_device_program(const uint64_t *instructions, size_t count, char *log, size_t log_size) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
    attributes.insns = (uint64_t)(uintptr_t)instructions;
    attributes.insn_cnt = (uint32_t)count;
    // No helper is called, so no licence is needed that the kernel would look for.
    attributes.license = (uint64_t)(uintptr_t) "Proprietary";
    if (log_size > 0) log[0] = '\0';

    int program = call(BPF_PROG_LOAD, &attributes);
    if (program < 0 && errno == EPERM) {
        // Before Linux 5.11 programs count against the locked memory.
        struct rlimit old, raised = {RLIM_INFINITY, RLIM_INFINITY};
        if (getrlimit(RLIMIT_MEMLOCK, &old) == 0 && setrlimit(RLIMIT_MEMLOCK, &raised) == 0) {
            program = call(BPF_PROG_LOAD, &attributes);
            int code = errno;
            setrlimit(RLIMIT_MEMLOCK, &old);
            errno = code;
        } else {
            errno = EPERM;
        }
    }
    if (program >= 0 || log_size == 0 || (errno != EINVAL && errno != EACCES)) return program;

    // Once more, for the reasons.
    int code = errno;
    attributes.log_level = 1;
    attributes.log_buf = (uint64_t)(uintptr_t)log;
    attributes.log_size = (uint32_t)log_size;
    program = call(BPF_PROG_LOAD, &attributes);
    if (program < 0) errno = code;
    return program;
}

int martlet_bpf_attach_device_program(int cgroup, int program) {
    union bpf_attr attributes;
    memset(&attributes, 0, sizeof attributes);
    attributes.target_fd = (uint32_t)cgroup;
    attributes.attach_bpf_fd = (uint32_t)program;
    attributes.attach_type = BPF_CGROUP_DEVICE;
    attributes.attach_flags = BPF_F_ALLOW_MULTI;
    return call(BPF_PROG_ATTACH, &attributes);
}
