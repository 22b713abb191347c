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
        client = try Helper(
            helpers.client, linker: linker,
            [
                "request", "body", "write", "send", "finish", "response-ready", "response", "consume", "read", "end",
                "trailers-ready", "trailers", "drop",
            ])
    }
}

/// A helper in the store of one guest, from when it is first needed.
struct HelperInstance {
    let helper: Helper
    private var instance: ComponentInstanceHandle?

    init(_ helper: Helper) {
        self.helper = helper
    }

    private mutating func made(_ call: HostCall) throws(EngineError) -> ComponentInstanceHandle {
        if let instance { return instance }
        let made = try helper.linker.instantiate(helper.component, in: call)
        instance = made
        return made
    }

    /// What a function makes, a stream or a pollable, for the guest.
    mutating func make(
        _ name: String, _ call: HostCall, _ arguments: [ComponentValue] = []
    ) throws(EngineError) -> ComponentValue {
        .foreign(try call.resource(from: helper.function(name), of: made(call), arguments))
    }

    /// What a function answers.
    mutating func ask(
        _ name: String, _ call: HostCall, _ arguments: [ComponentValue]
    ) throws(EngineError) -> ComponentValue {
        guard let value = try call.value(from: helper.function(name), of: made(call), arguments) else {
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
        _ = try call.value(from: helper.function(name), of: made(call), arguments, hasResult: false)
    }

    var isMade: Bool { instance != nil }
}
