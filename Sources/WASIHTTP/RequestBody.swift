internal import NIOCore

/// Where a guest reads a request's body from.
package enum RequestBody: Sendable {
    case none
    /// The reading end of a pipe that it comes through; owned by the thread that runs the guest.
    case pipe(Int32)
    /// All of it.
    case collected(CollectedBody)
}

package struct CollectedBody: Sendable {
    let bytes: ByteBuffer

    /// Borrows the bytes for the length of the call.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeReadableBytes(body)
    }
}
