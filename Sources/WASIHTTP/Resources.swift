// What the handles of a guest stand for. Each is used by the one thread that runs the guest.

package final class Fields {
    package private(set) var list: FieldList
    private let isMutable: Bool

    package init(_ list: FieldList = FieldList(), isMutable: Bool = true) {
        self.list = list
        self.isMutable = isMutable
    }

    package func change(_ body: (inout FieldList) throws(FieldList.Refusal) -> Void) throws(FieldList.Refusal) {
        guard isMutable else { throw .immutable }
        try body(&list)
    }
}

package final class IncomingRequest {
    /// `consume` gives the body once.
    package var isConsumed = false

    package init() {}
}

package final class ResponseOutparam {
    package init() {}
}

package final class IncomingBody {
    /// `stream` gives the stream once.
    package var isStreamTaken = false
    /// The engine's, of a response to the guest's own request; nil for the body of the request that is served.
    package let source: UInt32?

    package init(source: UInt32? = nil) {
        self.source = source
    }
}

package final class FutureTrailers {
    /// `get` gives the trailers once.
    package var isTaken = false
    /// As the body's.
    package let source: UInt32?

    package init(source: UInt32? = nil) {
        self.source = source
    }
}

package final class OutgoingResponse {
    package let fields: FieldList
    package private(set) var status: UInt16 = 200
    /// `body` gives the body once.
    package var isBodyTaken = false
    package let body = OutgoingBody()

    package init(_ fields: FieldList) {
        self.fields = fields
    }

    /// - Returns: false for what is no status of a final response.
    package func setStatus(_ status: UInt16) -> Bool {
        guard (200...999).contains(status) else { return false }
        self.status = status
        return true
    }
}

package final class OutgoingBody {
    /// `write` gives the stream once.
    package var isStreamTaken = false
    /// Whether it belongs to the response that was sent.
    package var isSent = false
    /// Trailers of a body that was finished before its response was set.
    package var finished: FieldList?
    /// The engine's, of a request of the guest's own.
    package let target: UInt32?

    package init(target: UInt32? = nil) {
        self.target = target
    }
}

package final class OutgoingRequest {
    package let fields: FieldList
    package var method = "get"
    package var otherMethod: String?
    package var path: String?
    package var scheme: String?
    package var otherScheme: String?
    package var authority: String?
    package var isBodyTaken = false
    /// The engine's, from when it is first needed.
    package var made: UInt32?

    package init(_ fields: FieldList) {
        self.fields = fields
    }
}

/// A response that is waited for.
package final class FutureResponse {
    /// The engine's.
    package let source: UInt32
    /// `get` gives the response once.
    package var isTaken = false

    package init(source: UInt32) {
        self.source = source
    }
}

/// A response to a request of the guest's own.
package final class IncomingResponse {
    package let status: UInt16
    package let fields: FieldList
    /// The engine's.
    package let source: UInt32
    /// `consume` gives the body once.
    package var isConsumed = false

    package init(status: UInt16, _ fields: FieldList, source: UInt32) {
        self.status = status
        self.fields = fields
        self.source = source
    }
}

package final class RequestOptions {
    /// Nanoseconds each; nil for the default.
    package var connectTimeout: UInt64?
    package var firstByteTimeout: UInt64?
    package var betweenBytesTimeout: UInt64?

    package init() {}
}
