/// How much of a container's memory limit each of a guest's linear memories may take.
///
/// It is there for the guest, which so can be told that there is no more; what holds is the cgroup's own limit. Nearly
/// all guests have one memory. One with several can come to the cgroup's limit with their sum, and the kernel kills it
/// then, as it kills a native process: the engine's C API limits each memory and not their sum.
package enum GuestMemory {
    /// What a container process needs beside them: at most 1.5 MB of its own for a small module, more for a large one's
    /// tables and stacks. A sixteenth, but no less than 4 MiB and no more than 64 MiB.
    ///
    /// - Parameter cgroup: bytes; nil: no limit.
    /// - Returns: bytes; nil: no limit. At least half, so that a tiny limit leaves the guest something.
    package static func limit(ofCgroup cgroup: UInt64?) -> UInt64? {
        guard let cgroup else { return nil }
        let headroom = min(max(cgroup / 16, 4 << 20), 64 << 20)
        return max(cgroup / 2, cgroup > headroom ? cgroup - headroom : 0)
    }
}
