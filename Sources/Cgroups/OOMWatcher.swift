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
    /// How many kills were answered for. Guarded by itself.
    private let seen: Mutex<UInt64>

    init(descriptor: consuming OwnedFileDescriptor, directory: CgroupDirectory, file: String, wakesEarly: Bool) {
        self.descriptor = descriptor
        self.directory = directory
        self.file = file
        self.wakesEarly = wakesEarly
        self.seen = Mutex(directory.oomKills(file) ?? 0)
    }

    /// For poll(2): readable when `didOOM` should be asked. Borrowed; valid while the watcher lives.
    package var fileDescriptor: Int32 { descriptor.raw }

    /// Whether a process was killed since this was last asked; also resets the descriptor. False once the cgroup is
    /// gone. On version 1 it gives a kernel that has just woken us up to 5 ms to choose and count its victim.
    package func didOOM() -> Bool {
        if drain(), wakesEarly {
            let before = seen.withLock { $0 }
            for _ in 0..<5 {
                guard let kills = directory.oomKills(file), kills == before else { break }
                usleep(1000)
            }
        }
        guard let kills = directory.oomKills(file) else { return false }
        return seen.withLock { seen in
            guard kills > seen else { return false }
            seen = kills
            return true
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
