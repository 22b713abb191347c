package import ArgumentParser
internal import Glibc
internal import OCISpec

/// What `run` takes for a file or an image.
package struct GuestOptions: ParsableArguments {
    @Option(
        name: .shortAndLong, parsing: .singleValue,
        help: "A variable, as NAME=value, or NAME for that of this process; again for more.")
    package var env: [String] = []

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp(
            "A folder or file of this machine for the container; again for more.", valueName: "host[::guest][:ro]"))
    package var dir: [SharedFolder] = []

    @Option(name: .shortAndLong, help: "What it may use, in bytes or as 64MiB.")
    package var memory: ByteCount?

    @Option(help: "How many processors' time it may use, as 0.5.")
    package var cpus: Double?

    @Flag(help: "Give it this machine's network; it has none otherwise.")
    package var net = false

    @Option(
        help: ArgumentHelp(
            "Where one that answers HTTP requests is served, in this machine's network; a port alone is the loopback's.",
            valueName: "address:port"))
    package var http: String?

    @Flag(name: .shortAndLong, help: "Give it a terminal.")
    package var tty = false

    @Flag(name: .shortAndLong, help: .hidden)
    package var interactive = false

    @Option(name: .shortAndLong, help: "Its working directory.")
    package var workdir: String?

    @Option(name: .shortAndLong, help: "Who it runs as: UID or UID:GID; in an image also names.")
    package var user: String?

    @Option(help: ArgumentHelp("The exported function to call.", valueName: "function"))
    package var invoke: String?

    @Option(help: "The container's id; a new one if none is named.")
    package var name: String?

    @Flag(help: "Let it not write to its root filesystem.")
    package var readOnly = false

    package init() {}

    package func validate() throws {
        if let cpus, !(cpus > 0 && cpus < 100_000) {
            throw ValidationError("--cpus \(cpus): expected a number of processors above 0, such as 0.5")
        }
        if let memory, memory.bytes <= 0 {
            throw ValidationError("--memory: expected a size above 0, such as 64MiB")
        }
        if let workdir, !workdir.hasPrefix("/") {
            throw ValidationError("--workdir \(workdir): expected an absolute path, inside the container")
        }
        if let http, httpAddress == nil {
            throw ValidationError("--http \(http): expected a port or ADDRESS:PORT, such as 8080 or 0.0.0.0:8080")
        }
        for word in env where word.hasPrefix("=") || word.isEmpty {
            throw ValidationError("--env \(word): expected NAME=value or NAME")
        }
    }

    /// As the annotation for it has it; nil if it is none.
    var httpAddress: String? {
        guard let http else { return nil }
        let address = http.contains(":") ? http : "127.0.0.1:\(http)"
        guard let colon = address.lastIndex(of: ":"), colon != address.startIndex,
            let port = Int(address[address.index(after: colon)...]), (1...65535).contains(port)
        else { return nil }
        return address
    }

    /// The variables, in which a name alone stands for this process's own; one that is not set is left out.
    var variables: [String] {
        env.compactMap { word in
            if word.contains("=") { return word }
            return getenv(word).map { "\(word)=\(String(cString: $0))" }
        }
    }
}

/// A folder or file of this machine that a container sees: `host::guest:ro`.
package struct SharedFolder: ExpressibleByArgument, Hashable, Sendable {
    package let host: String
    /// Absolute.
    package let guest: String
    package let isReadOnly: Bool

    package init?(argument: String) {
        var text = argument
        isReadOnly = text.hasSuffix(":ro")
        if isReadOnly { text.removeLast(3) }
        // From the end: a host's path may have colons, and a guest's seldom has.
        var split: String.Index?
        var start = text.startIndex
        while start < text.endIndex {
            if text[start...].hasPrefix("::") { split = start }
            start = text.index(after: start)
        }
        host = String(text[..<(split ?? text.endIndex)])
        guest = split.map { String(text[text.index($0, offsetBy: 2)...]) } ?? absolutePath(host)
        guard !host.isEmpty, guest.hasPrefix("/"), guest.contains(where: { $0 != "/" }) else { return nil }
    }

    var mount: Mount {
        Mount(
            destination: guest, type: "bind", source: absolutePath(host),
            options: ["rbind", "rprivate", "nosuid", "nodev"] + (isReadOnly ? ["ro"] : []))
    }
}
