internal import SwiftProtobuf

/// Bytes that are not the message that they should be, or a message that can't be made bytes.
///
/// A server answers a malformed request as containerd's own ttrpc does: with status INTERNAL.
package struct PayloadError: Error, CustomStringConvertible {
    package enum Code: Sendable {
        /// The bytes are not an encoding of the message.
        case malformed
        /// The message has no encoding (it is larger than 2 GB).
        case unencodable
    }

    /// Which half of a call the bytes are, or that they were in an Any.
    package enum Part: String, Sendable {
        case request, response
        case any = "content of the Any"
    }

    package let code: Code
    package let part: Part
    /// The full name of the message's type, for example `containerd.task.v2.KillRequest`.
    package let type: String
    /// The method that was called; empty for the content of an Any.
    package let method: String
    /// What the protobuf library said.
    package let cause: any Error

    init(code: Code, part: Part, message: some SwiftProtobuf.Message, method: String = "", cause: any Error) {
        self.code = code
        self.part = part
        self.type = Swift.type(of: message).protoMessageName
        self.method = method
        self.cause = cause
    }

    package var description: String {
        let subject = method.isEmpty ? "the \(part.rawValue)" : "\(method): the \(part.rawValue)"
        return switch code {
        case .malformed: "\(subject) is not a valid \(type): \(cause)"
        case .unencodable: "\(subject) can't be encoded as \(type): \(cause)"
        }
    }
}
