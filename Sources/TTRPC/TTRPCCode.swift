/// The gRPC status codes, with their numbers on the wire.
///
/// Source: google/rpc/code.proto; ttrpc carries them in `google.rpc.Status.code`.
package enum TTRPCCode: Int32, Sendable, CaseIterable {
    /// The call succeeded.
    case ok = 0
    /// The caller gave the call up.
    case cancelled = 1
    /// An error that carries no code of its own.
    case unknown = 2
    /// The request is wrong, whatever the state of the system.
    case invalidArgument = 3
    /// The caller's time ran out.
    case deadlineExceeded = 4
    /// What the request names does not exist.
    case notFound = 5
    /// What the request would make exists.
    case alreadyExists = 6
    /// The caller may not do this.
    case permissionDenied = 7
    /// A limit is reached: sizes, counts, space.
    case resourceExhausted = 8
    /// The system is not in the state that the call needs.
    case failedPrecondition = 9
    /// The call lost a race and may be tried again.
    case aborted = 10
    /// An index or offset is past the end.
    case outOfRange = 11
    /// The service or method is not served here.
    case unimplemented = 12
    /// An invariant is broken.
    case `internal` = 13
    /// The server cannot serve now.
    case unavailable = 14
    /// Data is lost or corrupt beyond repair.
    case dataLoss = 15
    /// The caller did not show who it is.
    case unauthenticated = 16
}
