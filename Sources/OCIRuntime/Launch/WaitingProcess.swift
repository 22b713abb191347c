internal import Glibc
internal import LinuxSystem
internal import ShimService
internal import Synchronization

/// A process that waits for its start.
final class WaitingProcess: Sendable {
    let control: ControlChannel
    let process: ProcessHandle
    let isGuest: Bool
    /// Told of its end, if this process attends to it.
    let end: Monitored<ProcessExit?>
    let console: Mutex<Int32?>

    init(
        control: ControlChannel, process: ProcessHandle, isGuest: Bool, end: Monitored<ProcessExit?>,
        console: Int32?
    ) {
        self.control = control
        self.process = process
        self.isGuest = isGuest
        self.end = end
        self.console = Mutex(console)
    }

    var pid: Int32 { process.descriptor.pid }

    /// The master of its terminal; the caller owns it.
    func takeConsole() -> Int32? { console.withLock { $0.take() } }

    deinit {
        if let raw = console.withLock({ $0 }) { _ = close(raw) }
    }
}
