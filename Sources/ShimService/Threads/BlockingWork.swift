internal import LinuxSystem

/// How an RPC waits for work that blocks: on a thread of its own, while the event loop goes on.
package enum BlockingWork {
    /// Runs `body` on a short-lived thread and answers what it answers.
    ///
    /// The work is not cancelled with the caller's task: what has begun is finished, so that nothing is left half made.
    /// - Throws: what `body` throws; `SystemCallError` when no thread could be had.
    package static func run<Value: Sendable>(
        _ name: String, _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withUnsafeThrowingContinuation { continuation in
            do {
                try DetachedThread.start(name) {
                    continuation.resume(with: Result(catching: body))
                }
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }
}
