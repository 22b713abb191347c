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

    @Option(
        help: ArgumentHelp(
            "How many descriptors from 3 on the program is to have, after the sockets of LISTEN_FDS.",
            valueName: "count"))
    package var preserveFds = 0

    package init() {}

    /// To be asked for first of all: see `InheritedDescriptors`.
    func inheritedDescriptors() throws -> InheritedDescriptors { try InheritedDescriptors(preserving: preserveFds) }

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
        let inherited = try options.inheritedDescriptors()
        try martlet.global.withRuntime { runtime in
            var request = CreationRequest(
                id: id, bundle: absolutePath(bundle), streams: ProcessStreams(inherited: inherited))
            options.apply(to: &request)
            try runtime.create(request)
        }
    }
}
