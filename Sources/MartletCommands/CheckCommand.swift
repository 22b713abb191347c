package import ArgumentParser

/// `martlet check`
package struct CheckCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Say whether a bundle can be run, and what is wrong with it.",
        discussion: """
            A bundle is a folder with a config.json and a root filesystem (OCI runtime specification). Its fields are \
            read as the shim reads them, and the entrypoint is looked up as the container will see it; nothing is run \
            or changed. The module itself is only compiled when a container is created.

            The exit status is 1 when something is wrong.

            EXAMPLES
              martlet check .
              martlet check /run/containerd/io.containerd.runtime.v2.task/default/hello
              martlet check --rootfs /mnt/image ./bundle
            """)

    @Argument(help: "The folder that holds config.json.", completion: .directory)
    package var bundle: String

    @Option(
        help: "The root filesystem, instead of the one that config.json names: containerd mounts that only for Create.",
        completion: .directory)
    package var rootfs: String?

    package init() {}

    package func run() throws {
        let report = BundleCheck(bundle: bundle, rootfs: rootfs).run()
        print(Style().verdicts(report.description))
        if !report.isUsable { throw ExitCode.failure }
    }
}
