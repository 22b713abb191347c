internal import Glibc
internal import LinuxSystem
internal import OutgoingHTTP
internal import WASIHTTP

/// What the bodies of a lowered guest's own request and of its response go through: see ``OutgoingCall``. Used by the
/// guest's thread.
final class BodySocket {
    /// The guest's end; it does not block.
    let end: Int32
    /// The client's end, until it is handed over.
    private var other: Int32?
    /// Bytes of the request's body.
    private var written: UInt64 = 0
    /// What the guest says that there are, in a field.
    private let declared: UInt64?
    private var isWriting = true
    private let call: OutgoingCall

    init(_ call: OutgoingCall, declared: UInt64?) throws(SystemCallError) {
        self.call = call
        self.declared = declared
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        _ = try systemCall("socketpair") { socketpair(AF_UNIX, type, 0, &ends) }
        end = ends[0]
        other = ends[1]
    }

    deinit {
        _ = close(end)
        if let other { _ = close(other) }
    }

    /// Hands the client's end over, once.
    func takeOther() -> Int32? { other.take() }

    // MARK: The request's body

    /// Blocks while the bytes do not fit.
    func write(_ bytes: UnsafeRawBufferPointer, _ exchange: Exchange) -> Exchange.WriteEnd {
        guard isWriting else { return .gone }
        let end = exchange.put(bytes, into: self.end)
        if end == .written { written += UInt64(bytes.count) }
        return end
    }

    /// Whether nobody takes the request's body any more.
    var isClosed: Bool {
        var polled = pollfd(fd: end, events: 0, revents: 0)
        return !isWriting || poll(&polled, 1, 0) > 0 && polled.revents & Int16(POLLHUP | POLLERR) != 0
    }

    /// The body is whole.
    ///
    /// - Returns: the bytes that were written, if the guest has said that there are more or fewer: the body is broken
    ///   off.
    func finish(trailers: FieldList?) -> UInt64? {
        if let declared, declared != written {
            endWriting()
            return written
        }
        call.finish(trailers: trailers)
        endWriting()
        return nil
    }

    /// No more is written: if the body was not finished, it is broken off.
    func endWriting() {
        guard isWriting else { return }
        isWriting = false
        _ = shutdown(end, Int32(SHUT_WR))
    }

    // MARK: The response

    /// Whether it is known what became of the request. Takes the byte that says so.
    func takeAnswer() -> Bool {
        var byte: UInt8 = 0
        let count = recv(end, &byte, 1, Int32(MSG_DONTWAIT))
        return count >= 0 || errno != EAGAIN
    }
}
