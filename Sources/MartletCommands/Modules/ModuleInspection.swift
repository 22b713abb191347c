internal import ProbeProtocol
internal import WasmBinary

/// What `inspect` says of a module or component.
struct ModuleInspection: Encodable, Sendable {
    enum Kind: String, Encodable, Sendable {
        case module, component
        /// Not WebAssembly.
        case native, unknown
    }

    struct Problem: Encodable, Sendable {
        /// One sentence.
        var message: String
        /// What to do about it, where that can be said.
        var mend: String?
    }

    /// As it was named, or as its container names it.
    var name: String
    var kind: Kind
    /// Whether it is in the text format.
    var isText = false
    /// What it runs as, in words: `command`, `server`, and of which WASI.
    var world: String?
    /// The function that is called, if one was named.
    var function: String?
    /// Bytes, and the SHA-256 of them.
    var size = 0
    var digest: String?
    var module: ModuleOutline?
    var component: ComponentOutline?
    /// The engine's version.
    var engine: String?
    /// Whether it is served as the core module in it; nil for what is no server.
    var isLowered: Bool?
    /// Whether it is compiled already, on this node.
    var isCached: Bool?
    /// Why it does not run here; nil: it does.
    var problem: Problem?

    init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }

    mutating func describe(_ outline: WasmOutline) {
        switch outline {
        case .module(let found):
            kind = .module
            module = found
            world = World.of(found)
        case .component(let found):
            kind = .component
            component = found
            world = World.of(found)
        }
    }

    mutating func take(_ report: ProbeReport) {
        engine = report.engine
        isCached = report.wasCached
        isLowered = report.isLowered
        problem = report.problem.map { problem in
            Problem(message: problem.message, mend: Mend.of(problem, self))
        }
    }
}

/// What a module runs as, told from its imports and exports.
enum World {
    static func of(_ module: ModuleOutline) -> String {
        let modules = Set(module.imports.map(\.module))
        let wasi =
            modules.contains("wasi_snapshot_preview1")
            ? "WASI preview 1" : modules.contains("wasi_unstable") ? "WASI preview 0" : "no WASI"
        let names = Set(module.exports.map(\.name))
        if names.contains("_start") { return "command, \(wasi)" }
        return names.contains("_initialize") ? "reactor, \(wasi)" : "functions, \(wasi)"
    }

    /// The first export that is one of the two decides, as for the engine.
    static func of(_ component: ComponentOutline) -> String {
        for export in component.exports {
            if export.name.hasPrefix("wasi:http/incoming-handler@") { return "server of HTTP (wasi:http/proxy)" }
            if export.name.hasPrefix("wasi:cli/run@") { return "command (wasi:cli/command)" }
        }
        return "functions"
    }
}
