package import SwiftProtobuf

/// One unary method of a ttrpc service: its name and its messages, and nothing of a transport.
///
/// The same value describes the method to the server (``ServiceTable``) and to a client, which encodes
/// the request, sends it to `/service/name`, and decodes the response.
package struct ServiceMethod<Request: SwiftProtobuf.Message, Response: SwiftProtobuf.Message>: Sendable {
    /// As in the `.proto` file, for example `CloseIO`.
    package let name: String

    package init(_ name: String) {
        self.name = name
    }

    /// The bytes that a client sends.
    package func encode(_ request: Request) throws(PayloadError) -> [UInt8] {
        try encode(message: request, .request)
    }

    /// What a client makes of the bytes of an answer.
    package func decode(response bytes: [UInt8]) throws(PayloadError) -> Response {
        try decode(bytes, .response)
    }

    /// The bytes that a server answers with.
    package func encode(response: Response) throws(PayloadError) -> [UInt8] {
        try encode(message: response, .response)
    }

    /// What a server makes of the bytes of a call.
    package func decode(request bytes: [UInt8]) throws(PayloadError) -> Request {
        try decode(bytes, .request)
    }

    private func encode(message: some SwiftProtobuf.Message, _ part: PayloadError.Part) throws(PayloadError) -> [UInt8]
    {
        do {
            return try message.serializedBytes()
        } catch {
            throw PayloadError(code: .unencodable, part: part, message: message, method: name, cause: error)
        }
    }

    private func decode<M: SwiftProtobuf.Message>(_ bytes: [UInt8], _ part: PayloadError.Part) throws(PayloadError) -> M
    {
        do {
            return try M(serializedBytes: bytes)
        } catch {
            throw PayloadError(code: .malformed, part: part, message: M(), method: name, cause: error)
        }
    }
}
