internal import EngineProtocol
internal import LinuxSystem
internal import ProbeProtocol
internal import Wasm
internal import WasmHost
internal import Zygote

/// Looks through the cache with the engines that use it.
struct Verification {
    private let settings: EngineSettings
    private let service: any GuestService

    init(_ request: ProbeRequest, _ service: any GuestService) {
        settings = request.settings
        self.service = service
    }

    func run() throws -> ProbeReport {
        var report = ProbeReport()
        let names = entryNames(in: settings.cacheDirectory).filter(ArtifactCache.isArtifact)
        for name in names { report.artifacts[name] = .foreign }
        // The engine's, and the server's.
        let makers: [() throws -> GuestSupply] = [
            { try GuestSupply(settings: settings) },
            { try GuestSupply(settings: settings, service: service) },
            { try GuestSupply(settings: settings, service: service, memories: .mapped) },
            { try GuestSupply(settings: settings, service: service, memories: .apart) },
        ]
        for make in makers {
            guard let host = try? make().host else { continue }
            let cache = try ArtifactCache(
                path: settings.cacheDirectory, limit: settings.cacheLimit, configuration: host.configuration)
            for name in names {
                guard let isUsable = cache.isUsable(name, with: host.engine) else { continue }
                report.artifacts[name] = isUsable ? .usable : .refused
            }
        }
        return report
    }
}
