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
        abstract: "Look after Martlet, the containerd shim that runs WebAssembly.",
        discussion: """
            Containers are run by containerd, which starts the shim:
              ctr run --runtime \(MartletVersion.runtime) IMAGE ID

            EXAMPLES
              martlet check /run/containerd/io.containerd.runtime.v2.task/k8s.io/ID
              martlet config
            """,
        version: "martlet \(MartletVersion.version)",
        subcommands: [CheckCommand.self, ConfigCommand.self])

    package init() {}
}
