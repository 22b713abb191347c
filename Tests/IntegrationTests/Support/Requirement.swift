import Foundation
import Testing

/// What the integration tests need of the machine and of the way they are started, in words that `hack/test` knows:
/// it fails when a test was skipped for a reason that does not hold.
enum Requirement {
    /// The installed tree under test; `hack/test` sets it.
    static let prefix = ProcessInfo.processInfo.environment["MARTLET_PREFIX"]

    /// The folder of the built guests; `hack/test` sets it.
    static let guests = ProcessInfo.processInfo.environment["MARTLET_GUESTS"]

    /// A folder whose `bin` has the containerd and ctr to test with, instead of the system's; `hack/test --containerd`
    /// sets it.
    static let containerd = ProcessInfo.processInfo.environment["MARTLET_CONTAINERD"].flatMap { $0.isEmpty ? nil : $0 }

    static let isRoot = getuid() == 0

    static let podman = "/usr/bin/podman"
    static let gdb = "/usr/bin/gdb"
    static let curl = "/usr/bin/curl"
    static let wrk = "/usr/bin/wrk"

    /// Whether the kernel was built with core scheduling: its functions are listed then, if without addresses.
    static let kernelHasCoreScheduling = text("/proc/kallsyms").contains(" sched_core_share_pid\n")

    static let hasCoreScheduling = kernelHasCoreScheduling && text("/sys/devices/system/cpu/smt/active") == "1\n"

    /// All of a file of /proc or /sys; nothing where there is none.
    private static func text(_ path: String) -> String {
        // They have no size, so they are read to their end.
        let handle = FileHandle(forReadingAtPath: path)
        defer { try? handle?.close() }
        return String(decoding: (try? handle?.readToEnd()) ?? Data(), as: UTF8.self)
    }

    static let hasContainerd = [
        containerd.map { "\($0)/bin/containerd" } ?? "/usr/bin/containerd", "/usr/local/bin/containerd",
    ].contains {
        FileManager.default.isExecutableFile(atPath: $0)
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips what cannot run: without root there are no namespaces to make.
    static var needsRoot: Self { .enabled(if: Requirement.isRoot, "needs root") }

    /// Skips what cannot run where Debian's containerd is not installed.
    static var needsContainerd: Self { .enabled(if: Requirement.hasContainerd, "needs containerd") }

    /// Skips what containerd 1 does not know.
    static var needsContainerd2: Self {
        .enabled("needs containerd 2") { try await !PrivateContainerd.isVersion1 }
    }

    /// Skips what cannot run where Debian's podman is not installed.
    static var needsPodman: Self {
        .enabled(if: FileManager.default.isExecutableFile(atPath: Requirement.podman), "needs podman")
    }

    /// Skips what cannot run where Debian's gdb is not installed.
    static var needsGDB: Self {
        .enabled(if: FileManager.default.isExecutableFile(atPath: Requirement.gdb), "needs gdb")
    }

    /// Skips what cannot run where one of Debian's two HTTP clients is not installed.
    static var needsClients: Self {
        .enabled(
            if: [Requirement.curl, Requirement.wrk].allSatisfy(FileManager.default.isExecutableFile),
            "needs curl and wrk")
    }

    /// Skips what is about cgroup version 2 where the node has version 1.
    static var needsCgroupV2: Self {
        .enabled(if: FileManager.default.fileExists(atPath: "/sys/fs/cgroup/cgroup.controllers"), "needs cgroup v2")
    }

    /// Skips what cannot run where systemd does not.
    static var needsSystemd: Self {
        .enabled(if: FileManager.default.fileExists(atPath: "/run/systemd/system"), "needs systemd")
    }

    /// Skips what cannot run where the kernel has no AppArmor.
    static var needsAppArmor: Self {
        .enabled(
            if: FileManager.default.fileExists(atPath: "/sys/kernel/security/apparmor/profiles"), "needs AppArmor")
    }

    /// Skips what cannot run where no core of the processor has two threads, or the kernel has no core scheduling.
    static var needsCoreScheduling: Self {
        .enabled(if: Requirement.hasCoreScheduling, "needs core scheduling")
    }

    /// Skips what is about a kernel that has none.
    static var needsNoCoreScheduling: Self {
        .enabled(if: !Requirement.kernelHasCoreScheduling, "needs a kernel without core scheduling")
    }

    /// Skips what cannot run under a bare `swift test`.
    static var needsInstalledTree: Self {
        .enabled(
            if: Requirement.prefix != nil && Requirement.guests != nil, "needs MARTLET_PREFIX, which hack/test sets")
    }
}
