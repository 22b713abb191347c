internal import CLinux
internal import Glibc
internal import SystemPackage

/// A process by a descriptor that never means another (pidfd_open(2)).
package struct ProcessDescriptor: ~Copyable, Sendable {
    private let descriptor: OwnedFileDescriptor
    package let pid: Int32

    /// - Throws: `ESRCH` when there is no such process, also not as a zombie.
    package init(pid: Int32) throws(SystemCallError) {
        let raw = try systemCall("pidfd_open", "\(pid)") { martlet_pidfd_open(pid, 0) }
        descriptor = OwnedFileDescriptor(owning: raw)
        self.pid = pid
    }

    /// Takes over a pidfd that another process opened.
    ///
    /// - Parameter pid: what its process is called here.
    package init(owning descriptor: consuming OwnedFileDescriptor, pid: Int32) {
        self.descriptor = descriptor
        self.pid = pid
    }

    /// Borrowed; readable by poll(2) once the process has ended.
    package var raw: Int32 { descriptor.raw }

    package func send(signal: Int32) throws(SystemCallError) {
        try systemCall("pidfd_send_signal", "\(pid)") { martlet_pidfd_send_signal(descriptor.raw, signal) }
    }

    /// Sends a new limit of its memories to a process that has been made to accept it (`Signals.acceptMemoryLimits`).
    ///
    /// - Parameter memoryLimit: bytes; nil: no limit.
    package func send(memoryLimit: UInt64?) throws(SystemCallError) {
        try systemCall("pidfd_send_signal", "\(pid)") {
            martlet_pidfd_send_memory_limit(descriptor.raw, memoryLimit.map { Int64(clamping: $0) } ?? -1)
        }
    }

    /// Waits for the end of the process for so long; nil is for ever. Does not reap it.
    ///
    /// - Returns: whether it has ended.
    package func waitForEnd(milliseconds: Int32? = nil) throws(SystemCallError) -> Bool {
        var entry = pollfd(fd: descriptor.raw, events: Int16(POLLIN), revents: 0)
        return try systemCall("poll", "\(pid)") { poll(&entry, 1, milliseconds ?? -1) } > 0
    }
}

/// How a child ended.
package enum ProcessEnd: Hashable, Sendable, CustomStringConvertible {
    case exited(Int32)
    case signaled(Int32)

    /// As shells have it: the exit code, or 128 and the signal.
    package var status: Int32 {
        switch self {
        case .exited(let code): code
        case .signaled(let signal): 128 + signal
        }
    }

    package var description: String {
        switch self {
        case .exited(let code): "exit status \(code)"
        case .signaled(let signal): "ended by signal \(signal)"
        }
    }
}

/// A child that has been reaped.
package struct ReapedChild: Hashable, Sendable {
    package let pid: Int32
    package let end: ProcessEnd
}

/// Reaps children (waitid(2)).
package enum Reaper {
    /// Waits for this child to end, and reaps it.
    package static func wait(for pid: Int32) throws(SystemCallError) -> ProcessEnd {
        guard let child = try next(P_PID, UInt32(pid), 0) else {
            throw SystemCallError("waitid", "\(pid)", errno: .noChildProcess)
        }
        return child.end
    }

    /// Reaps any child that has ended.
    ///
    /// - Parameter blocking: whether to wait for one.
    /// - Returns: nil when none has ended, or there is no child.
    package static func next(blocking: Bool) throws(SystemCallError) -> ReapedChild? {
        do {
            return try next(P_ALL, 0, blocking ? 0 : WNOHANG)
        } catch {
            if error.errno == .noChildProcess { return nil }
            throw error
        }
    }

    private static func next(_ kind: idtype_t, _ id: UInt32, _ options: Int32) throws(SystemCallError) -> ReapedChild? {
        var found = martlet_exit()
        try systemCall("waitid", id == 0 ? nil : "\(id)") {
            martlet_waitid(Int32(kind.rawValue), id, options | WEXITED, &found)
        }
        if found.pid == 0 { return nil }
        let end: ProcessEnd = found.code == Int32(CLD_EXITED) ? .exited(found.status) : .signaled(found.status)
        return ReapedChild(pid: found.pid, end: end)
    }
}
