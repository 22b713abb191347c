internal import Glibc
internal import LinuxSystem
internal import Wasm

/// What our functions find of a command that is running, but for one that sends requests: held by its store.
package final class RunningCommand: GuestSurroundings {
    package let variables: [GuestInvocation.Variable]

    init(_ invocation: GuestInvocation) {
        variables = invocation.environment
    }

    package func log(_ line: String) { Self.log(line) }

    /// What can't be written is lost.
    package static func log(_ line: String) {
        try? Array(line.utf8).withUnsafeBytes { try writeAll($0, to: 2, name: "standard error") }
    }
}
