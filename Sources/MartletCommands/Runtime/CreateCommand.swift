package import ArgumentParser
internal import OCIRuntime

/// What `create` and `run` of runc have in common.
package struct CreationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A socket that is given the master of the terminal.", valueName: "path"))
    package var consoleSocket: String?

    @Option(help: ArgumentHelp("Where the pid of the first process is written.", valueName: "file"))
    package var pidFile: String?

    @Flag(help: "Leave the root by a mount, not by pivot_root: taken and not needed.")
    package var noPivot = false

    @Flag(help: "Let the container keep this process's session keyring.")
    package var noNewKeyring = false

    @Option(help: "How many descriptors from 3 on the container is to have: only 0 is supported.")
    package var preserveFds = 0

    package init() {}

    package func validate() throws {
        guard preserveFds == 0 else {
            throw ValidationError("--preserve-fds \(preserveFds): descriptors beyond 2 are not handed on; leave it out")
        }
    }

    func apply(to request: inout CreationRequest) {
        request.streams.consoleSocket = consoleSocket
        request.pidFile = pidFile
        request.noNewKeyring = noNewKeyring
    }
}

/// `martlet create`
package struct CreateCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Make a container from a bundle; it waits for its start.",
        discussion: """
            This is the command of an OCI runtime. The container's standard streams are those of this command.

            EXAMPLES
              martlet create --bundle ./bundle --pid-file hello.pid hello
              martlet start hello
            """)

    @ParentCommand var martlet: MartletCommand

    @Option(name: .shortAndLong, help: "The folder that holds config.json.", completion: .directory)
    package var bundle = "."

    @OptionGroup package var options: CreationOptions

    @Argument(help: "The new container's id.")
    package var id: String

    package init() {}

    package func run() throws {
        try martlet.global.withRuntime { runtime in
            var request = CreationRequest(id: id, bundle: absolutePath(bundle), streams: ProcessStreams())
            options.apply(to: &request)
            try runtime.create(request)
        }
    }
}
