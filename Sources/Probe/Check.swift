internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import ProbeProtocol
internal import WasmHost

/// Says whether a module is in the cache and could be run, and changes nothing.
enum Check {
    static func run(_ request: ProbeRequest, _ http: any GuestService & GuestClient) throws -> ProbeReport {
        try ProbeReport.onModule { report in
            var loading = Loading(request, request.settings, http)
            // It would be made otherwise.
            var found = access(request.settings.cacheDirectory, W_OK) == 0 ? try loading.find() : nil
            report.wasCached = found != nil
            if found == nil, let scratch = request.scratch {
                var settings = request.settings
                settings.cacheDirectory = scratch
                loading = Loading(request, settings, http)
                found = try loading.load()
            }
            report.isServed = loading.isServed
            if let found {
                if loading.isServed { report.isLowered = found.code.isLowered }
                _ = try GuestProgram(found.code, name: request.name, function: request.function, host: found.host)
            }
        }
    }
}
