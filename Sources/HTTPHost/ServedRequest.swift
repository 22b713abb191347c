internal import Glibc
internal import LinuxSystem
internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// What a guest's functions find of the request that it serves: held by the store, used by the guest's thread only.
final class ServedRequest {
    let exchange: Exchange
    var table = ResourceTable()

    /// How long a guest that waits has after its time, in milliseconds: the client has had its answer by then.
    private static let grace: Int64 = 20

    private let helper: ServedHelper
    private var instance: ComponentInstanceHandle?

    /// Takes the exchange's body over.
    init(_ exchange: Exchange, helper: ServedHelper) {
        self.exchange = exchange
        self.helper = helper
    }

    deinit {
        exchange.closeBody()
    }

    /// The guest's world. Its standard input and output are the bodies of request and response, through pipes; what it
    /// prints goes to standard error, on either stream: a store has no third one.
    func world(of invocation: GuestInvocation) throws(EngineError) -> WASIConfiguration {
        let pipe: (reading: Int32, writing: Int32)
        do throws(SystemCallError) {
            pipe = try makePipe()
        } catch {
            throw EngineError(operation: .configureStore, message: "no pipe for the response: \(error)")
        }
        defer { _ = close(pipe.writing) }
        exchange.prepareResponse(body: pipe.reading)
        // wasmtime opens them anew.
        return try GuestRun.world(invocation, more: [("REQUEST_ID", "\(exchange.number)")]) { world in
            world.setStandardStreams(
                input: exchange.body.map { "/proc/self/fd/\($0)" }, output: "/proc/self/fd/\(pipe.writing)")
        }
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

    /// A pollable that is ready after so many nanoseconds, or soon after the request's time is over: a guest that waits
    /// can't be interrupted.
    func wait(_ nanoseconds: UInt64, _ call: HostCall) throws(EngineError) -> ComponentValue {
        var nanoseconds = nanoseconds
        if let left = exchange.millisecondsLeft {
            nanoseconds = min(nanoseconds, UInt64(left + Self.grace) * 1_000_000)
        }
        return try make(\.wait, call, [.u64(nanoseconds)])
    }

    func answer(_ response: OutgoingResponse) {
        exchange.respond(status: response.status, response.fields, hasBody: response.isBodyTaken)
        response.body.isSent = true
        if let trailers = response.body.finished {
            exchange.finish(trailers: trailers.entries.isEmpty ? nil : trailers)
        }
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
