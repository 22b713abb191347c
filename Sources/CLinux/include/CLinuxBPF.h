#ifndef MARTLET_CLINUX_BPF_H
#define MARTLET_CLINUX_BPF_H

#include <stddef.h>
#include <stdint.h>

// bpf(2) for the device programs of cgroup version 2. Each answers -1 with errno.

// Loads a BPF_PROG_TYPE_CGROUP_DEVICE program of `count` instructions of 8 bytes. The descriptor is
// close-on-exec. When the verifier refuses it, its reasons are in `log` (ended by NUL).
int martlet_bpf_load_device_program(const uint64_t *instructions, size_t count, char *log, size_t log_size);

// Attaches it to the cgroup whose directory is open at `cgroup`, beside those that are there: a device is
// allowed when all of them allow it. It stays until the cgroup is removed.
int martlet_bpf_attach_device_program(int cgroup, int program);

#endif
