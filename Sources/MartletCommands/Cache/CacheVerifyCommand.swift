package import ArgumentParser
internal import Glibc
internal import LinuxSystem
internal import ProbeProtocol

/// `martlet cache verify`
package struct CacheVerifyCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Say which compiled modules no engine would use.",
        discussion: """
            Each is looked at as a container's start does, and mapped by the engine. Those that another version of the \
            engine made, or other settings, are told of and are no error: they go when room is needed.

            The exit status is 1 when one is refused.

            EXAMPLES
              martlet cache verify
              martlet cache verify --remove
            """)

    @Flag(help: "Remove what no engine of this version would use.")
    package var remove = false

    package init() {}

    package func run() throws {
        try CacheCommand.requireRoot()
        let folder = try CacheCommand.folder()
        let all = try folder.artifacts()
        guard !all.isEmpty else { return print("ok: there are no compiled modules in \(folder.path)") }
        let style = Style()
        let verdicts = try Self.ask()
        var refused = 0
        var useful = 0
        for artifact in all {
            let verdict = verdicts[artifact.name]
            let fault = folder.fault(of: artifact) ?? (verdict == .refused ? "the engine refuses it" : nil)
            if let fault {
                refused += 1
                print("\(style.bad("error")): \(artifact.name): \(fault)")
            } else if verdict == .foreign {
                print("\(style.warning("warning")): \(artifact.name): another version or other settings made it")
            } else {
                useful += 1
                continue
            }
            if remove { try folder.remove(artifact) }
        }
        print("\(style.good("ok")): \(useful) compiled modules in \(folder.path)")
        if refused > 0 {
            if !remove { print("hint: martlet cache verify --remove removes them") }
            throw ExitCode.failure
        }
    }

    /// What the engine says of each, by its name.
    private static func ask() throws -> [String: ProbeReport.Verdict] {
        let probe = try ProbeClient()
        let null = try openFile("/dev/null", O_RDONLY)
        let request = ProbeRequest(.verify, settings: probe.settings, name: "the cache")
        return try probe.report(request, module: null.raw).artifacts
    }
}
