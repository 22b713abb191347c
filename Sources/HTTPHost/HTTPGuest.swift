internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// What the functions of `wasi:http` find of the guest that calls them. Held by its store, used by its thread only.
class HTTPGuest: GuestSurroundings {
    final var table = ResourceTable()
    final let budget = FieldBudget()
    final let sender: RequestSender
    /// Where the bodies of the guest's own requests come from and go to: see ``ClientComponent``.
    final var client: HelperInstance
    final let variables: [GuestInvocation.Variable]

    init(_ sender: RequestSender, client: HelperInstance, _ variables: [GuestInvocation.Variable]) {
        self.sender = sender
        self.client = client
        self.variables = variables
    }

    /// How long the guest may wait for anything.
    var nanosecondsLeft: UInt64 { .max }

    func log(_ line: String) { RunningCommand.log(line) }

    /// The engine's own client of HTTP is about to be used.
    func prepareClient(_ call: HostCall) throws(EngineError) {
        if !client.isMade { call.setHTTP() }
    }
}
