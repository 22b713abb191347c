package import ArgumentParser
package import EngineProtocol
internal import Glibc
internal import OCIRuntime

/// `martlet run`: a file or an image of this machine, or a bundle as runc runs it.
package struct RunCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a module, an image or a bundle in a container of its own.",
        discussion: """
            A module, component or WAT text runs as on a node: in namespaces and a cgroup of its own, with the same \
            engine, cache and seccomp filter. It sees itself, what --dir names, and nothing else of this machine. An \
            image is a docker or OCI archive, a folder of an OCI layout, as oci:DIR, or one that containerd has, as \
            containerd:NAME; the images of pods are in its namespace k8s.io.

            With --bundle, or a word that is neither a file nor an image, it is runc's command: the word is the new \
            container's id, and the bundle is in the working directory if none is named.

            The exit status is the program's; see "How a guest ends" in the README.

            EXAMPLES
              martlet run app.wasm --verbose
              martlet run --env NAME=value --dir ./data::/data:ro --memory 64MiB app.wasm
              martlet run --http 8080 server.wasm
              martlet run app.wasm#function
              martlet run -it hello.tar sh
              martlet run oci:./layout
              martlet run containerd:docker.io/library/hello:latest
              martlet run --namespace k8s.io containerd:registry.example/hello:1 some arguments
              martlet run --debug app.wasm
              martlet run --bundle ./bundle --detach --pid-file hello.pid hello
            """)

    @ParentCommand var martlet: MartletCommand

    @OptionGroup(title: "Options for a File or an Image") package var guest: GuestOptions

    @OptionGroup(title: "Options for an Image of containerd") package var containerd: ContainerdOptions

    @Option(name: .shortAndLong, help: "The folder that holds config.json.", completion: .directory)
    package var bundle: String?

    @Flag(name: .shortAndLong, help: "Do not wait for its end; remove it with: martlet delete ID")
    package var detach = false

    @Flag(help: "Leave the container when it has ended; remove it with: martlet delete ID")
    package var keep = false

    @Flag(help: "Adopt no processes: taken and not needed.")
    package var noSubreaper = false

    @Option(
        help: ArgumentHelp(
            "Tell perf(1) of the module's functions: map writes /tmp/perf-PID.map, jitdump jit-PID.dump here.",
            valueName: "format"))
    package var perf: PerfFormat?

    @Flag(help: "Wait for gdb or lldb, which is told how, before the module runs.")
    package var debug = false

    @OptionGroup package var options: CreationOptions

    @Argument(help: "A file, an image, or the container's id.")
    package var target: String

    @Argument(parsing: .captureForPassthrough, help: "Arguments of the program.")
    package var arguments: [String] = []

    package init() {}

    package func run() throws {
        let inherited = try options.inheritedDescriptors()
        let signals = detach ? nil : AttendedSignals.block()
        var instruments = Instruments()
        instruments.perf = perf
        instruments.debugInfo = debug
        let isInstrumented = perf != nil || debug
        try martlet.global.withRuntime(change: { if isInstrumented { try $0.take(instruments) } }) { runtime in
            let source = bundle == nil ? try RunSource(target, containerd: containerd.place) : nil
            var request: CreationRequest
            let streams = ProcessStreams(isAttended: !detach, inherited: inherited)
            if let source {
                let local = try LocalBundle(source, guest, arguments: arguments)
                request = CreationRequest(id: local.id, bundle: local.path, streams: streams)
                request.ownFolder = local.path
            } else {
                let bundle = absolutePath(bundle ?? ".")
                try expectBundle(bundle)
                request = CreationRequest(id: target, bundle: bundle, streams: streams)
            }
            options.apply(to: &request)
            // Making it may have had its module compiled.
            let debugger = debug ? try Debugger() : nil
            request.beforeStart = { pid in
                if signals != nil { try AttendedSignals.expectNone() }
                try debugger?.wait(for: pid)
            }
            let attended: AttendedContainer?
            do {
                attended = try runtime.run(request)
            } catch {
                if let own = request.ownFolder { try? LocalBundle.remove(own) }
                throw error
            }
            if source != nil, detach { print(request.id) }
            guard let attended, let signals else { return }
            throw ExitCode(try attended.wait(signals, keep: keep))
        }
    }

    private func expectBundle(_ path: String) throws {
        guard arguments.isEmpty else {
            throw ValidationError(
                "\(target) is neither a file nor an image here, and a bundle takes no arguments; "
                    + "name a module, an archive, oci:DIR or containerd:NAME to run it")
        }
        guard access("\(path)/config.json", F_OK) == 0 else {
            throw ValidationError(
                bundle == nil
                    ? "\(target) is neither a file nor an image here, and there is no config.json to run as a container of "
                        + "that id; name a module, an archive, oci:DIR, containerd:NAME, or a bundle with --bundle"
                    : "there is no \(path)/config.json; martlet spec --bundle \(path) writes one")
        }
    }
}

extension PerfFormat: ExpressibleByArgument {}
