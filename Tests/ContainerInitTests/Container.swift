import ContainerInit
import EngineProtocol
import FoundationEssentials
import Glibc
import LinuxSystem
import OCISpec
import SystemPackage
import Testing

/// A bundle in a folder of its own, with a root filesystem of busybox and a specification like that of `ctr`, and the
/// driver that makes a container of it. Everything is gone when it goes.
final class Container {
    let bundle: String
    var spec: Spec
    /// Of the driver: see ContainerDriver.
    var driverEnvironment: [String] = []

    private var driver: Int32?
    private var input: Int32 = -1
    private var output: Int32 = -1
    private var unread: [UInt8] = []
    /// Everything that the driver has said.
    private(set) var lines: [String] = []

    /// - Parameter command: for busybox's shell.
    init(_ command: String = "sleep 1000") throws {
        var template = Array("/tmp/martlet-container-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        bundle = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        chmod(bundle, 0o755)
        spec = Self.defaultSpec(command)
        let bin = "\(bundle)/rootfs/bin"
        try makeDirectories(bin)
        // By another process: a test that forks meanwhile would hold a file that is open for writing here for a moment
        // longer, and a program that is open for writing can't be executed (ETXTBSY).
        let copy = try ChildProcess(
            path: "/bin/cp", arguments: ["cp", "/bin/busybox", "\(bin)/busybox"], environment: [],
            descriptors: [(2, 2)]
        ).spawn()
        _ = try Reaper.wait(for: copy)
        try #require(access("\(bin)/busybox", X_OK) == 0)
        for name in ["sh", "sleep", "cat", "id", "ls", "readlink", "touch", "stat", "mount", "tty", "hostname"] {
            symlink("busybox", "\(bin)/\(name)")
        }
    }

    deinit {
        if input >= 0 { close(input) }
        if let driver {
            // The container ends with its first process; the driver, its subreaper, after it.
            if let pid = initPID { kill(pid, SIGKILL) }
            _ = try? Reaper.wait(for: driver)
        }
        if output >= 0 { close(output) }
        try? FileManager.default.removeItem(atPath: bundle)
    }

    /// Begins to make the container.
    func create() throws {
        try JSONEncoder().encode(spec).write(to: URL(filePath: "\(bundle)/config.json"))
        let toDriver = try makePipe()
        let fromDriver = try makePipe()
        let path = try driverPath()
        driver = try ChildProcess(
            path: path, arguments: [path, bundle], environment: driverEnvironment,
            descriptors: [(toDriver.reading, 0), (fromDriver.writing, 1), (2, 2)]
        ).spawn()
        close(toDriver.reading)
        close(fromDriver.writing)
        input = toDriver.writing
        output = fromDriver.reading
    }

    /// Makes the container up to "created"; fails with what the driver says instead.
    func createWhole() throws {
        try create()
        try #require(waitFor("created"), "\(lines)")
    }

    func start() {
        _ = write(input, "start\n", 6)
    }

    /// Makes and starts the container, waits for its end and answers its output.
    func run() throws -> String {
        try createWhole()
        start()
        try #require(waitFor("exit "), "\(lines)")
        return containerOutput
    }

    /// Makes the container, which has to fail; answers what is said of it.
    func failure(afterStart: Bool = false) throws -> String {
        try create()
        if afterStart {
            try #require(waitFor("created"), "\(lines)")
            start()
        }
        try #require(waitFor("failed "), "\(lines)")
        return String(lines.last?.dropFirst("failed ".count) ?? "")
    }

    /// Reads what the driver says up to a line that begins so; false at its end.
    func waitFor(_ beginning: String) -> Bool {
        while true {
            while let newline = unread.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: unread[..<newline], as: UTF8.self)
                unread.removeSubrange(...newline)
                lines.append(line)
                if line.hasPrefix(beginning) { return true }
            }
            var buffer = [UInt8](repeating: 0, count: 4096)
            let count = read(output, &buffer, buffer.count)
            guard count > 0 else { return false }
            unread.append(contentsOf: buffer.prefix(count))
        }
    }

    var initPID: Int32? {
        lines.first { $0.hasPrefix("init ") }.flatMap { Int32($0.dropFirst(5)) }
    }

    var exitStatus: Int32? {
        lines.first { $0.hasPrefix("exit ") }.flatMap { Int32($0.dropFirst(5)) }
    }

    /// What the container has written to its standard output and error.
    var containerOutput: String { (try? readText("\(bundle)/output")) ?? "" }

    /// A file of /proc of the container's first process.
    func procFile(_ name: String) throws -> String {
        try readText("/proc/\(try #require(initPID))/\(name)")
    }

    /// A field of /proc/PID/status.
    func status(_ field: String) throws -> String {
        let line = try procFile("status").split(separator: "\n").first { $0.hasPrefix("\(field):") }
        return String(try #require(line).dropFirst(field.count + 1)).trimmed
    }

    /// The line of a mount in the container's mountinfo.
    func mountInfo(_ destination: String) throws -> String? {
        try procFile("mountinfo").split(separator: "\n").map(String.init)
            .last { $0.split(separator: " ")[4] == destination }
    }

    /// Runs a program of the host and answers whether it exits with 0.
    static func isRoot() -> Bool { geteuid() == 0 && access("/bin/busybox", X_OK) == 0 }
}

extension Container {
    /// Adds a line to a file of the bundle.
    func put(_ text: String, at path: String, mode: UInt32 = 0o644) throws {
        let whole = "\(bundle)/\(path)"
        try makeDirectories(splitLast(whole).parent)
        try Data(text.utf8).write(to: URL(filePath: whole))
        chmod(whole, mode_t(mode))
    }

    /// A hook that runs a script of the host's shell.
    func hook(_ script: String, timeout: Int? = nil) -> Hook {
        Hook(path: "/bin/sh", args: ["sh", "-c", script], env: ["PATH=/usr/bin:/bin"], timeout: timeout)
    }
}

extension String {
    var trimmed: String {
        var text = Substring(self)
        while let first = text.first, first.isWhitespace { text.removeFirst() }
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}

func makeDirectories(_ path: String) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
}

/// The driver is built beside the tests.
private func driverPath() throws -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/self/exe", &buffer, buffer.count)
    let own = String(decoding: buffer.prefix(length).map(UInt8.init(bitPattern:)), as: UTF8.self)
    let path = splitLast(own).parent + "/container-driver"
    try #require(access(path, X_OK) == 0, "\(path) is not built")
    return path
}

extension Trait where Self == ConditionTrait {
    /// Containers are made: for root, with busybox.
    static var makesContainers: Self {
        .enabled(if: Container.isRoot(), "needs root, and a static busybox in /bin")
    }
}
