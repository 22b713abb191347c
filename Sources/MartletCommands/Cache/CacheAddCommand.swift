package import ArgumentParser
internal import LinuxSystem
internal import OCIRuntime
internal import ProbeProtocol

/// `martlet cache add`
package struct CacheAddCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Compile modules ahead of their first container.",
        discussion: """
            Files, or images (archives, layouts as oci:DIR, and containerd's as containerd:NAME) whose entrypoints are modules. They are compiled as for a \
            container, by the same confined compiler, under the name that a container's start looks for: so a node can be \
            warmed before its pods come. What is served is compiled otherwise: of a component it is known, of a module \
            that answers HTTP requests (martlet.dev/http-module) --serve says it.

            The exit status is 1 when one could not be compiled; the others are there.

            EXAMPLES
              martlet cache add app.wasm tool.wasm
              martlet cache add image.tar
              martlet cache add --serve cgi.wasm
              martlet cache add --namespace k8s.io containerd:registry.example/hello:1
            """)

    @Flag(help: "Compile modules as they are for answering HTTP requests, and not as commands.")
    package var serve = false

    @OptionGroup(title: "Options for an Image of containerd") package var containerd: ContainerdOptions

    @Argument(help: "Modules, components, WAT text, or images.", completion: .file())
    package var targets: [String]

    package init() {}

    package func run() throws {
        try CacheCommand.requireRoot()
        let probe = try ProbeClient()
        let style = Style()
        var failures = 0
        for target in targets {
            do {
                print("\(style.good("ok")): \(target): \(try add(target, probe))")
            } catch {
                failures += 1
                print("\(style.bad("error")): \(target): \(error)")
            }
        }
        if failures > 0 { throw ExitCode.failure }
    }

    /// - Returns: what was done.
    private func add(_ target: String, _ probe: ProbeClient) throws -> String {
        switch try FoundModule.find(target, containerd: containerd.place, nil) {
        case .native(let program):
            throw RuntimeError(
                .invalidArgument, "its entrypoint is the native program \(program)", remedy: "it needs no compilation")
        case .module(let module):
            let progress = Progress("compiling \(target)")
            defer { progress.clear() }
            var request = ProbeRequest(.compile, settings: probe.settings, name: module.name)
            request.servesModule = serve
            let report = try probe.report(request, module: module.file.raw) { progress.show() }
            if let problem = report.problem {
                throw RuntimeError(.malformed, problem.message, remedy: "martlet inspect \(target) says more")
            }
            let digest = try module.digest().prefix(12)
            return report.wasCached ? "\(digest) was compiled before" : "compiled \(digest)"
        }
    }
}
