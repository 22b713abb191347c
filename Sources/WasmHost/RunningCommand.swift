internal import Glibc
internal import HTTPPolicy
internal import LinuxSystem
internal import Wasm

/// What our functions find of a command that is running: held by its store.
final class RunningCommand: GuestSurroundings {
    let variables: [GuestInvocation.Variable]
    let outgoing: OutgoingPolicy?
    /// See ``OutgoingFilter``; from when it is first needed.
    var filter: ComponentInstanceHandle?

    init(_ invocation: GuestInvocation, outgoing: OutgoingPolicy?) {
        variables = invocation.environment
        self.outgoing = outgoing
    }

    /// What can't be written is lost.
    func log(_ line: String) {
        try? Array(line.utf8).withUnsafeBytes { try writeAll($0, to: 2, name: "standard error") }
    }
}
