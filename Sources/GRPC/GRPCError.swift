/// A call that the server refused, or that did not come to an answer.
package struct GRPCError: Error, CustomStringConvertible {
    /// gRPC's status codes that are told apart (statuscodes.md).
    package enum Code {
        package static let unknown = 2
        package static let deadlineExceeded = 4
        package static let notFound = 5
        package static let unavailable = 14
    }

    /// The method's name, without its service.
    package let method: String
    /// gRPC's status code.
    package let code: Int
    /// In the server's words.
    package let message: String

    package init(method: String, code: Int, message: String) {
        self.method = method
        self.code = code
        self.message = message
    }

    /// Whether nothing was heard of the server.
    package var isSilence: Bool { [Code.deadlineExceeded, Code.unavailable].contains(code) }

    package var description: String { "\(method): code \(code): \(message)" }
}
