internal import Glibc
internal import WASIHTTP
internal import Wasm

/// What a guest's functions find of the request that it serves: held by the store, used by the guest's thread only.
final class ServedRequest {
    let exchange: Exchange
    let helper: ServedHelper
    var table = ResourceTable()
    /// The end of the response's pipe that the connection reads; -1 once it has it.
    private var responseBody: Int32
    private var instance: ComponentInstanceHandle?
    /// Whether the guest has answered.
    private(set) var hasAnswered = false

    /// - Parameter responseBody: taken over.
    init(_ exchange: Exchange, helper: ServedHelper, responseBody: Int32) {
        self.exchange = exchange
        self.helper = helper
        self.responseBody = responseBody
    }

    deinit {
        if responseBody >= 0 { _ = close(responseBody) }
    }

    /// Has the helper make a stream or a pollable; it is instantiated for the first one.
    func make(
        _ function: KeyPath<ServedHelper, ComponentExport>, _ call: HostCall, _ arguments: [ComponentValue] = []
    ) throws(EngineError) -> ComponentValue {
        let instance: ComponentInstanceHandle
        if let made = self.instance {
            instance = made
        } else {
            instance = try helper.linker.instantiate(helper.component, in: call)
            self.instance = instance
        }
        return .foreign(try call.resource(from: helper[keyPath: function], of: instance, arguments))
    }

    /// A pollable that is ready after so many nanoseconds, or when the request's time is over: a guest that waits
    /// can't be interrupted.
    func wait(_ nanoseconds: UInt64, _ call: HostCall) throws(EngineError) -> ComponentValue {
        var nanoseconds = nanoseconds
        if let left = exchange.millisecondsLeft { nanoseconds = min(nanoseconds, UInt64(left + 1) * 1_000_000) }
        return try make(\.wait, call, [.u64(nanoseconds)])
    }

    func answer(_ response: OutgoingResponse) {
        hasAnswered = true
        guard response.isBodyTaken else {
            return exchange.respond(status: response.status, response.fields, body: nil)
        }
        exchange.respond(status: response.status, response.fields, body: responseBody)
        responseBody = -1
        response.body.isSent = true
        if let trailers = response.body.finished {
            exchange.finish(trailers: trailers.entries.isEmpty ? nil : trailers)
        }
    }

    func fail(_ code: ErrorCode) {
        hasAnswered = true
        exchange.fail(code)
    }
}

/// Our helper component, with what it is linked to; see ``HelperComponent``.
final class ServedHelper {
    let component: Component
    let linker: ComponentLinker
    let input: ComponentExport
    let output: ComponentExport
    let error: ComponentExport
    let wait: ComponentExport

    init(_ component: Component, linker: ComponentLinker) throws(EngineError) {
        guard let input = component.export("in"), let output = component.export("out"),
            let error = component.export("err"), let wait = component.export("wait")
        else {
            throw EngineError(operation: .link, message: "the helper component lacks an export")
        }
        self.component = component
        self.linker = linker
        self.input = input
        self.output = output
        self.error = error
        self.wait = wait
    }
}
