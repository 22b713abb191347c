internal import Bundle
internal import Cgroups
package import ContainerdAPI
internal import Glibc
internal import LinuxSystem
package import Logging
internal import OCISpec
internal import ShimService
internal import SwiftProtobuf

/// `delete`: clears away what a shim that has gone left of a container, from the bundle alone. May be called again.
package struct DeleteCommand {
    package var id: String
    /// Absolute.
    package var folder: String
    package var logger: Logger

    package init(id: String, folder: String, logger: Logger) {
        self.id = id
        self.folder = folder
        self.logger = logger
    }

    /// - Returns: the exit of the init process as the shim recorded it; else that it was killed just now.
    /// - Throws: what could not be cleared away; the rest is, and the next call tries again.
    package func run() throws -> TaskDeleteResponse {
        guard let lock = try? openFile(folder, O_RDONLY | O_DIRECTORY) else { return try clear() }
        // One at a time: a container of a pod may be cleared away with the pod and by a call of its own.
        try systemCall("flock", folder) { flock(lock.raw, LOCK_EX) }
        let response = try clear()
        _ = consume lock
        return response
    }

    private func clear() throws -> TaskDeleteResponse {
        let bundle = try Bundle(path: folder)
        let pid = try bundle.readPid(.initPid)
        var failures: [any Error] = []
        let cgroup: (any Cgroup)? = attempt(&failures) { try recordedCgroup(of: bundle) } ?? nil
        if let cgroup {
            attempt(&failures) { try cgroup.kill(signal: SIGKILL) }
            attempt(&failures) { try cgroup.remove() }
        }
        let spec = try? bundle.loadConfig().spec
        attempt(&failures) { try RootfsMounts.unmountAll(at: spec.map(bundle.rootfs(of:)) ?? bundle.path(of: .rootfs)) }
        attempt(&failures) { try removeStaleSocket(bundle) }
        attempt(&failures) { try PodFiles(folder: bundle.path(of: .pod), hasSharedMemory: true).unmount() }
        clearMembers(of: bundle, &failures)
        try RolledBack.throwAny(failures)
        // The records go last, and with them what tells that the hooks are still to be run.
        if cgroup != nil, pid != nil, let spec {
            HookRunner(reaper: ChildReaper(), logger: logger).runAll(
                spec.hooks?.poststop, stage: "poststop",
                state: ContainerState(spec, id: id, status: .stopped, pid: nil, bundle: bundle.path))
        }
        let exit = try bundle.readExitRecord()
        for file in [Bundle.File.initPid, .cgroup] { try bundle.remove(file) }
        return .with {
            $0.pid = UInt32(exit?.pid ?? pid ?? 0)
            $0.exitStatus = exit?.status ?? 128 + UInt32(SIGKILL)
            $0.exitedAt = exit.map { .init(seconds: $0.seconds, nanos: $0.nanoseconds) } ?? .now()
        }
    }

    private func recordedCgroup(of bundle: Bundle) throws -> (any Cgroup)? {
        try bundle.read(.cgroup).map { try cgroup(recorded: $0, in: bundle.path(of: .cgroup)) }
    }

    private func cgroup(recorded text: String, in file: String) throws -> any Cgroup {
        do {
            return try decodeJSON(CgroupPlace.self, from: text.utf8, file: nil).open()
        } catch {
            throw TaskError(.failedPrecondition, "\(file) is not what the shim wrote", cause: error)
        }
    }

    /// Clears the containers of the pod away for which nobody will call `delete`, if their shim has gone.
    private func clearMembers(of bundle: Bundle, _ failures: inout [any Error]) {
        let members = bundle.readMembers()
        guard !members.isEmpty, attempt(&failures, { try shimHasGone(bundle) }) == true else { return }
        for member in members {
            attempt(&failures) {
                if let own = member.bundle {
                    if try own.read(.sandbox) != nil {
                        _ = try DeleteCommand(id: member.id, folder: own.path, logger: logger).run()
                    } else if own.exists {
                        return
                    }
                }
                // containerd may have removed the bundle at any moment, and with it what was to be read there.
                if let text = member.cgroup {
                    let cgroup = try cgroup(recorded: text, in: "\(bundle.path)'s list")
                    try cgroup.kill(signal: SIGKILL)
                    try cgroup.remove()
                }
                try bundle.removeMember(member.id)
            }
        }
    }

    /// Whether nobody serves the pod. A shim that was killed answers at its socket for a moment after containerd has seen
    /// its connection end: it is waited for.
    private func shimHasGone(_ bundle: Bundle) throws -> Bool {
        guard let address = try bundle.shimAddress() else { return true }
        for _ in 0..<500 {
            guard try ShimSocket.answers(at: address) else { return true }
            // One that has gone is as good as one that is going.
            guard let pid = try bundle.readPid(.shimPid), ProcessStat(pid: pid)?.isEnding ?? true else { return false }
            usleep(10_000)
        }
        return false
    }

    private func removeStaleSocket(_ bundle: Bundle) throws {
        guard let address = try bundle.shimAddress() else { return }
        try ShimSocket.removeIfStale(address)
    }

    @discardableResult
    private func attempt<Value>(_ failures: inout [any Error], _ body: () throws -> Value) -> Value? {
        do {
            return try body()
        } catch {
            failures.append(error)
            return nil
        }
    }
}
