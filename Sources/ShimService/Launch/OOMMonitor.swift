internal import CLinux
package import Cgroups
internal import Glibc
internal import LinuxSystem
internal import Synchronization
internal import SystemPackage

/// Watches the cgroups of all containers for processes that are killed for want of memory, on one thread, which
/// starts with the first container.
package final class OOMMonitor: Sendable {
    private struct Entry {
        let watcher: OOMWatcher
        let report: @Sendable () -> Void
    }

    private struct State {
        var epoll: Int32?
        var entries: [UInt64: Entry] = [:]
        var nextToken: UInt64 = 0
    }

    // Lives as long as the shim, and with it its epoll descriptor.
    private let state = Mutex(State())

    package init() {}

    /// Watches a cgroup.
    ///
    /// - Parameter report: called on the monitor's thread; it must not block.
    /// - Returns: what `remove` wants.
    package func add(_ watcher: OOMWatcher, report: @escaping @Sendable () -> Void) throws -> UInt64 {
        let (token, epoll, isNew) = try state.withLock { state in
            let isNew = state.epoll == nil
            let epoll = try state.epoll ?? systemCall("epoll_create1") { martlet_epoll_create() }
            state.epoll = epoll
            state.nextToken += 1
            state.entries[state.nextToken] = Entry(watcher: watcher, report: report)
            return (state.nextToken, epoll, isNew)
        }
        do {
            if isNew { try DetachedThread.start("oom") { [self] in run(epoll) } }
            try systemCall("epoll_ctl") { martlet_epoll_add(epoll, watcher.fileDescriptor, token) }
        } catch {
            remove(token)
            throw error
        }
        return token
    }

    /// Stops watching; before the cgroup is removed, which would wake the thread for nothing.
    package func remove(_ token: UInt64) {
        state.withLock { state in
            guard let entry = state.entries.removeValue(forKey: token), let epoll = state.epoll else { return }
            // It may not have been added: then there is nothing to take away.
            _ = martlet_epoll_remove(epoll, entry.watcher.fileDescriptor)
        }
    }

    private func run(_ epoll: Int32) {
        var tokens = [UInt64](repeating: 0, count: 8)
        while true {
            let count = martlet_epoll_wait(epoll, &tokens, tokens.count)
            if count < 0 {
                let code = errno
                precondition(code == EINTR, "epoll_wait: errno \(code)")
                continue
            }
            for token in tokens.prefix(Int(count)) {
                guard let entry = state.withLock({ $0.entries[token] }) else { continue }
                if entry.watcher.didOOM() { entry.report() }
            }
        }
    }
}
