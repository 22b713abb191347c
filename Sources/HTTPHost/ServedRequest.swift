internal import Glibc
internal import HTTPPolicy
internal import LinuxSystem
internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// What a guest's functions find of the request that it serves: held by the store, used by the guest's thread only.
final class ServedRequest: GuestSurroundings {
    let exchange: Exchange
    var table = ResourceTable()

    /// What the guest prints, by the container's descriptor.
    private struct Printing {
        var output: GuestLog.Output
        /// The file, as the helper knows it.
        var file: UInt32
    }

    let outgoing: OutgoingPolicy
    let variables: [GuestInvocation.Variable]
    var client: HelperInstance
    private var input, output, others: HelperInstance
    private var logs: HelperInstance
    private let log: GuestLog
    private var printing: [Int32: Printing] = [:]

    /// Takes the exchange's body over.
    init(
        _ exchange: Exchange, helpers: Helpers, log: GuestLog, outgoing: OutgoingPolicy,
        variables: [GuestInvocation.Variable]
    ) {
        self.variables = variables
        self.exchange = exchange
        self.log = log
        self.outgoing = outgoing
        input = HelperInstance(helpers.input)
        output = HelperInstance(helpers.output)
        others = HelperInstance(helpers.others)
        logs = HelperInstance(helpers.log)
        client = HelperInstance(helpers.client)
    }

    deinit {
        exchange.closeBody()
        for printing in printing.values { log.end(printing.output) }
    }

    /// The guest's world. The store's standard input and output are the bodies of request and response; what the guest
    /// prints goes other ways.
    func world(_ world: GuestWorld, pipes: PipePool) throws(EngineError) -> WASIConfiguration {
        let pipe: ResponsePipe
        do throws(SystemCallError) {
            pipe = try pipes.take()
        } catch {
            throw EngineError(operation: .configureStore, message: "no pipe for the response: \(error)")
        }
        exchange.prepareResponse(pipe)
        return try world.configuration(more: [("REQUEST_ID", "\(exchange.number)")]) { world in
            exchange.body.give(to: world, output: pipe)
        }
    }

    /// A stream of the request's body.
    func makeInput(_ call: HostCall) throws(EngineError) -> ComponentValue {
        try input.make("in", call)
    }

    /// A stream of the response's body.
    func makeOutput(_ call: HostCall) throws(EngineError) -> ComponentValue {
        exchange.beginBody()
        return try output.make("out", call)
    }

    /// A stream to the container's standard output or error.
    ///
    /// Where no file can be made for it, both are the standard error, as it comes.
    func print(on target: Int32, _ call: HostCall) throws(EngineError) -> ComponentValue {
        if printing[target] == nil {
            let made = try log.output(to: target) { (path) throws(EngineError) -> UInt32? in
                let file = try logs.number("open", call, [.string(path)])
                return file == 0 ? nil : UInt32(file)
            }
            if let (output, file) = made { printing[target] = Printing(output: output, file: file) }
        }
        guard let file = printing[target]?.file else { return try others.make("err", call) }
        return try logs.make("append", call, [.u32(file)])
    }

    /// A pollable that is ready after so many nanoseconds, or soon after the request's time is over: a guest that waits
    /// can't be interrupted.
    func wait(_ nanoseconds: UInt64, _ call: HostCall) throws(EngineError) -> ComponentValue {
        let nanoseconds = min(nanoseconds, exchange.nanosecondsLeft)
        return try others.make("wait", call, [.u64(nanoseconds)])
    }

    func log(_ line: String) { log.say(line, on: 2) }

    func answer(_ response: OutgoingResponse) {
        exchange.respond(status: response.status, response.fields, hasBody: response.isBodyTaken)
        response.body.isSent = true
        if let trailers = response.body.finished {
            exchange.finish(trailers: trailers.entries.isEmpty ? nil : trailers)
        }
    }
}
