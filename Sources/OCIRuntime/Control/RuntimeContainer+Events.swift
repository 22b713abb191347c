internal import Cgroups
internal import Glibc
internal import LinuxSystem
internal import ShimService

extension RuntimeContainer {
    /// What the container uses, as runc tells it.
    package func stats() throws -> StatsReport {
        let status = status
        guard status != .stopped, status != .creating else {
            throw wrongState("get the stats of", status, expected: "created, running or paused")
        }
        return StatsReport(try requireCgroup().stats())
    }

    /// What tells of its end and of kills for want of memory, when the lock is given up.
    package func watch() throws -> ContainerWatch {
        guard let process = record.process?.open() else {
            throw wrongState("watch", .stopped, expected: "created, running or paused")
        }
        return ContainerWatch(process: process, watcher: try requireCgroup().oomWatcher())
    }
}

/// Waits for what happens to a container.
package struct ContainerWatch: Sendable {
    fileprivate let process: ProcessHandle
    fileprivate let watcher: OOMWatcher

    package enum Event: Sendable {
        case outOfMemory, timeOut, end
    }

    /// - Parameter timeout: milliseconds; -1 is for ever.
    package func next(timeout: Int32) throws -> Event {
        var entries = [process.descriptor.raw, watcher.fileDescriptor].map {
            pollfd(fd: $0, events: Int16(POLLIN), revents: 0)
        }
        let ready = try systemCall("poll") { poll(&entries, 2, timeout) }
        if ready == 0 { return .timeOut }
        if watcher.didOOM() { return .outOfMemory }
        return entries[0].revents != 0 ? .end : .timeOut
    }
}
