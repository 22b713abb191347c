internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import ShimService
internal import Synchronization

/// A container's terminal that is shown on this process's own streams.
///
/// A terminal here hands every key on as it is typed, and gets its old ways back at the end.
final class AttendedTerminal: Sendable {
    private let copier: ConsoleCopier
    /// How this process's terminal was, if stdin is one.
    private let before: termios?
    /// The status flags of 0 and 1: they are shared with whoever started this process.
    private let flags: [Int32]

    /// Owns the master from here on.
    init(owning master: Int32) throws {
        var before = termios()
        self.before = tcgetattr(STDIN_FILENO, &before) == 0 ? before : nil
        flags = [STDIN_FILENO, STDOUT_FILENO].map { fcntl($0, F_GETFL) }
        let ends = [STDIN_FILENO, STDOUT_FILENO].map { fcntl($0, F_DUPFD_CLOEXEC, 3) }
        copier = try ConsoleCopier(
            master: OwnedFileDescriptor(owning: master), stdin: ends[0] < 0 ? nil : ends[0],
            stdout: ends[1] < 0 ? nil : ends[1])
        if var raw = self.before {
            cfmakeraw(&raw)
            tcsetattr(STDIN_FILENO, TCSANOW, &raw)
        }
        takeSize()
    }

    /// Makes it as large as this process's.
    func takeSize() {
        var (rows, columns): (UInt16, UInt16) = (0, 0)
        guard martlet_get_window_size(STDIN_FILENO, &rows, &columns) == 0, rows > 0 else { return }
        try? copier.resize(rows: rows, columns: columns)
    }

    /// Shows the last of it, and gives this process's streams back as they were.
    func end() {
        copier.drain()
        if var before { tcsetattr(STDIN_FILENO, TCSADRAIN, &before) }
        for (descriptor, flags) in zip([STDIN_FILENO, STDOUT_FILENO], flags) where flags >= 0 {
            _ = fcntl(descriptor, F_SETFL, flags)
        }
    }
}
