internal import CLinux
internal import Glibc
internal import SystemPackage

/// A program that is given some bytes, may say a little, and has to end in time: a hook.
package struct TimedCommand: Sendable {
    package var path: String
    package var arguments: [String]
    package var environment: [String]
    /// Its standard input, whole.
    package var input: [UInt8]
    /// Seconds; nil is no limit.
    package var timeout: Int?
    /// How many bytes are kept of what it says.
    package var kept = TimedCommand.keptOutput
    /// Where its standard error goes, instead of to what it says; borrowed.
    package var errors: Int32?

    package init(path: String, arguments: [String], environment: [String], input: [UInt8], timeout: Int?) {
        self.path = path
        self.arguments = arguments
        self.environment = environment
        self.input = input
        self.timeout = timeout
    }

    /// What became of it.
    package struct Outcome: Sendable {
        package let end: ProcessEnd
        /// The last of what it wrote to its standard output and error, at most `kept` bytes.
        package let output: String
        /// Whether it was killed for taking too long.
        package let timedOut: Bool
    }

    package static let keptOutput = 4096

    /// Runs it to its end; blocking.
    ///
    /// - Parameter reap: waits for the child and reaps it; for a process that has a reaper of its own.
    package func run(
        reap: (Int32) throws(SystemCallError) -> ProcessEnd = { pid throws(SystemCallError) in
            try Reaper.wait(for: pid)
        }
    ) throws(SystemCallError) -> Outcome {
        // Files in memory and not pipes: a hook that reads nothing, or leaves a child that holds its output open,
        // blocks nobody.
        let input = try makeSealedFile("stdin", content: input)
        let output = OwnedFileDescriptor(
            owning: try systemCall("memfd_create") { martlet_memfd_create("output") })
        let child = ChildProcess(
            path: path, arguments: arguments, environment: environment,
            descriptors: [(input.raw, 0), (output.raw, 1), (errors ?? output.raw, 2)])
        let pid = try child.spawn()
        let timedOut = try endIfLate(pid)
        let end = try reap(pid)
        return Outcome(end: end, output: try tail(of: output.raw), timedOut: timedOut)
    }

    /// Waits for the child to end or for its time to be over, and kills it then. Answers whether it was killed.
    private func endIfLate(_ pid: Int32) throws(SystemCallError) -> Bool {
        guard let timeout else { return false }
        do {
            let process = try ProcessDescriptor(pid: pid)
            let milliseconds = Int32(clamping: Int64(timeout) * 1000)
            if try process.waitForEnd(milliseconds: milliseconds) { return false }
            try process.send(signal: SIGKILL)
            return true
        } catch {
            // It has ended, and a reaper has been quicker.
            if error.errno == .noSuchProcess { return false }
            throw error
        }
    }

    private func tail(of output: Int32) throws(SystemCallError) -> String {
        let status = try systemCall("lseek") { lseek(output, 0, SEEK_END) }
        var bytes = [UInt8](repeating: 0, count: kept)
        let start = max(0, status - off_t(bytes.count))
        let count = try systemCall("pread") { pread(output, &bytes, bytes.count, start) }
        return String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
