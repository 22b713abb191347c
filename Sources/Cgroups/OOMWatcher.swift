internal import Glibc
internal import LinuxSystem
internal import Synchronization

/// Watches a cgroup for processes that are killed for want of memory.
///
/// The descriptor becomes readable when something may have happened: then, and once more when a process of the
/// container has ended, ask `didOOM`. On version 1 the kernel wakes the watcher just before it kills, wakes it for
/// an out-of-memory in a parent too, and when the cgroup is removed; so the count of kills decides, and it is
/// raised before the process is killed: at its exit the answer is certain. (mm/memcontrol-v1.c, mm/oom_kill.c)
package final class OOMWatcher: Sendable {
    private let descriptor: OwnedFileDescriptor
    /// The file whose line `oom_kill` counts.
    private let directory: CgroupDirectory
    private let file: String
    /// How many kills were answered for. Guarded by itself.
    private let seen: Mutex<UInt64>

    init(descriptor: consuming OwnedFileDescriptor, directory: CgroupDirectory, file: String) {
        self.descriptor = descriptor
        self.directory = directory
        self.file = file
        self.seen = Mutex(directory.oomKills(file) ?? 0)
    }

    /// For poll(2): readable when `didOOM` should be asked. Borrowed; valid while the watcher lives.
    package var fileDescriptor: Int32 { descriptor.raw }

    /// Whether a process was killed since this was last asked; also resets the descriptor. False once the cgroup is
    /// gone. Does not block.
    package func didOOM() -> Bool {
        drain()
        return seen.withLock { seen in
            guard let kills = directory.oomKills(file), kills > seen else { return false }
            seen = kills
            return true
        }
    }

    /// An eventfd is emptied by one read of 8 bytes, an inotify descriptor by reading until nothing is left.
    private func drain() {
        withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 8) { buffer in
            while case .success(let count) = attempt({ read(descriptor.raw, buffer.baseAddress, buffer.count) }),
                count > 0
            {}
        }
    }
}

extension CgroupDirectory {
    /// The count of kills; nil when the cgroup is gone, or the kernel (before 4.13) does not count.
    fileprivate func oomKills(_ file: String) -> UInt64? {
        guard let values = try? flatKeyed(file) else { return nil }
        return values["oom_kill"]
    }
}
