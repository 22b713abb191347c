internal import EngineProtocol
internal import OCIRuntime
internal import ShimService

/// A run of a file or an image in the foreground, with martlet-probe in the engine's place.
struct InstrumentedRun {
    /// A file or an image.
    let target: String
    let options: GuestOptions
    let arguments: [String]
    let instruments: Instruments

    /// - Returns: the exit status of its first process.
    func run(_ global: GlobalOptions) throws -> Int32 {
        let signals = AttendedSignals.block()
        return try global.withRuntime(change: { try $0.take(instruments) }) { runtime in
            guard let source = try RunSource(target) else {
                throw RuntimeError(
                    .notFound, "there is no file \(target)", remedy: "name a module, an archive or oci:DIR")
            }
            let local = try LocalBundle(source, options, arguments: arguments)
            var request = CreationRequest(
                id: local.id, bundle: local.path, streams: ProcessStreams(isAttended: true))
            request.ownFolder = local.path
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
