package import ArgumentParser
internal import EngineProtocol

/// `martlet trace`
package struct TraceCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Run a module and write down its calls of WASI, as strace does.",
        discussion: """
            The module runs as by martlet run, in a container of its own; each call of WASI preview 1 is written with its \
            arguments, its result, and the seconds that it took, on standard error or to a file. What a component calls \
            can't be seen from here: it is refused.

            The exit status is the module's.

            EXAMPLES
              martlet trace app.wasm
              martlet trace --output calls --dir ./data::/data app.wasm /data/file
              martlet trace --summary app.wasm
              martlet trace image.tar
            """)

    @ParentCommand var martlet: MartletCommand

    @Option(
        name: .shortAndLong, help: ArgumentHelp("Where the calls are written.", valueName: "file"),
        completion: .file())
    package var output: String?

    @Flag(help: "Only say how many calls there were of each function, and how long they took.")
    package var summary = false

    @Option(help: "How many bytes of a text are shown.")
    package var shown = 64

    @OptionGroup package var program: InstrumentedRun

    package init() {}

    package func validate() throws {
        guard (0...65536).contains(shown) else {
            throw ValidationError("--shown \(shown): expected a number of bytes from 0 to 65536")
        }
    }

    package func run() throws {
        var instruments = Instruments()
        var trace = TraceSettings()
        trace.output = output.map(absolutePath)
        trace.summary = summary
        trace.shown = shown
        instruments.trace = trace
        throw ExitCode(try program.run(instruments, martlet.global))
    }
}
