/// How long a request of a guest's own may take, in nanoseconds each (`request-options` of `wasi:http/types`).
package struct OutgoingTimes: Sendable {
    /// Until there is a connection, its TLS included.
    package var connect: UInt64
    /// From when the request has been sent until the response's head is there.
    package var firstByte: UInt64
    /// Between two pieces of the response's body.
    package var betweenBytes: UInt64

    package init(connect: UInt64, firstByte: UInt64, betweenBytes: UInt64) {
        self.connect = connect
        self.firstByte = firstByte
        self.betweenBytes = betweenBytes
    }
}
