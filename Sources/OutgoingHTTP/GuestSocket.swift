internal import Glibc
internal import Synchronization
internal import WASIHTTP

/// The server's end of a guest's stream socket until an event loop has it, with the call that it is for: where it comes
/// to none, the call fails and the socket is closed.
final class GuestSocket: Sendable {
    let call: OutgoingCall
    private let descriptor: Mutex<Int32?>

    init(owning descriptor: Int32, for call: OutgoingCall) {
        self.descriptor = Mutex(descriptor)
        self.call = call
    }

    /// - Returns: the descriptor, which is the caller's; once.
    func take() -> Int32? {
        descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
    }

    deinit {
        guard let raw = take() else { return }
        call.fail(OutgoingFailure(.internalError, .text("requests are sent no more")))
        _ = Glibc.send(raw, [0], 1, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        _ = Glibc.close(raw)
    }
}
