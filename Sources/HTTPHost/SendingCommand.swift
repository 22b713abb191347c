internal import Wasm
internal import WasmHost

/// A command that may send HTTP requests. It has all of its world from the beginning; what requests take, the event loop's
/// thread and what makes their streams, is there from the first one on.
final class SendingCommand: HTTPGuest {
    private let component: Component
    private let host: GuestHost

    /// - Parameter component: of ``ClientComponent``.
    init(_ invocation: GuestInvocation, _ component: Component, _ sender: RequestSender, host: GuestHost) {
        self.component = component
        self.host = host
        super.init(sender, client: HelperInstance(), invocation.environment)
    }

    override func prepareClient(_ call: HostCall) throws(EngineError) {
        if !client.hasHelper {
            client = HelperInstance(try Helpers.client(component, linker: host.clientLinker()))
        }
        try super.prepareClient(call)
    }
}
