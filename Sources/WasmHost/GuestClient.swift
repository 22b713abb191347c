package import HTTPPolicy
package import Wasm

/// What sends the HTTP requests of commands. As a ``GuestService`` it needs threads and more, and is no part of this
/// library: a program that has one gives it to its ``GuestHost``.
package protocol GuestClient: Sendable {
    /// Defines `wasi:http` for a command, in a linker that has WASI 0.2.
    ///
    /// - Parameter imports: the names of what the component imports.
    func defineClient(in linker: ComponentLinker, imports: [String]) throws(EngineError)

    /// Takes what can't be had in the container that the command runs in. Starts no thread.
    ///
    /// - Parameters:
    ///   - component: the command's ``GuestProgram/client``.
    ///   - outgoing: where requests may be sent to.
    ///   - report: takes what an operator should know; called from any thread.
    /// - Returns: makes what the command's store holds, in the container. It starts no thread either: the first request
    ///   does.
    func plan(
        _ component: Component, _ invocation: GuestInvocation, outgoing: OutgoingPolicy, host: GuestHost,
        report: @escaping @Sendable (String) -> Void
    ) -> () -> any GuestSurroundings
}
