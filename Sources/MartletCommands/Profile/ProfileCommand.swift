package import ArgumentParser
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec

/// `martlet profile`
package struct ProfileCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Run a module, and say in which functions its time goes.",
        discussion: """
            The module runs as by martlet run, in a container of its own; its stack is looked at each millisecond. The \
            functions in which it was found most often are listed on standard error when it has ended, or is \
            interrupted; all samples are written to a file that https://profiler.firefox.com opens, and with --svg as a \
            flame graph. Time that it waits for is not seen: a sample is taken only while its own code runs. Names come \
            from the module's name section, which strip takes away.

            Components can't be profiled so, but by perf: see martlet run --perf.

            The exit status is the module's.

            EXAMPLES
              martlet profile app.wasm
              martlet profile --svg app.svg --dir ./data::/data:ro app.wasm /data/file
              martlet profile --interval 10ms --output app.json image.tar
            """)

    @ParentCommand var martlet: MartletCommand

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Where the samples are written, as JSON; FILE.profile.json in the working directory if it is not said.",
            valueName: "file"), completion: .file())
    package var output: String?

    @Option(help: ArgumentHelp("A file for a flame graph.", valueName: "file"), completion: .file(extensions: ["svg"]))
    package var svg: String?

    @Option(help: "What passes between two samples (1ms, 0.01, 1s).")
    package var interval = Interval(milliseconds: 1)

    @Option(help: "How many functions are listed.")
    package var top = 15

    @OptionGroup package var program: InstrumentedRun

    package init() {}

    package func validate() throws {
        guard interval.milliseconds <= 10_000 else {
            throw ValidationError("--interval: expected from 1ms to 10s")
        }
        guard top >= 0 else { throw ValidationError("--top \(top): expected a number of functions") }
    }

    package func run() throws {
        let name = Self.name(of: program.target)
        let output = absolutePath(output ?? "\(name).profile.json")
        var instruments = Instruments()
        instruments.profile = ProfileSettings(output: output, name: name, interval: interval.milliseconds)
        let status = try program.run(instruments, martlet.global)
        let stacks = try StackTree(GuestProfile.read(output))
        if let svg {
            try writeFile(Array(FlameGraph(stacks, title: name).svg.utf8), to: absolutePath(svg), mode: 0o644)
        }
        var report = stacks.report(top: top, Style(for: 2)) + "samples: \(output)\n"
        if let svg { report += "flame graph: \(absolutePath(svg))\n" }
        report.withUTF8 { bytes in _ = try? writeAll(UnsafeRawBufferPointer(bytes), to: 2, name: "standard error") }
        throw ExitCode(status)
    }

    /// A file's own, without the folders and the function.
    static func name(of target: String) -> String {
        let path = target.hasPrefix("oci:") ? target.dropFirst(4) : target[...]
        let last = path.split(separator: "/").last ?? "guest"
        return String(last.prefix { $0 != "#" && $0 != ":" })
    }
}
