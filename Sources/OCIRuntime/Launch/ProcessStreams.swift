internal import Glibc
internal import LinuxSystem

/// Where a process's streams come from.
package struct ProcessStreams: Sendable {
    /// The process's 0, 1 and 2, borrowed; nil is the null device. Not used with a terminal.
    package var standard: [Int32?]
    /// A socket that is given the master of the process's terminal.
    package var consoleSocket: String?
    /// Whether this process stays, reaps the new one, and takes the master itself if there is no socket for it.
    package var isAttended: Bool
    /// What a native process gets beyond 2.
    package var inherited: InheritedDescriptors

    package init(
        standard: [Int32?] = Self.own(), consoleSocket: String? = nil, isAttended: Bool = false,
        inherited: InheritedDescriptors = .none
    ) {
        self.standard = standard
        self.consoleSocket = consoleSocket
        self.isAttended = isAttended
        self.inherited = inherited
    }

    /// This process's own.
    package static func own() -> [Int32?] {
        (Int32(0)...2).map { fcntl($0, F_GETFD) < 0 ? nil : $0 }
    }

    /// Where the standard output and the error stream lead.
    func places(terminal: Bool) -> [String] {
        if terminal { return ["its terminal"] }
        return standard.dropFirst().map { $0.flatMap { try? linkTarget(ofDescriptor: $0) } ?? "" }
    }

    /// Checks that there is somebody for the master.
    func check(terminal: Bool) throws(RuntimeError) {
        if terminal, consoleSocket == nil, !isAttended {
            throw RuntimeError(
                .invalidArgument, "process.terminal is true, and there is nobody to take the terminal",
                remedy: "name a socket with --console-socket, or do not detach")
        }
        if !terminal, consoleSocket != nil {
            throw RuntimeError(
                .invalidArgument, "--console-socket is given, and process.terminal is not true",
                remedy: "set process.terminal, or leave the socket out")
        }
    }
}
