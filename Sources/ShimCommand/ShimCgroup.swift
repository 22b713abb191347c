internal import Cgroups
internal import LinuxSystem
internal import ShimService
internal import SystemPackage

/// The cgroup that the runtime's options name for the shim itself (`shim_cgroup`).
enum ShimCgroup {
    /// Moves this process there, and so those that it forks, and an engine that was started ahead. The cgroup must
    /// exist, as for runc's shim.
    static func enter(_ path: String, with early: EngineProcess?) throws {
        let place = try CgroupNode.detect().place(for: CgroupPath(path, id: ""))
        let cgroup = place.open()
        guard cgroup.exists else {
            throw TaskError(.failedPrecondition, "shim_cgroup: there is no cgroup \(path)")
        }
        for file in cgroup.entryFiles {
            do {
                try writeText("0", toFileAt: file)
                if let early { try writeText("\(early.pid)", toFileAt: file) }
            } catch {
                // It need not be in every hierarchy of version 1.
                if error.errno != .noSuchFileOrDirectory {
                    throw TaskError(.failedPrecondition, "shim_cgroup: \(path) can't be entered", cause: error)
                }
            }
        }
    }
}
