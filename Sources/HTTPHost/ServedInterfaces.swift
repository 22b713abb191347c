internal import WASIHTTP
internal import Wasm

/// The interfaces that are ours for a guest that is served, or that sends requests, over wasmtime's WASI. wasmtime replaces an interface as a whole, so
/// those that are replaced are kept small: the streams themselves stay wasmtime's.
enum ServedInterfaces {
    /// Imports of each 0.2.x before it find an interface of this version.
    private static let version = "0.2.12"

    static func define(in linker: ComponentLinker, imports: [String]) throws(EngineError) {
        linker.allowShadowing()
        let own = [standardInput(), standardOutput("stdout", 1), standardOutput("stderr", 2), clock()]
        try define(http + own, in: linker, imports: imports)
    }

    /// For commands: all else is wasmtime's.
    static func defineClient(in linker: ComponentLinker, imports: [String]) throws(EngineError) {
        try define(http, in: linker, imports: imports)
    }

    private static var http: [HostInterface] { [types(), HTTPClient.handler()] }

    private static func define(
        _ interfaces: [HostInterface], in linker: ComponentLinker, imports: [String]
    ) throws(EngineError) {
        for interface in interfaces {
            let latest = "\(interface.name)@\(version)"
            // Under the component's own name of it, too: the engine need not compare versions then.
            for name in Set(imports.filter { $0.hasPrefix("\(interface.name)@0.2.") } + [latest]) {
                try linker.define(interface, as: name)
            }
        }
    }

    private static func types() -> HostInterface {
        var interface = HostInterface("wasi:http/types")
        interface.resources = ResourceTable.Kind.allCases.map { kind in
            (kind.name, kind.rawValue, { call, number in (call.data as? HTTPGuest)?.drop(number, call) })
        }
        HTTPFields.define(in: &interface)
        HTTPIncoming.define(in: &interface)
        HTTPOutgoing.define(in: &interface)
        HTTPRequests.define(in: &interface)
        HTTPClient.define(in: &interface)
        return interface
    }

    /// The request's body, as in CGI; nothing where there is none.
    private static func standardInput() -> HostInterface {
        var interface = HostInterface("wasi:cli/stdin")
        interface.add("get-stdin") { (call, arguments) throws(EngineError) in
            try arguments.served.makeInput(call)
        }
        return interface
    }

    /// The container's. The store's own standard output is the response's body.
    private static func standardOutput(_ name: String, _ target: Int32) -> HostInterface {
        var interface = HostInterface("wasi:cli/\(name)")
        interface.add("get-\(name)") { (call, arguments) throws(EngineError) in
            try arguments.served.print(on: target, call)
        }
        return interface
    }

    private static func clock() -> HostInterface {
        var interface = HostInterface("wasi:clocks/monotonic-clock")
        interface.add("now") { _, _ in .u64(MonotonicClock.now) }
        interface.add("resolution") { _, _ in .u64(1) }
        interface.add("subscribe-duration") { (call, arguments) throws(EngineError) in
            try arguments.served.wait(try arguments.number(0), call)
        }
        interface.add("subscribe-instant") { (call, arguments) throws(EngineError) in
            let instant = try arguments.number(0)
            let time = MonotonicClock.now
            return try arguments.served.wait(instant > time ? instant - time : 0, call)
        }
        return interface
    }
}
