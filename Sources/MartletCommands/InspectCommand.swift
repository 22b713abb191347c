package import ArgumentParser
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import ProbeProtocol
internal import WasmBinary

/// `martlet inspect`
package struct InspectCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Say what a module is, what it needs, and why it would not run here.",
        discussion: """
            A file, an image (an archive, a layout's folder as oci:DIR, or one that containerd has, as containerd:NAME), a \
            bundle's folder, or a container that martlet ps lists, by its id, how that begins, or its name in its pod. The \
            images of pods are in containerd's namespace k8s.io. The module is read without running anything of it; whether it would run is asked of the engine, by \
            which it is compiled as for a container, but for nobody else: the node's cache stays as it is.

            The exit status is 1 when it would not run.

            EXAMPLES
              martlet inspect app.wasm
              martlet inspect app.wasm#function
              martlet inspect image.tar
              martlet inspect --format json oci:./layout
              martlet inspect --namespace k8s.io containerd:registry.example/hello:1
              martlet inspect 3f2a
              martlet inspect /run/containerd/io.containerd.runtime.v2.task/k8s.io/ID
            """)

    @ParentCommand var martlet: MartletCommand

    @Option(name: .shortAndLong, help: "table or json.")
    package var format = OutputFormat.table

    @Flag(help: "Only read it, and do not ask the engine.")
    package var noCheck = false

    @OptionGroup(title: "Options for an Image of containerd") package var containerd: ContainerdOptions

    @Option(help: ArgumentHelp("Where containerd keeps its state.", valueName: "folder"))
    package var containerdState = ShimEndpoint.containerdState

    @Argument(help: "A file, an image, a bundle or a container.", completion: .file())
    package var target: String

    package init() {}

    package func run() throws {
        let found = try martlet.global.withRuntime { try inspect($0) }
        if format == .json {
            try printJSON(found)
        } else {
            print(found.text(Style()))
        }
        if found.problem != nil { throw ExitCode.failure }
    }

    private func inspect(_ runtime: Runtime) throws -> ModuleInspection {
        switch try FoundModule.find(
            target, containerd: containerd.place, .init(runtime: runtime, containerdState: containerdState))
        {
        case .native(let program): return ModuleInspection(name: program, kind: .native)
        case .module(let module):
            var found = ModuleInspection(name: module.name, kind: .unknown)
            found.function = module.function
            found.size = module.size
            found.digest = try module.digest()
            let probe = try ProbeClient()
            try describe(module, probe, &found)
            if !noCheck { try check(module, probe, &found) }
            return found
        }
    }

    private func describe(
        _ module: borrowing FoundModule, _ probe: ProbeClient, _ found: inout ModuleInspection
    ) throws {
        do {
            if module.isBinary {
                found.describe(try WasmOutline.read(file: module.file.raw, size: found.size))
            } else if case .success(let bytes) = try probe.assemble(module.file.raw, name: module.name) {
                found.isText = true
                found.describe(try WasmOutline.read(bytes))
            }
        } catch let error as BinaryError {
            // What the engine says of it goes before this.
            found.problem = .init(message: "\(module.name): \(error)", mend: "build it again, or copy it whole")
        }
    }

    private func check(
        _ module: borrowing FoundModule, _ probe: ProbeClient, _ found: inout ModuleInspection
    ) throws {
        let scratch = try ScratchFolder()
        var request = ProbeRequest(
            .check, settings: probe.settings, scratch: scratch.path, name: module.name, function: module.function)
        // Other users can't read the node's.
        if geteuid() != 0 { request.settings.cacheDirectory = scratch.path }
        let progress = Progress("compiling \(module.name)")
        let report = try probe.report(request, module: module.file.raw) { progress.show() }
        progress.clear()
        found.take(report)
    }
}

/// A folder that is gone with its owner.
struct ScratchFolder: ~Copyable {
    let path: String

    init() throws {
        // Compiled modules are mapped from there to be executed, which a folder for all may not allow.
        var parent = "/var/lib/martlet/run"
        if geteuid() == 0 {
            try makeDirectories(parent, mode: 0o700)
        } else {
            parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        }
        path = try makeTemporaryFolder("\(parent)/martlet-inspect")
    }

    deinit { try? removeTree(path) }
}
