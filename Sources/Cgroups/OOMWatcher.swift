internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// Watches a cgroup for processes that are killed for want of memory.
///
/// The descriptor becomes readable when something may have happened: then, and once more when a process of the
/// container has ended, ask `didOOM`. On version 1 the kernel wakes the watcher just before it kills, wakes it for
/// an out-of-memory in a parent too, and when the cgroup is removed; so the count of kills decides, and it is
/// raised before the process is killed: at its exit the answer is certain. (mm/memcontrol-v1.c, mm/oom_kill.c)
/// Kernels before 4.13 do not count: there nothing is ever answered.
package final class OOMWatcher: Sendable {
    private let descriptor: OwnedFileDescriptor
    /// The file whose line `oom_kill` counts.
    private let directory: CgroupDirectory
    private let file: String
    /// Whether the kernel wakes before it counts: version 1.
    private let wakesEarly: Bool
    /// How many kills were answered for.
    private let seen: Mutex<Seen>

    private struct Seen {
        var kills: UInt64
        /// Of the cgroup above, which counts those below it too, when this one was last there; nil where it is not
        /// asked (version 1), or has no count (the root).
        var above: UInt64?
    }

    init(descriptor: consuming OwnedFileDescriptor, directory: CgroupDirectory, file: String, wakesEarly: Bool) {
        self.descriptor = descriptor
        self.directory = directory
        self.file = file
        self.wakesEarly = wakesEarly
        let above = wakesEarly ? nil : directory.parent.oomKills(file)
        self.seen = Mutex(Seen(kills: directory.oomKills(file) ?? 0, above: above))
    }

    /// For poll(2): readable when `didOOM` should be asked. Borrowed; valid while the watcher lives.
    package var fileDescriptor: Int32 { descriptor.raw }

    /// Whether a process was killed since this was last asked; also resets the descriptor. On version 1 it gives a kernel
    /// that has just woken us up to 5 ms to choose and count its victim.
    ///
    /// - Parameter wasKilled: whether the container's first process was ended by SIGKILL. Then a cgroup that is gone,
    ///   as systemd takes away the scope of a process that has ended, maybe before anybody can look, is answered for by
    ///   the one above it, of which this was one part: what was killed there since this one was last looked at. Else a
    ///   cgroup that is gone answers no.
    package func didOOM(wasKilled: Bool = false) -> Bool {
        if drain(), wakesEarly {
            let before = seen.withLock { $0.kills }
            for _ in 0..<5 {
                guard let kills = directory.oomKills(file), kills == before else { break }
                usleep(1000)
            }
        }
        let kills = directory.oomKills(file)
        return seen.withLock { seen in
            let above = seen.above == nil ? nil : directory.parent.oomKills(file)
            defer { if let above { seen.above = above } }
            guard let kills else { return wasKilled && above ?? 0 > seen.above ?? 0 }
            defer { seen.kills = max(kills, seen.kills) }
            return kills > seen.kills
        }
    }

    /// An eventfd is emptied by one read of 8 bytes, an inotify descriptor by reading until nothing is left.
    /// - Returns: whether there was anything.
    private func drain() -> Bool {
        var woken = false
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while case .success(let count) = attempt({ read(descriptor.raw, buffer.baseAddress, buffer.count) }),
                count > 0
            {
                woken = true
            }
        }
        return woken
    }
}

extension CgroupDirectory {
    /// The count of kills; nil when the cgroup is gone, or the kernel (before 4.13) does not count.
    fileprivate func oomKills(_ file: String) -> UInt64? {
        guard let values = try? flatKeyed(file) else { return nil }
        return values["oom_kill"]
    }
}
