internal import Glibc

/// A file descriptor that is closed when its owner goes.
package struct OwnedFileDescriptor: ~Copyable, Sendable {
    /// Borrowed: valid while this value lives.
    package let raw: Int32

    /// Takes ownership of `raw`.
    package init(owning raw: Int32) {
        precondition(raw >= 0, "not a file descriptor: \(raw)")
        self.raw = raw
    }

    deinit {
        // Never retried: Linux has closed it even when EINTR is answered.
        _ = close(raw)
    }

    /// Gives the descriptor up: the caller closes it.
    package consuming func release() -> Int32 {
        let raw = self.raw
        discard self
        return raw
    }
}
