internal import LinuxSystem
internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// What the functions of one served instance find: the request that it serves now, and what was made for it. Held by the
/// store, used by the guest's thread only.
final class ServedGuest: HTTPGuest {
    private(set) var exchange: Exchange

    /// What the guest prints, by the container's descriptor.
    private struct Printing {
        var output: GuestLog.Output
        /// The file, as the helper knows it.
        var file: UInt32
    }

    private let surroundings: Surroundings
    private var input, output, others: HelperInstance
    private var logs: HelperInstance
    private var printing: [Int32: Printing] = [:]
    /// Whether the store has all of the guest's world.
    private(set) var isSettled = false
    /// Why it has not, if it could not be made.
    private(set) var shortage: EngineError?
    /// Whether the request took something that only the whole world has.
    private(set) var hasSettled = false

    /// What the guests of a server share.
    struct Surroundings {
        let world: GuestWorld
        let helpers: Helpers
        let pipes: PipePool
        let log: GuestLog
        let sender: RequestSender
        let variables: [GuestInvocation.Variable]
    }

    /// Takes the exchange's body over.
    init(_ exchange: Exchange, _ surroundings: Surroundings) {
        self.exchange = exchange
        self.surroundings = surroundings
        let helpers = surroundings.helpers
        input = HelperInstance(helpers.input)
        output = HelperInstance(helpers.output)
        others = HelperInstance(helpers.others)
        logs = HelperInstance(helpers.log)
        super.init(surroundings.sender, client: HelperInstance(helpers.client), surroundings.variables)
    }

    deinit {
        endRequest()
    }

    override var nanosecondsLeft: UInt64 { exchange.nanosecondsLeft }

    override func log(_ line: String) { surroundings.log.say(line, on: 2) }

    // MARK: Requests

    /// Takes another exchange's body over, in the same instance.
    func begin(_ exchange: Exchange) {
        self.exchange = exchange
    }

    /// Nothing of the request is left, but what the store holds: its world is to be replaced, if it was settled.
    func endRequest() {
        exchange.closeBody()
        for printing in printing.values { surroundings.log.end(printing.output) }
        printing = [:]
        table.removeAll()
        (isSettled, hasSettled) = (false, false)
    }

    // MARK: The world

    /// The guest's world as it begins a request.
    ///
    /// - Parameter isWhole: whether it has everything, else no more than what costs little to give.
    func world(isWhole: Bool) throws(EngineError) -> WASIConfiguration {
        isWhole ? try wholeWorld() : try surroundings.world.bare(more: requestNumber)
    }

    /// All of the guest's world, for its store. The store's standard input and output are the bodies of request and
    /// response; what the guest prints goes other ways.
    private func wholeWorld() throws(EngineError) -> WASIConfiguration {
        isSettled = true
        let pipe: ResponsePipe
        do throws(SystemCallError) {
            pipe = try surroundings.pipes.take()
        } catch {
            throw EngineError(operation: .configureStore, message: "no pipe for the response: \(error)")
        }
        exchange.prepareResponse(pipe)
        return try surroundings.world.configuration(more: requestNumber) { world in
            exchange.body.give(to: world, output: pipe)
        }
    }

    private var requestNumber: [(name: String, value: String)] { [("REQUEST_ID", "\(exchange.number)")] }

    /// Gives the guest all of its world, before the first thing that it has from it: streams and pollables know the
    /// world that they were made in only.
    func settle(_ call: HostCall) throws(EngineError) {
        hasSettled = true
        if isSettled { return }
        do throws(EngineError) {
            try call.setWASI(wholeWorld())
        } catch {
            shortage = error
            throw error
        }
    }

    // MARK: What a guest asks for

    /// A stream of the request's body.
    func makeInput(_ call: HostCall) throws(EngineError) -> ComponentValue {
        try settle(call)
        return try input.make("in", call)
    }

    /// A stream of the response's body.
    func makeOutput(_ call: HostCall) throws(EngineError) -> ComponentValue {
        try settle(call)
        return try output.make("out", call)
    }

    /// A stream to the container's standard output or error.
    ///
    /// Where no file can be made for it, both are the standard error, as it comes.
    func print(on target: Int32, _ call: HostCall) throws(EngineError) -> ComponentValue {
        try settle(call)
        if printing[target] == nil {
            let made = try surroundings.log.output(to: target) { (path) throws(EngineError) -> UInt32? in
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
        try settle(call)
        return try others.make("wait", call, [.u64(min(nanoseconds, nanosecondsLeft))])
    }

    override func prepareClient(_ call: HostCall) throws(EngineError) {
        try settle(call)
        try super.prepareClient(call)
    }

    func answer(_ response: OutgoingResponse) {
        exchange.respond(status: response.status, response.fields, hasBody: response.isBodyTaken)
        response.body.isSent = true
        if let trailers = response.body.finished {
            exchange.finish(trailers: trailers.entries.isEmpty ? nil : trailers)
        }
    }
}
