internal import Glibc
internal import LinuxSystem

/// A process that reads what a container writes to a pipe.
struct StreamReader: Sendable {
    let pid: Int32
    let arguments: [String]

    var name: String { splitLast(arguments.first ?? "").last ?? "" }

    /// The first that there is, beside shims, which hold what they open for the container.
    ///
    /// - Parameter link: the pipe or FIFO, as the links of /proc/PID/fd say it.
    static func find(_ link: String) -> StreamReader? {
        for name in entryNames(in: "/proc") {
            guard let pid = Int32(name), pid != getpid() else { continue }
            let holds = entryNames(in: "/proc/\(pid)/fd").contains { descriptor in
                (try? linkTarget(of: "/proc/\(pid)/fd/\(descriptor)")) == link && reads(pid, descriptor)
            }
            guard holds, let words = try? readText("/proc/\(pid)/cmdline") else { continue }
            let reader = StreamReader(pid: pid, arguments: words.split(separator: "\0").map(String.init))
            if !reader.name.hasPrefix("containerd-shim") { return reader }
        }
        return nil
    }

    /// The file's flags are octal; their last two bits are 0 for reading and 1 for writing alone (proc_pid_fdinfo(5)).
    private static func reads(_ pid: Int32, _ descriptor: String) -> Bool {
        guard let info = try? readText("/proc/\(pid)/fdinfo/\(descriptor)") else { return false }
        let flags = info.split(separator: "\n").first { $0.hasPrefix("flags:") }?.dropFirst("flags:".count)
        guard let number = flags.flatMap({ Int($0.drop(while: \.isWhitespace), radix: 8) }) else { return false }
        return number & Int(O_ACCMODE) != Int(O_WRONLY)
    }

    /// The file that conmon, which runs the containers of podman and of CRI-O, writes a log like those of CRI to.
    var conmonLog: String? {
        guard name == "conmon" else { return nil }
        for (index, word) in arguments.enumerated() {
            var value: Substring?
            if word == "-l" || word == "--log-path" {
                value = index + 1 < arguments.count ? arguments[index + 1][...] : nil
            }
            if word.hasPrefix("--log-path=") { value = word.dropFirst("--log-path=".count) }
            guard var path = value else { continue }
            for driver in ["k8s-file:", "k8s_file:"] where path.hasPrefix(driver) {
                path = path.dropFirst(driver.count)
            }
            if path.hasPrefix("/") { return String(path) }
        }
        return nil
    }
}
