internal import NIOCore

/// How far a request's body has come.
struct RequestProgress {
    /// Read from the guest, for a connection that is not there or takes no more.
    var waiting = CircularBuffer<ByteBuffer>()
    var guestHasEnded = false
    /// Bytes that the connection has been given.
    var count: UInt64 = 0
    /// Something of it, or its end, has been sent: the guest won't say it again.
    var hasBegun = false
    /// The request is whole.
    var isSent = false

    /// For another connection; nothing has been sent but the head.
    func again() -> RequestProgress {
        RequestProgress(waiting: waiting, guestHasEnded: guestHasEnded)
    }
}
