internal import NIOCore
internal import Synchronization

/// Responses whose head comes before the body, through the same pipe: of CGI programs.
extension Exchange {
    /// A head that is yet to come, and who is told what is wrong with it.
    struct AwaitedHead: Sendable {
        var head: CGIHead
        /// From any thread; not to block.
        let invalid: @Sendable (CGIHead.Invalid) -> Void
    }

    /// The guest begins to write into the pipe that was prepared.
    ///
    /// - Parameters:
    ///   - limit: bytes of the head.
    ///   - invalid: told what is wrong with a head, for which the client gets 500; from any thread, and not to block.
    package func awaitHead(limit: Int, invalid: @escaping @Sendable (CGIHead.Invalid) -> Void) {
        let goesOn = state.withLock { state in
            state.awaited = AwaitedHead(head: CGIHead(limit: limit), invalid: invalid)
            return !state.isOver
        }
        if goesOn { pending.add(self) }
    }

    /// The guest has written all, and nothing of it is left. A response that it was quick with goes out whole.
    package func finishWritten() {
        let (awaited, body) = state.withLock { state in
            state.isAnswered = true
            return (state.awaited.take(), state.response.take())
        }
        guard let awaited else { return tell { $0.finish(self, trailers: nil) } }
        // Else nobody waits for it any more.
        guard let body, var bytes = body.takeAll() else { return }
        body.giveBack()
        var head = awaited.head
        do throws(CGIHead.Invalid) {
            guard let (status, fields) = try head.take(&bytes) else { throw .incomplete }
            let rest = bytes
            tell { $0.reply(self, status: status, fields, rest, trailers: nil) }
        } catch {
            awaited.invalid(error)
            fail(status: 500)
        }
    }

    /// Has the connection read the response of a guest that takes its time.
    ///
    /// - Returns: false if there is none of this kind.
    func beginReading() -> Bool {
        state.withLock { state in
            guard let awaited = state.awaited.take() else { return false }
            // With the lock held, so that it is told before the end is.
            if let body = state.response.take() { tell { $0.read(self, awaited, from: body) } }
            return true
        }
    }
}

extension CGIHead.Invalid {
    static let incomplete = CGIHead.Invalid("it ended before its header did")
}
