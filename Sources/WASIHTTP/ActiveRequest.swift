internal import NIOCore
internal import NIOHTTP1

/// What a connection knows of the request that it serves. Of the event loop.
final class ActiveRequest {
    /// Nil where the server itself answers.
    var exchange: Exchange?
    let request: HTTPRequestHead
    let begun = NIODeadline.now()
    var isRecorded = false
    var isHead: Bool { request.method == .HEAD }
    var version: HTTPVersion { request.version }
    /// HTTP/1.0: without chunks and interim responses.
    var isOld: Bool { version == .http1_0 }
    /// HTTP/2: one of many on its connection, and framed by the protocol.
    var isStream: Bool { version.major == 2 }
    var keepsAlive: Bool
    /// Nil for none.
    var timeout: NIODeadline?
    /// Of its field.
    var host: String?

    // The request's body.
    /// What has come of one that is collected before the guest begins.
    var collected: CollectedBody?
    var room: CollectedBodies.Room?
    /// Whether it is not read on before there is room.
    var awaitsRoom = false
    /// The end of collecting, and how often it was put off.
    var collection: Scheduled<Void>?
    var collections = 0
    var requestHasEnded = false
    var requestTrailers: FieldList?
    var expectsContinue = false
    var bodyBytes = 0
    /// Bytes that came after the response had ended.
    var lateBytes = 0
    /// Where the body goes: nil before it is ready, and after it was closed.
    var bodyChannel: (any Channel)?
    var bodyWaiting: [ByteBuffer] = []
    var bodyPending = 0
    var bodyIsClosed = false

    // The response.
    var head: (status: UInt16, fields: FieldList)?
    /// What is to be read of it before the body.
    var awaited: Exchange.AwaitedHead?
    var headIsSent = false
    /// Of the head that was sent.
    var status: Int?
    var sentBytes = 0
    var hasEnded = false
    /// Bytes that the response may still have by its content-length; nil for any number.
    var bytesLeft: Int?
    /// What its body comes from, until `pump` has it.
    var source: ResponsePipe?
    var pump: (any Channel)?
    /// The descriptor that the pump reads, or is about to.
    var pumpEnd: Int32?
    var pumpHasEnded = false
    /// The next look at what has come, and how many there were.
    var look: Scheduled<Void>?
    var looks = 0
    var pumped = 0
    /// How many bytes it has in all, once the guest has finished it.
    var total: Int?
    var trailers: FieldList?

    init(_ head: HTTPRequestHead, keepsAlive: Bool) {
        request = head
        self.keepsAlive = keepsAlive
    }

    /// Whether the response has no body whatever the guest writes (RFC 9110, 6.4.1).
    var isBodiless: Bool {
        isHead || head?.status == 204 || head?.status == 304
    }
}
