internal import LinuxSystem
internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// A core module that is a CGI program (RFC 3875), as in WAGI: its command is run for each request, which is its
/// environment and its standard input; its standard output is the response, the head first.
final class ServedModule: Responder, @unchecked Sendable {
    // Immutable once made; a linked module is made to be shared by threads.
    private let program: GuestProgram.ServedModule
    private let invocation: GuestInvocation
    private let host: GuestHost
    private let log: GuestLog
    private let pipes = PipePool()
    private let settings: ServerSettings
    /// Of the container's own file system: made when it serves.
    private let world: GuestWorld
    /// Variables of the container.
    private let taken: Set<String>

    init(
        _ program: GuestProgram.ServedModule, _ invocation: GuestInvocation, settings: ServerSettings, host: GuestHost,
        log: GuestLog
    ) {
        self.program = program
        self.host = host
        self.log = log
        self.settings = settings
        var invocation = invocation
        invocation.environment.removeAll { CGIVariables.own.contains($0.name) }
        self.invocation = invocation
        taken = Set(invocation.environment.map(\.name))
        world = GuestWorld(invocation)
    }

    func answer(_ exchange: Exchange) throws(EngineError) {
        let variables = CGIVariables(
            exchange.request, number: exchange.number, server: settings.address, taken: taken)
        guard let variables else {
            exchange.closeBody()
            return exchange.fail(status: 400)
        }
        let status = try run(exchange, variables)
        if status != 0 { say("ended with status \(status)", exchange) }
        exchange.finishWritten()
    }

    /// - Returns: the guest's exit status.
    private func run(_ exchange: Exchange, _ variables: CGIVariables) throws(EngineError) -> Int32 {
        let request = RunningModule(exchange, log: log)
        let store = Store(host.engine, data: request)
        try store.setWASI(try request.world(world, variables, pipes: pipes))
        try limit(store, for: exchange, invocation, host)
        exchange.awaitHead(limit: settings.headerLimit) { [self, number = exchange.number] reason in
            log.say("martlet: request \(number): \(reason)\n", on: 2)
        }
        // Who wants it is not asked: a program reads it, or doesn't.
        if case .pipe = exchange.body { exchange.wantBody() }
        do throws(EngineError) {
            let instance = try program.module.instantiate(in: store)
            for call in program.calls { try instance.function(call.name)?.call(results: call.results) }
            return 0
        } catch {
            guard let status = error.exitStatus else { throw error }
            return status
        }
    }

    private func say(_ what: String, _ exchange: Exchange) {
        log.say("martlet: request \(exchange.number) \(what)\n", on: 2)
    }
}
