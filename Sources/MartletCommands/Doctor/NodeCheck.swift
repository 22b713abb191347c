internal import Cgroups
internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import ShimService

/// Looks at a machine for what containers of this runtime need.
package struct NodeCheck: Sendable {
    /// Files of the machine are looked up below this folder; tests have their own.
    let root: String
    /// Of the kernel: `6.1.0-18-amd64`.
    private let release: String
    private let user: UInt32
    /// Runs programs of the machine; tests have their own.
    let ask: MachineProgram

    package init() {
        var names = utsname()
        uname(&names)
        let release = withUnsafeBytes(of: &names.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        self.init(root: "", release: release, user: geteuid())
    }

    init(root: String, release: String, user: UInt32, ask: MachineProgram = MachineProgram()) {
        self.root = root
        self.ask = ask
        self.release = release
        self.user = user
    }

    package func run() -> [Finding] {
        var findings = [kernel, privileges, namespaces, cgroups, controllers, seccomp, ptrace, fileSystems]
        findings += [configuration, cache, engine, shim, containerd]
        let (containerds, runtimes) = containerdConfiguration()
        return findings + containerds + handlers(runtimes)
    }

    func path(_ path: String) -> String { root + path }

    // MARK: The kernel

    /// mount_setattr(2), for recursive read-only and idmapped mounts, is of 5.12; openat2 and pidfd_getfd of 5.6.
    var kernel: Finding {
        let parts = release.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        guard parts.count == 2 else { return Finding("kernel", .fair, "release \(release)") }
        let number = parts[0] * 1000 + parts[1]
        if number >= 5012 { return Finding("kernel", .good, release) }
        if number >= 5008 {
            return Finding(
                "kernel", .fair, release, remedy: "5.12 or later has recursive read-only and idmapped mounts")
        }
        return Finding("kernel", .bad, release, remedy: "use Linux 5.8 or later")
    }

    var privileges: Finding {
        guard user == 0 else {
            return Finding("user", .bad, "user \(user)", remedy: "containers are made by root: use sudo")
        }
        let status = (try? readText("\(root)/proc/self/status")) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("CapEff:") }
        let digits = line?.dropFirst("CapEff:".count).drop { $0 == "\t" || $0 == " " } ?? ""
        let held = UInt64(digits, radix: 16) ?? 0
        let needed: [(String, UInt64)] = [
            ("CAP_SYS_ADMIN", 21), ("CAP_SYS_CHROOT", 18), ("CAP_SETUID", 7), ("CAP_SETGID", 6), ("CAP_MKNOD", 27),
            ("CAP_SYS_PTRACE", 19), ("CAP_NET_ADMIN", 12),
        ]
        let missing = needed.filter { held & (1 << $0.1) == 0 }.map(\.0)
        guard missing.isEmpty else {
            return Finding(
                "user", .bad, "root without \(missing.joined(separator: ", "))",
                remedy: "run on the machine itself, or in a privileged container")
        }
        guard held & (1 << 24) != 0 else {
            return Finding(
                "user", .fair, "root without CAP_SYS_RESOURCE",
                remedy: "rlimits of a container can't be higher than they are here (ulimit -Hn)")
        }
        return Finding("user", .good, "root")
    }

    var cgroups: Finding {
        do {
            let node = try CgroupNode.detect(root: "\(root)/sys/fs/cgroup")
            _ = try node.place(for: try CgroupPath("/martlet/doctor", id: "doctor"))
            return Finding(
                "cgroups", .good, node.layout == .unified ? "version 2" : "version 1 (\(node.layout.rawValue))")
        } catch {
            return Finding(
                "cgroups", .bad, "\(error)",
                remedy: "mount them at /sys/fs/cgroup: version 2, or a folder each of version 1")
        }
    }

    /// Without some of them containers are less apart; without others there are none.
    var namespaces: Finding {
        let kinds = ["mnt", "pid", "net", "ipc", "uts", "cgroup", "user", "time"]
        let missing = kinds.filter { access(path("/proc/self/ns/\($0)"), F_OK) != 0 }
        let needed = missing.filter { !["user", "time"].contains($0) }
        guard needed.isEmpty else {
            return Finding(
                "namespaces", .bad, "the kernel has none of \(needed.joined(separator: ", "))",
                remedy: "use a kernel with CONFIG_NAMESPACES and what is below it")
        }
        let most = (try? readText(path("/proc/sys/user/max_user_namespaces"))).flatMap { Int($0.prefix { $0 != "\n" }) }
        guard !missing.contains("user"), most != 0 else {
            return Finding(
                "namespaces", .fair, "there may be no user namespaces",
                remedy: "pods with hostUsers: false need them: sysctl user.max_user_namespaces")
        }
        return Finding("namespaces", .good, kinds.filter { !missing.contains($0) }.joined(separator: " "))
    }

    /// What limits are made of. On version 1 each that is mounted has a folder of its own.
    var controllers: Finding {
        let top = path("/sys/fs/cgroup")
        let unified = try? readText("\(top)/cgroup.controllers").split(whereSeparator: \.isWhitespace).map(String.init)
        let wanted = ["cpu", "memory", "pids"] + (unified == nil ? ["devices", "freezer"] : [])
        let missing = wanted.filter { name in
            unified.map { !$0.contains(name) } ?? (access("\(top)/\(name)/cgroup.procs", F_OK) != 0)
        }
        guard missing.isEmpty else {
            return Finding(
                "cgroup controllers", .fair, "there is no \(missing.joined(separator: ", "))",
                remedy: "limits that need them are refused: mount them, or boot with cgroup_enable=\(missing[0])")
        }
        return Finding("cgroup controllers", .good, wanted.joined(separator: " "))
    }

    var seccomp: Finding {
        guard let actions = try? readText("\(root)/proc/sys/kernel/seccomp/actions_avail") else {
            return Finding(
                "seccomp", .bad, "the kernel has none",
                remedy: "guests are confined by it: use a kernel with CONFIG_SECCOMP_FILTER")
        }
        return Finding("seccomp", .good, actions.split(whereSeparator: \.isWhitespace).joined(separator: " "))
    }

    /// `start` of a created container takes a descriptor out of it.
    var ptrace: Finding {
        let text = (try? readText("\(root)/proc/sys/kernel/yama/ptrace_scope")) ?? ""
        let scope = Int(text.prefix { $0 != "\n" })
        guard scope == 3 else { return Finding("ptrace", .good, scope.map { "yama.ptrace_scope is \($0)" } ?? "free") }
        return Finding(
            "ptrace", .fair, "yama.ptrace_scope is 3",
            remedy: "martlet start (not run, nor the shim) needs it lower: sysctl kernel.yama.ptrace_scope=2")
    }

    var fileSystems: Finding {
        let known = ((try? readText("\(root)/proc/filesystems")) ?? "").split(separator: "\n").compactMap {
            $0.split(whereSeparator: \.isWhitespace).last.map(String.init)
        }
        let missing = ["proc", "sysfs", "tmpfs", "devpts", "mqueue"].filter { !known.contains($0) }
        guard missing.isEmpty else {
            return Finding(
                "filesystems", .bad, "the kernel has no \(missing.joined(separator: ", "))",
                remedy: "load their modules, or use another kernel")
        }
        guard known.contains("overlay") else {
            return Finding(
                "filesystems", .fair, "the kernel has no overlay",
                remedy: "containerd's overlayfs snapshotter needs it: modprobe overlay")
        }
        return Finding("filesystems", .good, "all that are needed, and overlay")
    }
}
