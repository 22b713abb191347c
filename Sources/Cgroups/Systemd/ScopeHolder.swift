internal import CLinux
internal import LinuxSystem
internal import Synchronization

/// A process that does nothing: systemd makes a scope only around processes that exist, and ends one that is empty, so
/// this stands in it until the container's own first process has entered. It ends with the value, and with the shim.
final class ScopeHolder: Sendable {
    let pid: Int32
    private let line: ClosableLine

    init() throws(SystemCallError) {
        let (reading, writing) = try makePipe()
        let theirs = OwnedFileDescriptor(owning: reading)
        line = ClosableLine(owning: writing)
        pid = try systemCall("fork") { martlet_start_holder(theirs.raw, writing) }
        _ = consume theirs
    }

    /// Has it end, and waits for that. It is the subreaper's to reap.
    func end() {
        let process = try? ProcessDescriptor(pid: pid)
        line.close()
        if let process { _ = try? process.waitForEnd(milliseconds: 5000) }
    }
}

/// The writing end of a pipe, closed when that is asked for, or with the value.
private final class ClosableLine: Sendable {
    private let descriptor: Mutex<OwnedFileDescriptor?>

    init(owning raw: Int32) {
        descriptor = Mutex(OwnedFileDescriptor(owning: raw))
    }

    func close() {
        descriptor.withLock { $0 = nil }
    }
}
