internal import Glibc
internal import LinuxSystem
package import ShimService
internal import SwiftProtobuf

/// What comes on the stdin of `start` and `-info`: nothing, or the runtime's options in an Any.
package enum StartInput {
    /// No options are larger.
    private static let limit = 1 << 20

    /// Reads it to its end. The descriptor is borrowed.
    package static func read(_ descriptor: Int32 = STDIN_FILENO) throws -> [UInt8] {
        try readToEnd(of: descriptor, limit: limit, name: "stdin")
    }

    /// The options that `start` was given.
    ///
    /// containerd 2.3 writes its BootstrapParams instead, whose first two fields, the id and the namespace, look like
    /// the type and value of an Any: they are recognised by being those of the flags, and hold no options of a runtime.
    package static func options(_ bytes: [UInt8], id: String, namespace: String) throws -> LaunchOptions {
        guard let any = try any(bytes) else { return LaunchOptions() }
        if any.typeURL == id && any.value.elementsEqual(namespace.utf8) { return LaunchOptions() }
        return try LaunchOptions(any)
    }

    static func any(_ bytes: [UInt8]) throws -> Google_Protobuf_Any? {
        guard !bytes.isEmpty else { return nil }
        do {
            return try Google_Protobuf_Any(serializedBytes: bytes)
        } catch {
            throw TaskError(.invalidArgument, "stdin: \(bytes.count) bytes that are no protobuf Any", cause: error)
        }
    }
}
