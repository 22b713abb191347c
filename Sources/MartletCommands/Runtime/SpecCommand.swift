package import ArgumentParser
internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import OCISpec

/// `martlet spec`
package struct SpecCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "spec", abstract: "Write a config.json to begin with.",
        discussion: """
            EXAMPLES
              mkdir -p bundle/rootfs && cp app.wasm bundle/rootfs
              martlet spec --bundle bundle /app.wasm
              martlet run --bundle bundle hello
            """)

    @Option(name: .shortAndLong, help: "The folder for config.json.", completion: .directory)
    package var bundle = "."

    @Argument(parsing: .captureForPassthrough, help: "What is to be run; sh if nothing is named.")
    package var arguments: [String] = []

    package init() {}

    package func validate() throws {
        // What is passed on takes options that are not known, too.
        guard let word = arguments.first, word.hasPrefix("-"), word != "--" else { return }
        if ["-h", "--help"].contains(word) { throw CleanExit.helpRequest(self) }
        throw ValidationError("unknown option \(word); after -- it is the program's name")
    }

    package func run() throws {
        let path = "\(bundle)/config.json"
        guard access(path, F_OK) != 0 else {
            throw ValidationError("\(path) exists already; remove it, or name another folder with --bundle")
        }
        let spec = DefaultSpec.make(arguments: arguments.isEmpty ? ["sh"] : arguments)
        try writeFile(Array("\(indented(try encodeJSON(spec)))\n".utf8), to: path, mode: 0o644)
    }
}
