package import ArgumentParser
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

    @Argument(help: "The file; what is not there is right, all is as by default then.", completion: .file())
    package var file = ShimConfiguration.path

    package init() {}

    package func run() throws {
        _ = try ConfigurationReader.read(file: file)
        print("ok: \(file)")
    }
}
