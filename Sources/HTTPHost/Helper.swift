internal import Wasm
internal import WasmHost

/// A component of ours beside the guest, with what it is linked to.
final class Helper {
    let component: Component
    let linker: ComponentLinker
    private var functions: [String: ComponentExport] = [:]

    /// - Parameter names: of the functions that are called.
    init(_ component: Component, linker: ComponentLinker, _ names: [String]) throws(EngineError) {
        self.component = component
        self.linker = linker
        for name in names {
            guard let export = component.export(name) else {
                throw EngineError(operation: .link, message: "the helper component lacks \(name)")
            }
            functions[name] = export
        }
    }

    func function(_ name: String) throws(EngineError) -> ComponentExport {
        guard let function = functions[name] else {
            throw EngineError(operation: .call, message: "the helper component lacks \(name)")
        }
        return function
    }
}

/// Those that a guest may need. Made once.
final class Helpers {
    /// Streams over the store's standard ones, and pollables. See ``StreamComponents``.
    let input, output, others: Helper
    /// See ``LogComponent``.
    let log: Helper
    /// See ``ClientComponent``.
    let client: Helper

    init(_ helpers: ServedHelpers, linker: ComponentLinker) throws(EngineError) {
        input = try Helper(helpers.input, linker: linker, ["in"])
        output = try Helper(helpers.output, linker: linker, ["out"])
        others = try Helper(helpers.others, linker: linker, ["err", "wait"])
        log = try Helper(helpers.log, linker: linker, ["open", "append"])
        client = try Self.client(helpers.client, linker: linker)
    }

    static func client(_ component: Component, linker: ComponentLinker) throws(EngineError) -> Helper {
        try Helper(
            component, linker: linker,
            [
                "request", "body", "write", "send", "finish", "response-ready", "response", "consume", "read", "end",
                "trailers-ready", "trailers", "drop",
            ])
    }
}

/// A helper in the store of one guest, from when it is first needed.
struct HelperInstance {
    private let helper: Helper?
    private var instance: ComponentInstanceHandle?

    /// - Parameter helper: nil: nothing can be asked of it.
    init(_ helper: Helper? = nil) {
        self.helper = helper
    }

    var hasHelper: Bool { helper != nil }

    /// A function, and the instance that it is of.
    private mutating func function(
        _ name: String, _ call: HostCall
    ) throws(EngineError) -> (ComponentExport, ComponentInstanceHandle) {
        guard let helper else { throw EngineError(operation: .call, message: "there is no helper to \(name)") }
        let function = try helper.function(name)
        if let instance { return (function, instance) }
        let made = try helper.linker.instantiate(helper.component, in: call)
        instance = made
        return (function, made)
    }

    /// What a function makes, a stream or a pollable, for the guest.
    mutating func make(
        _ name: String, _ call: HostCall, _ arguments: [ComponentValue] = []
    ) throws(EngineError) -> ComponentValue {
        let (function, instance) = try function(name, call)
        return .foreign(try call.resource(from: function, of: instance, arguments))
    }

    /// What a function answers.
    mutating func ask(
        _ name: String, _ call: HostCall, _ arguments: [ComponentValue]
    ) throws(EngineError) -> ComponentValue {
        let (function, instance) = try function(name, call)
        guard let value = try call.value(from: function, of: instance, arguments) else {
            throw EngineError(operation: .call, message: "the helper's \(name) answered nothing")
        }
        return value
    }

    mutating func number(
        _ name: String, _ call: HostCall, _ arguments: [ComponentValue]
    ) throws(EngineError) -> UInt64 {
        switch try ask(name, call, arguments) {
        case .u32(let number): return UInt64(number)
        case .u64(let number): return number
        default: throw EngineError(operation: .call, message: "the helper's \(name) answered no number")
        }
    }

    mutating func tell(_ name: String, _ call: HostCall, _ arguments: [ComponentValue]) throws(EngineError) {
        let (function, instance) = try function(name, call)
        _ = try call.value(from: function, of: instance, arguments, hasResult: false)
    }

    var isMade: Bool { instance != nil }
}
