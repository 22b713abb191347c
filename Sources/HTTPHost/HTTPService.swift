internal import EngineProtocol
package import HTTPPolicy
internal import LinuxSystem
internal import WASIHTTP
package import Wasm
internal import WasmBinary
package import WasmHost

// Design rule of this target: it alone knows both HTTP and the engine. It is linked into martlet-server, and into what
// people ask by hand, so that pods which neither serve nor send do not pay for it.

/// Serves components that export `wasi:http/incoming-handler`, and modules CGI style; sends the requests of commands.
package struct HTTPService: GuestService, GuestClient {
    package init() {}

    package var mostGuests: Int { ServerSettings.mostConcurrency }

    /// Measured: where a copy takes as long as the faults and the system calls of a map.
    private static let mostCopied = 96 << 10

    package func mapsMemories(of module: Int32) -> Bool {
        guard let size = try? MemoryContents.size(file: module) else { return false }
        return size > Self.mostCopied
    }

    package func define(in linker: ComponentLinker, imports: [String]) throws(EngineError) {
        try ServedInterfaces.define(in: linker, imports: imports)
    }

    package var loweredFunctions: Set<String> {
        Set(LoweredInterfaces.all.flatMap(\.functions).map { "\($0.module)#\($0.name)" })
    }

    package func defineLowered(in linker: Linker) throws(EngineError) {
        try LoweredInterfaces.define(in: linker)
    }

    package func define(in linker: Linker) throws(EngineError) {
        try linker.define(ModulePoll.function)
    }

    package func plan(
        _ program: GuestProgram, _ invocation: GuestInvocation, annotations: [String: String], host: GuestHost,
        report: @escaping @Sendable (String) -> Void
    ) throws(GuestError) -> () throws(GuestError) -> Void {
        guard let served = program.served else { throw GuestError(.engine, "the guest is no server") }
        var invocation = invocation
        let settings = try invocation.takeServerSettings(annotations)
        // Before the fork: the container's filter of system calls may have no files in memory. It is served without, too.
        let requests = try? SharedCounter(ServedFigures.requests)
        let roots = served.sendsRequests ? NodeRoots() : nil
        return { [invocation] () throws(GuestError) in
            try GuestServer(
                served, invocation, settings: settings, host: host, requests: requests, roots: roots, report: report
            ).run()
        }
    }
}

extension HTTPService {
    package func defineClient(in linker: ComponentLinker, imports: [String]) throws(EngineError) {
        try ServedInterfaces.defineClient(in: linker, imports: imports)
    }

    package func plan(
        _ component: Component, _ invocation: GuestInvocation, outgoing: OutgoingPolicy, host: GuestHost,
        report: @escaping @Sendable (String) -> Void
    ) -> () -> any GuestSurroundings {
        let roots = NodeRoots()
        return {
            let sender = RequestSender(outgoing, invocation.environment, roots, report: report)
            sender.begin { () throws(SystemCallError) in try EventLoops.single() }
            return SendingCommand(invocation, component, sender, host: host)
        }
    }
}

extension GuestProgram.Served {
    /// Whether it may send requests of its own.
    fileprivate var sendsRequests: Bool {
        guard case .component(let entry) = self else { return false }
        return entry.imports.contains { $0.hasPrefix("wasi:http/outgoing-handler@") }
    }
}
