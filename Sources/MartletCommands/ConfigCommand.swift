package import ArgumentParser
internal import Glibc
internal import ShimService

/// `martlet config`
package struct ConfigCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Say whether the configuration file is right.",
        discussion: """
            The file is read when a pod's shim starts: with a mistake in it, no new pod starts.

            EXAMPLES
              martlet config
              martlet config ./config.toml && install -m 644 config.toml \(ShimConfiguration.path)
            """)

    @Argument(help: "The file; \(ShimConfiguration.path) if none is named.", completion: .file())
    package var file: String?

    package init() {}

    package func run() throws {
        let path = file ?? ShimConfiguration.path
        let isThere = access(path, F_OK) == 0
        if !isThere, file != nil {
            throw ValidationError("there is no \(path); name a file, or none for \(ShimConfiguration.path)")
        }
        _ = try ConfigurationReader.read(file: path)
        print(isThere ? "ok: \(path)" : "ok: there is no \(path), so all is as by default")
    }
}
