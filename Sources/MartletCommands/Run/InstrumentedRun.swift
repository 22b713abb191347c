package import ArgumentParser
internal import EngineProtocol
internal import OCIRuntime
internal import ShimService

/// What trace and profile run, and how: a file or an image in the foreground, with martlet-probe in the engine's place.
package struct InstrumentedRun: ParsableArguments {
    @OptionGroup(title: "Options as of run") package var guest: GuestOptions

    @OptionGroup(title: "Options for an Image of containerd") package var containerd: ContainerdOptions

    @Argument(help: "A module or WAT text, or an image.", completion: .file())
    package var target: String

    @Argument(parsing: .captureForPassthrough, help: "Arguments of the program.")
    package var arguments: [String] = []

    package init() {}

    /// - Returns: the exit status of its first process.
    func run(_ instruments: Instruments, _ global: GlobalOptions) throws -> Int32 {
        let signals = AttendedSignals.block()
        return try global.withRuntime(change: { try $0.take(instruments) }) { runtime in
            guard let source = try RunSource(target, containerd: containerd.place) else {
                throw RuntimeError(
                    .notFound, "there is no file \(target)",
                    remedy: "name a module, an archive, oci:DIR or containerd:NAME")
            }
            let local = try LocalBundle(source, guest, arguments: arguments)
            var request = CreationRequest(
                id: local.id, bundle: local.path, streams: ProcessStreams(isAttended: true))
            request.ownFolder = local.path
            request.beforeStart = { _ in try AttendedSignals.expectNone() }
            let attended: AttendedContainer?
            do {
                attended = try runtime.run(request)
            } catch {
                try? LocalBundle.remove(local.path)
                throw error
            }
            return try attended?.wait(signals, keep: false) ?? 0
        }
    }
}

extension Runtime.Options {
    /// Has martlet-probe take the engine's place.
    mutating func take(_ instruments: Instruments) throws {
        engine = try ProbeClient().path
        configuration.engine.instruments = instruments
    }
}
