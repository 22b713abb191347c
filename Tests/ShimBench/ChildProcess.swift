internal import CShimBench
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// A program that is run to its end, with stdin from /dev/null and stdout and stderr in one pipe, as containerd runs
/// a shim's commands.
struct ChildProcess {
    /// How a program ended.
    struct Outcome: Sendable {
        /// What it wrote.
        var output: String
        /// The exit code, or 128 and the number of the signal.
        var status: Int32
        /// From before it was made until it had ended and its pipe was closed.
        var milliseconds: Double
    }

    /// A path, or a name that is looked up in PATH.
    var program: String
    var arguments: [String]
    /// All of it; nil hands ours on.
    var environment: [String: String]?
    /// Where it starts; nil stays here.
    var folder: String?
    /// After this long it is killed, and that is an error.
    var seconds: Int64 = 60

    /// Runs it; blocks. Throws `BenchError` `.program` when it can't be started or is not done in time. A status
    /// that is not 0 is no error here.
    func run() throws -> Outcome {
        let start = Moment.now
        let ends = try makePipe()
        let reading = OwnedFileDescriptor(owning: ends.reading)
        let pid = try spawn(output: OwnedFileDescriptor(owning: ends.writing))
        let bytes: [UInt8]
        do {
            bytes = try Self.readAll(reading, until: start + seconds * 1000)
        } catch {
            kill(pid, SIGKILL)
            _ = try? Self.wait(pid)
            throw BenchError(.program, "\(words) was not done after \(seconds) s", cause: error)
        }
        let status = try Self.wait(pid)
        return Outcome(
            output: String(decoding: bytes, as: UTF8.self), status: status,
            milliseconds: Moment.now.milliseconds(since: start))
    }

    /// As `run`; also throws `.program` with the program's own words when its status is not 0.
    func succeed() throws -> Outcome {
        let outcome = try run()
        guard outcome.status == 0 else {
            throw BenchError(.program, "\(words) ended with \(outcome.status) and said: \(outcome.output)")
        }
        return outcome
    }

    private var words: String { ([program] + arguments).joined(separator: " ") }

    private func spawn(output: consuming OwnedFileDescriptor) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output.raw, 1)
        posix_spawn_file_actions_adddup2(&actions, output.raw, 2)
        if let folder { shim_bench_add_folder(&actions, folder) }
        // Our signals are blocked (see Interruption), its are not.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))

        let argv = CStrings([program] + arguments)
        let envp = environment.map { CStrings($0.map { "\($0.key)=\($0.value)" }) }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, program, &actions, &attributes, argv.pointers, envp?.pointers ?? environ)
        guard code == 0 else {
            throw BenchError(.program, "\(program) can't be started", errno: Errno(rawValue: code))
        }
        return pid
    }

    private static func readAll(_ descriptor: borrowing OwnedFileDescriptor, until end: Moment) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 14)
        let raw = descriptor.raw
        while true {
            try Readiness.wait(raw, until: end)
            let count = try systemCall("read") { read(raw, &buffer, buffer.count) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
        }
    }

    private static func wait(_ pid: pid_t) throws -> Int32 {
        var status: Int32 = 0
        try systemCall("waitpid", "\(pid)") { waitpid(pid, &status, 0) }
        // wait(2): the low seven bits are the signal, the next byte the exit code.
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }
}

/// An array of C strings that ends with a null pointer, for as long as this lives.
private final class CStrings {
    let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
    private let count: Int

    init(_ strings: [String]) {
        count = strings.count
        pointers = .allocate(capacity: count + 1)
        for (index, string) in strings.enumerated() { (pointers + index).initialize(to: strdup(string)) }
        (pointers + count).initialize(to: nil)
    }

    deinit {
        for index in 0..<count { free(pointers[index]) }
        pointers.deallocate()
    }
}
