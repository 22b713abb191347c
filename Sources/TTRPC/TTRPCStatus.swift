/// A call's failure as it goes over the wire: a code and a sentence.
///
/// A handler throws it to answer with exactly this status; a client's call throws it when the server answered so,
/// and for what the client decides itself in the server's terms (a deadline, a message over the limit).
package struct TTRPCStatus: Error, Hashable, Sendable {
    /// What kind of failure; never `.ok` in a status that is thrown.
    package var code: TTRPCCode
    /// What went wrong, in English, for a person.
    package var message: String

    /// A status of the given code and sentence.
    package init(_ code: TTRPCCode, _ message: String) {
        self.code = code
        self.message = message
    }
}

extension TTRPCStatus: CustomStringConvertible {
    package var description: String {
        "\(self.code) (\(self.code.rawValue)): \(self.message)"
    }
}

extension TTRPCStatus {
    /// The status for an error that a handler threw, as the Go server would map it: a status is itself, a cancelled
    /// call is `cancelled` (`deadlineExceeded` when its time had run out), anything else is `unknown` with the
    /// error's description.
    init(ofHandlerError error: any Error, deadlinePassed: Bool) {
        switch error {
        case let status as TTRPCStatus where status.code == .ok:
            self.init(.internal, "the handler threw a status that says ok: \(status.message)")
        case let status as TTRPCStatus:
            self = status
        case is CancellationError:
            self = deadlinePassed ? .deadlineExceeded : TTRPCStatus(.cancelled, "context canceled")
        default:
            self.init(.unknown, String(describing: error))
        }
    }

    /// What both ends say when a call's time has run out; the Go implementation's wording, which its callers match.
    static var deadlineExceeded: TTRPCStatus {
        TTRPCStatus(.deadlineExceeded, "context deadline exceeded")
    }

    /// What both ends say of a message over the limit; `length` is in bytes, without the frame's header.
    static func oversized(_ length: Int) -> TTRPCStatus {
        TTRPCStatus(
            .resourceExhausted, "message length \(length) exceed maximum message size of \(Frame.maximumLength)")
    }

    /// Reads the status out of a response; nil when the call succeeded. A code that gRPC does not name is `unknown`,
    /// and the message tells the number.
    init?(wire: Google_Rpc_Status) {
        guard wire.code != 0 else { return nil }
        if let code = TTRPCCode(rawValue: wire.code) {
            self.init(code, wire.message)
        } else {
            self.init(.unknown, "status code \(wire.code), which gRPC does not define: \(wire.message)")
        }
    }

    /// The message that carries this status in a response.
    var wire: Google_Rpc_Status {
        var status = Google_Rpc_Status()
        status.code = self.code.rawValue
        status.message = self.message
        return status
    }
}
