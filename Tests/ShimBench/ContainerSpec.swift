package import OCISpec

/// The `config.json` that `ctr run` of containerd 1.6 makes for an image without settings of its own.
package enum ContainerSpec {
    /// - Parameters:
    ///   - arguments: The entrypoint.
    ///   - cgroupsPath: `/parent/name`, as `ctr` names it by namespace and container.
    package static func make(arguments: [String], cgroupsPath: String) -> Spec {
        var spec = Spec(ociVersion: "1.0.2-dev")
        spec.process = process(arguments)
        spec.root = Root(path: "rootfs")
        spec.mounts = mounts
        var linux = Linux()
        linux.resources = resources
        linux.cgroupsPath = cgroupsPath
        linux.namespaces = [.pid, .ipc, .uts, .mount, .network].map { Namespace(type: $0) }
        linux.maskedPaths = [
            "/proc/acpi", "/proc/asound", "/proc/kcore", "/proc/keys", "/proc/latency_stats", "/proc/timer_list",
            "/proc/timer_stats", "/proc/sched_debug", "/sys/firmware", "/proc/scsi",
        ]
        linux.readonlyPaths = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]
        spec.linux = linux
        return spec
    }

    private static func process(_ arguments: [String]) -> Process {
        var process = Process(args: arguments)
        var user = User(uid: 0, gid: 0)
        user.additionalGids = [0]
        process.user = user
        process.env = ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]
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
        let memory = ["nosuid", "strictatime", "mode=755", "size=65536k"]
        return [
            Mount(destination: "/proc", type: "proc", source: "proc", options: locked),
            Mount(destination: "/dev", type: "tmpfs", source: "tmpfs", options: memory),
            Mount(
                destination: "/dev/pts", type: "devpts", source: "devpts",
                options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]),
            Mount(
                destination: "/dev/shm", type: "tmpfs", source: "shm", options: locked + ["mode=1777", "size=65536k"]),
            Mount(destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: locked),
            Mount(destination: "/sys", type: "sysfs", source: "sysfs", options: locked + ["ro"]),
            Mount(destination: "/run", type: "tmpfs", source: "tmpfs", options: memory),
        ]
    }

    private static var resources: LinuxResources {
        var resources = LinuxResources()
        // null, random, full, tty, zero, urandom, console, the ptys, ptmx.
        let devices: [(major: Int64, minor: Int64?)] = [
            (1, 3), (1, 8), (1, 7), (5, 0), (1, 5), (1, 9), (5, 1), (136, nil), (5, 2),
        ]
        resources.devices =
            [DeviceRule(allow: false, access: "rwm")]
            + devices.map { DeviceRule(allow: true, type: "c", major: $0.major, minor: $0.minor, access: "rwm") }
        var cpu = CPUResources()
        cpu.shares = 1024
        resources.cpu = cpu
        return resources
    }
}
