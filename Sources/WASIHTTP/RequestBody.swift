/// Where a guest reads a request's body from.
package enum RequestBody: Sendable {
    case none
    /// The reading end of a pipe that it comes through; owned by the thread that runs the guest.
    case pipe(Int32)
    /// All of it.
    case collected(CollectedBody)
}
