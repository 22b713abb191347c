// Design rule of this target: a command's file reads its arguments and prints; what it finds out is a value of its own
// that prints nothing.

package import ArgumentParser
internal import ShimService

/// The program `martlet`.
package enum MartletMain {
    /// Does what the command line says, and ends the process when that fails.
    package static func run() {
        MartletCommand.main()
    }
}

/// `martlet`
package struct MartletCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "martlet",
        abstract: "Run WebAssembly in containers, and look after them.",
        discussion: """
            On a node containers are run by containerd, which starts the shim:
              ctr run --runtime \(MartletVersion.runtime) IMAGE ID

            EXAMPLES
              martlet run app.wasm --verbose
              martlet inspect app.wasm
              martlet run --bundle ./bundle ID
              podman --runtime $(command -v martlet) run --rm IMAGE
              martlet check /run/containerd/io.containerd.runtime.v2.task/k8s.io/ID
            """,
        version: "martlet \(MartletVersion.version)",
        subcommands: [RunCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Modules",
                subcommands: [InspectCommand.self, TraceCommand.self, ProfileCommand.self, CacheCommand.self]),
            CommandGroup(
                name: "Node",
                subcommands: [
                    DoctorCommand.self, CheckCommand.self, ConfigCommand.self, TopCommand.self, LogsCommand.self,
                    ShimCallCommand.self,
                ]),
            CommandGroup(
                name: "OCI Runtime",
                subcommands: [
                    CreateCommand.self, StartCommand.self, StateCommand.self, KillCommand.self, DeleteCommand.self,
                    ExecCommand.self, PauseCommand.self, ResumeCommand.self, PsCommand.self, ListCommand.self,
                    EventsCommand.self, UpdateCommand.self, SpecCommand.self, FeaturesCommand.self,
                ]),
        ])

    @OptionGroup package var global: GlobalOptions

    package init() {}
}
