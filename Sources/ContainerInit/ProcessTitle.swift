internal import CLinux

/// What `ps` shows of a process.
package struct ProcessTitle: Sendable {
    /// The arguments, each with its NUL, as /proc/PID/cmdline has them.
    private let commandLine: [UInt8]
    /// The kernel's short name of the process (/proc/PID/comm, 15 bytes of it).
    private let name: String

    package init(arguments: [String], name: String) {
        commandLine = arguments.flatMap { Array($0.utf8) + [0] }
        self.name = name
    }

    /// Gives it to this process. To be called while /proc is there; without it `ps` only shows another name.
    func apply() {
        _ = martlet_set_title(commandLine, commandLine.count, name)
    }
}
