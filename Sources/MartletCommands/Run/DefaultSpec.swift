internal import OCISpec

/// The configuration of a container of which nothing else is said: what containerd's clients begin with.
enum DefaultSpec {
    static func make(arguments: [String]) -> Spec {
        var spec = Spec(ociVersion: "1.2.0")
        spec.process = process(arguments)
        spec.root = Root(path: "rootfs")
        spec.hostname = "martlet"
        spec.mounts = mounts
        var linux = Linux()
        linux.resources = resources
        linux.namespaces = [.pid, .network, .ipc, .uts, .mount, .cgroup].map { Namespace(type: $0) }
        linux.maskedPaths = [
            "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
            "/proc/timer_stats", "/proc/sched_debug", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap",
        ]
        linux.readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
        spec.linux = linux
        return spec
    }

    static let searchPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    private static func process(_ arguments: [String]) -> Process {
        var process = Process(args: arguments)
        process.user = User(uid: 0, gid: 0)
        process.env = [searchPath]
        let names = [
            "CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP",
            "NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE",
        ].map { "CAP_\($0)" }
        var capabilities = Capabilities()
        capabilities.bounding = names
        capabilities.effective = names
        capabilities.permitted = names
        process.capabilities = capabilities
        process.rlimits = [ResourceLimit(type: "RLIMIT_NOFILE", soft: 1024, hard: 1024)]
        process.noNewPrivileges = true
        return process
    }

    private static var mounts: [Mount] {
        let locked = ["nosuid", "noexec", "nodev"]
        return [
            Mount(destination: "/proc", type: "proc", source: "proc", options: locked),
            Mount(
                destination: "/dev", type: "tmpfs", source: "tmpfs",
                options: ["nosuid", "strictatime", "mode=755", "size=65536k"]),
            Mount(
                destination: "/dev/pts", type: "devpts", source: "devpts",
                options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
            Mount(
                destination: "/dev/shm", type: "tmpfs", source: "shm", options: locked + ["mode=1777", "size=65536k"]),
            Mount(destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: locked),
            Mount(destination: "/sys", type: "sysfs", source: "sysfs", options: locked + ["ro"]),
            Mount(
                destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: locked + ["relatime", "ro"]),
        ]
    }

    private static var resources: LinuxResources {
        var resources = LinuxResources()
        // null, random, full, tty, zero, urandom, the ptys, ptmx.
        let devices: [(major: Int64, minor: Int64?)] = [
            (1, 3), (1, 8), (1, 7), (5, 0), (1, 5), (1, 9), (136, nil), (5, 2),
        ]
        resources.devices =
            [DeviceRule(allow: false, access: "rwm")]
            + devices.map { DeviceRule(allow: true, type: "c", major: $0.major, minor: $0.minor, access: "rwm") }
        return resources
    }
}
