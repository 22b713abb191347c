#include "CLinux.h"

#include <errno.h>
#include <linux/capability.h>
#include <linux/keyctl.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

int martlet_setresuid(uid_t uid) {
    return setresuid(uid, uid, uid);
}

int martlet_setresgid(gid_t gid) {
    return setresgid(gid, gid, gid);
}

int martlet_capset(uint64_t effective, uint64_t permitted, uint64_t inheritable) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[2];
    for (int half = 0; half < 2; half++) {
        data[half].effective = (uint32_t)(effective >> (32 * half));
        data[half].permitted = (uint32_t)(permitted >> (32 * half));
        data[half].inheritable = (uint32_t)(inheritable >> (32 * half));
    }
    return (int)syscall(SYS_capset, &header, data);
}

int martlet_capget(uint64_t *effective, uint64_t *permitted, uint64_t *inheritable) {
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
    struct __user_cap_data_struct data[2] = {{0}};
    int result = (int)syscall(SYS_capget, &header, data);
    if (result < 0) return result;
    *effective = data[0].effective | (uint64_t)data[1].effective << 32;
    *permitted = data[0].permitted | (uint64_t)data[1].permitted << 32;
    *inheritable = data[0].inheritable | (uint64_t)data[1].inheritable << 32;
    return 0;
}

int martlet_prlimit(pid_t pid, int resource, uint64_t soft, uint64_t hard) {
    struct rlimit limit = {.rlim_cur = soft, .rlim_max = hard};
    return prlimit(pid, resource, &limit, NULL);
}

int martlet_get_limit(int resource, uint64_t *soft, uint64_t *hard) {
    struct rlimit limit;
    int result = getrlimit(resource, &limit);
    if (result < 0) return result;
    *soft = limit.rlim_cur;
    *hard = limit.rlim_max;
    return 0;
}

int martlet_personality(unsigned long persona) {
    return personality(persona);
}

int martlet_ioprio_set(int which, int who, int priority) {
    return (int)syscall(SYS_ioprio_set, which, who, priority);
}

int martlet_sched_setattr(pid_t pid, const struct martlet_scheduling *scheduling) {
    // struct sched_attr as it was first published (SCHED_ATTR_SIZE_VER0).
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {
        .size = sizeof attributes,
        .policy = scheduling->policy,
        .flags = scheduling->flags,
        .nice = scheduling->nice,
        .priority = scheduling->priority,
        .runtime = scheduling->runtime,
        .deadline = scheduling->deadline,
        .period = scheduling->period,
    };
    return (int)syscall(SYS_sched_setattr, pid, &attributes, 0);
}

int64_t martlet_join_session_keyring(const char *name) {
    return syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, name);
}

int martlet_set_key_permissions(int64_t key, uint32_t permissions) {
    return (int)syscall(SYS_keyctl, KEYCTL_SETPERM, key, permissions);
}

int64_t martlet_describe_key(int64_t key, char *buffer, size_t length) {
    return syscall(SYS_keyctl, KEYCTL_DESCRIBE, key, buffer, length);
}
