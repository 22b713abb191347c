import OCISpec

extension Container {
    /// What `ctr` asks for, but for the cgroup.
    static func defaultSpec(_ command: String) -> Spec {
        var process = Process(args: ["sh", "-c", command])
        process.env = ["PATH=/bin"]
        process.user = User(uid: 0, gid: 0)
        process.noNewPrivileges = true
        let names = [
            "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID",
            "CAP_SETUID", "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL",
            "CAP_AUDIT_WRITE",
        ]
        var capabilities = Capabilities()
        capabilities.bounding = names
        capabilities.effective = names
        capabilities.permitted = names
        process.capabilities = capabilities
        process.rlimits = [ResourceLimit(type: "RLIMIT_NOFILE", soft: 1024, hard: 1024)]

        var linux = Linux()
        linux.namespaces = [.pid, .ipc, .uts, .mount, .network].map { Namespace(type: $0) }
        linux.maskedPaths = ["/proc/acpi", "/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"]
        linux.readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]

        var spec = Spec()
        spec.process = process
        spec.linux = linux
        spec.root = Root(path: "rootfs")
        spec.hostname = "martlet"
        let inert = ["nosuid", "noexec", "nodev"]
        spec.mounts = [
            Mount(destination: "/proc", type: "proc", source: "proc", options: inert),
            Mount(
                destination: "/dev", type: "tmpfs", source: "tmpfs",
                options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
            Mount(
                destination: "/dev/pts", type: "devpts", source: "devpts",
                options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
            Mount(
                destination: "/dev/shm", type: "tmpfs", source: "shm", options: inert + ["mode=1777", "size=65536k"]),
            Mount(destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: inert),
            Mount(destination: "/sys", type: "sysfs", source: "sysfs", options: inert + ["ro"]),
            Mount(
                destination: "/run", type: "tmpfs", source: "tmpfs",
                options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
        ]
        return spec
    }
}
