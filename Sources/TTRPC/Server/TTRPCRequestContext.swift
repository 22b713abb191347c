/// What a handler may know of the call besides its request.
///
/// The call's task is cancelled when the deadline passes or the caller is gone; a handler that waits should end then.
package struct TTRPCRequestContext: Sendable {
    /// Full name of the service.
    package let service: String
    /// Name of the method.
    package let method: String
    /// The caller's metadata.
    package let metadata: TTRPCMetadata
    /// When the caller stops waiting; nil when it waits for ever.
    package let deadline: ContinuousClock.Instant?

    /// A context; handlers get theirs from the server, tests make their own.
    package init(
        service: String, method: String, metadata: TTRPCMetadata = [:], deadline: ContinuousClock.Instant? = nil
    ) {
        self.service = service
        self.method = method
        self.metadata = metadata
        self.deadline = deadline
    }
}
