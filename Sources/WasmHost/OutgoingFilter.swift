internal import HTTPPolicy
internal import Wasm

/// Lets a command send HTTP requests, by wasmtime's own `wasi:http`, to those authorities only that it may ask.
struct OutgoingFilter {
    static let interface = "wasi:http/outgoing-handler"

    private let component: Component
    private let linker: ComponentLinker
    private let target, handle: ComponentExport

    /// - Parameters:
    ///   - component: of ``FilterComponent``.
    ///   - linker: with wasmtime's own `wasi:http`.
    init(_ component: Component, linker: ComponentLinker) throws(EngineError) {
        guard let target = component.export("target"), let handle = component.export("handle") else {
            throw EngineError(operation: .link, message: "the helper component lacks a function")
        }
        self.component = component
        self.linker = linker
        self.target = target
        self.handle = handle
    }

    /// Puts the filter in the place of wasmtime's interface, under the names that a component imports it by.
    func define(in linker: ComponentLinker, imports: [String]) throws(EngineError) {
        linker.allowShadowing()
        for name in imports where name.hasPrefix("\(Self.interface)@") {
            try linker.define(name, function: "handle") { (call, forwarded) throws(EngineError) in
                try pass(forwarded, call)
            }
        }
    }

    private func pass(_ forwarded: ForwardedCall, _ call: HostCall) throws(EngineError) {
        guard let command = call.data as? RunningCommand, let policy = command.outgoing else {
            throw EngineError(operation: .call, message: "no command is running")
        }
        let instance = if let made = command.filter { made } else { try linker.instantiate(component, in: call) }
        command.filter = instance
        if let refusal = Self.refusal(try forwarded.ask(target, of: instance, about: 0), policy) {
            return try forwarded.answer(.error(.variant(refusal, nil)))
        }
        try forwarded.forward(to: handle, of: instance)
    }

    /// The case of `error-code` that a request is refused with.
    private static func refusal(_ target: ComponentValue, _ policy: OutgoingPolicy) -> String? {
        guard case .tuple(let parts) = target, parts.count == 2, case .u8(let scheme) = parts[0],
            case .string(let text) = parts[1], scheme < 2
        else { return "HTTP-protocol-error" }
        guard let authority = OutgoingPolicy.Authority(text) else { return "HTTP-request-URI-invalid" }
        return policy.allows(authority, isSecure: scheme == 1) ? nil : "HTTP-request-denied"
    }
}
