internal import Bundle
internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import Logging
internal import ShimService
internal import SystemPackage

/// The forked process becomes the shim's server.
enum ServerProcess {
    /// Returns when the server has ended, as the process is to do then.
    ///
    /// The answer is given once the container is prepared and the server listens: what is done until then would else be
    /// part of its Create, and whoever is answered finds somebody.
    /// - Parameters:
    ///   - socket: owned.
    ///   - program: argv[0].
    /// - Throws: why it can't serve; nothing is left of it then.
    static func run(
        _ settings: ShimServerSettings, socket: Int32, address: SocketAddress, arguments: Arguments, program: String,
        report: Delegate.Report, answer: [UInt8]
    ) throws {
        // Out of containerd's session and process group: it may be restarted.
        setsid()
        martlet_limit_malloc_arenas()
        signal(SIGPIPE, SIG_IGN)
        let listening = OwnedFileDescriptor(owning: socket)
        do {
            // Before the log opens: the first free descriptors are 0 to 2, which containerd waits for to be closed.
            let kept = [socket, report.descriptor] + (settings.early.map { [$0.socket] } ?? [])
            try closeDescriptors(except: kept)
            try detachStandardStreams(log: settings.bundle.path(of: .log))
            let logger = logger(settings, arguments)
            try setTitle(program, arguments)
            // The orphans of the containers become this process's children.
            try becomeSubreaper()
            try systemCall("chdir", "/") { chdir("/") }
            try ShimServer.run(settings, socket: listening, socketPath: address.path, logger: logger) {
                report(answer)
            }
        } catch {
            unlink(address.path)
            for file in [Bundle.File.address, .shimPid] { try? settings.bundle.remove(file) }
            throw error
        }
    }

    /// Gives 0 and 1 to /dev/null, and 2 to the log: a FIFO that containerd reads.
    ///
    /// Opened for reading too, and non-blocking, so that neither a reader that is away nor one that is slow ever blocks
    /// or kills the shim; lines wait in the FIFO for a containerd that comes back.
    private static func detachStandardStreams(log path: String) throws(SystemCallError) {
        let null = try openFile("/dev/null", O_RDWR)
        try duplicate(null.raw, to: STDIN_FILENO)
        try duplicate(null.raw, to: STDOUT_FILENO)
        let log = try openLog(path)
        try duplicate(log.raw, to: STDERR_FILENO)
    }

    /// The log of a bundle. A bundle without one is none of containerd's; the shim serves it without a log.
    static func openLog(_ path: String) throws(SystemCallError) -> OwnedFileDescriptor {
        do {
            return try openFile(path, O_RDWR | O_NONBLOCK)
        } catch {
            return try openFile("/dev/null", O_RDWR)
        }
    }

    private static func logger(_ settings: ShimServerSettings, _ arguments: Arguments) -> Logger {
        let level: Logger.Level =
            if arguments.debug {
                .debug
            } else {
                switch settings.configuration.logLevel {
                case .debug: .debug
                case .warning: .warning
                case .error: .error
                case .info, nil: .info
                }
            }
        var logger = Logger(label: "martlet") { _ in LogfmtHandler(descriptor: STDERR_FILENO, level: level) }
        logger[metadataKey: "namespace"] = "\(settings.namespace)"
        logger[metadataKey: "pid"] = "\(getpid())"
        return logger
    }

    /// What `ps` shows: the same as for containerd's own shims.
    private static func setTitle(_ program: String, _ arguments: Arguments) throws(SystemCallError) {
        let words = [
            program, "-namespace", arguments.namespace, "-id", arguments.id, "-address", arguments.address,
        ]
        let title = words.joined(separator: "\0") + "\0"
        try systemCall("prctl") { martlet_set_title(title, title.utf8.count, "containerd-shim") }
    }
}
