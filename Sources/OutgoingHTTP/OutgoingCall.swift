internal import Synchronization
package import WASIHTTP

/// A request of a guest's own on its way, and the response to it, as the thread that runs the guest sees them. The bodies
/// go through the guest's stream socket: what the guest writes is the request's body, what it reads is one byte of 0 as
/// soon as ``progress`` is no longer `pending`, and then the response's body.
package final class OutgoingCall: Sendable {
    package enum Progress: Sendable {
        case pending
        case response(status: UInt16, FieldList)
        case failed(OutgoingFailure)
    }

    /// How the response's body ends.
    package enum BodyEnd: Sendable {
        case pending
        /// With the trailers; nil for none.
        case complete(FieldList?)
        case failed(OutgoingFailure)
    }

    /// The guest's last word on its body.
    enum Finish: Sendable {
        case notYet
        case whole(trailers: FieldList?)
    }

    private struct State {
        var progress = Progress.pending
        var end = BodyEnd.pending
        var finish = Finish.notYet
    }

    private let state = Mutex(State())

    package init() {}

    package var progress: Progress { state.withLock { $0.progress } }

    package var bodyEnd: BodyEnd { state.withLock { $0.end } }

    var finish: Finish { state.withLock { $0.finish } }

    /// The guest's body is whole once its socket is at its end, which is to follow: a body that ends without this is
    /// broken off.
    package func finish(trailers: FieldList?) {
        state.withLock { $0.finish = .whole(trailers: trailers) }
    }

    func respond(status: UInt16, _ fields: FieldList) {
        state.withLock { $0.progress = .response(status: status, fields) }
    }

    func complete(_ trailers: FieldList?) {
        state.withLock { $0.end = .complete(trailers) }
    }

    /// What is not there yet won't come.
    func fail(_ failure: OutgoingFailure) {
        state.withLock { state in
            if case .pending = state.progress { state.progress = .failed(failure) }
            if case .pending = state.end { state.end = .failed(failure) }
        }
    }
}
