internal import EngineProtocol
internal import LinuxSystem
internal import ProbeProtocol
internal import WasmHost
internal import Zygote

/// Compiles a module as a container's create would, with the engine and, if it is one that is served, with the program
/// that serves.
enum Ahead {
    static func run(_ request: ProbeRequest, _ http: any GuestService & GuestClient) throws -> ProbeReport {
        try ProbeReport.onModule { report in
            var loading = Loading(request, request.settings, http)
            report.wasCached = try loading.find() != nil
            if !report.wasCached { _ = try loading.load() }
            report.isServed = loading.isServed
        }
    }
}

/// The way to a module's code: of the engine, or of the program that serves.
struct Loading {
    private let request: ProbeRequest
    private let settings: EngineSettings
    private let http: any GuestService & GuestClient
    private var engine: GuestSupply?
    private var server: GuestSupply?
    private(set) var isServed = false

    /// The module is standard input.
    private static let module: Int32 = 0

    init(_ request: ProbeRequest, _ settings: EngineSettings, _ http: any GuestService & GuestClient) {
        self.request = request
        self.settings = settings
        self.http = http
    }

    /// Whether it is a module that is to be served: nothing in it says so.
    private var isServedModule: Bool { request.servesModule && ServedModules.mayBe(Self.module) }

    /// What is in the cache.
    mutating func find() throws -> (code: GuestCode, host: GuestHost)? {
        if isServedModule {
            let server = try forServer()
            return try server.loadFromCache(Self.module, name: request.name).map { ($0, server.host) }
        }
        let engine = try forEngine()
        if let code = try engine.loadFromCache(Self.module, name: request.name) { return (code, engine.host) }
        guard ServingHint.isIn(Self.module) else { return nil }
        let server = try forServer()
        guard let code = try server.loadFromCache(Self.module, name: request.name) else { return nil }
        isServed = code.servesHTTP
        return (code, server.host)
    }

    /// Compiles what is not there.
    mutating func load() throws -> (code: GuestCode, host: GuestHost) {
        if !isServedModule {
            let engine = try forEngine()
            if let code = try load(with: engine), !code.servesHTTP { return (code, engine.host) }
        }
        do {
            return try loadServed(with: forServer())
        } catch {
            // One that does not fit in a pool is done without, as for a container.
            guard let supply = try? forServer().withoutPool() else { throw error }
            server = supply
            return try loadServed(with: supply)
        }
    }

    private mutating func loadServed(with supply: GuestSupply) throws -> (code: GuestCode, host: GuestHost) {
        guard let code = try load(with: supply) else {
            throw GuestError(.engine, "\(request.name) is served by none of the programs")
        }
        isServed = code.servesHTTP
        return (code, supply.host)
    }

    /// - Returns: nil if it is for the program that serves.
    private func load(with supply: GuestSupply) throws -> GuestCode? {
        switch try supply.load(Self.module, name: request.name) {
        case .ready(let code): code
        case .compiling(let job): try supply.finish(job)
        case .served: nil
        }
    }

    private mutating func forEngine() throws -> GuestSupply {
        if let engine { return engine }
        let made = try GuestSupply(settings: settings, client: http)
        engine = made
        return made
    }

    private mutating func forServer() throws -> GuestSupply {
        if let server { return server }
        var made = try GuestSupply(settings: settings, service: http, client: http)
        if let better = try made.suiting(Self.module) { made = better }
        server = made
        return made
    }
}
