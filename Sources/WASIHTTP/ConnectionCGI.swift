internal import NIOCore

/// The connection's side of responses whose head comes through the pipe.
extension ConnectionHandler {
    /// - Parameter body: let go, and so broken, where the response comes too late.
    func read(_ exchange: Exchange, _ awaited: Exchange.AwaitedHead, from body: ResponsePipe) {
        guard let active, active.exchange === exchange, active.head == nil, !active.hasEnded, context != nil else {
            return
        }
        active.awaited = awaited
        active.source = body
        startPump(active)
    }

    /// Takes the head off what has come, and sends it once it is whole.
    ///
    /// - Returns: nil if nothing of it is the body's.
    func takeHead(_ bytes: ByteBuffer, _ active: ActiveRequest) -> ByteBuffer? {
        var bytes = bytes
        do throws(CGIHead.Invalid) {
            guard let (status, fields) = try active.awaited?.head.take(&bytes) else { return nil }
            active.awaited = nil
            guard active.exchange?.millisecondsLeft != 0 else {
                refuse(504)
                return nil
            }
            active.head = (status, fields)
            sendHead(active, length: nil)
            return bytes
        } catch {
            refuseHead(active, error)
            return nil
        }
    }

    func refuseHead(_ active: ActiveRequest, _ reason: CGIHead.Invalid) {
        active.awaited.take()?.invalid(reason)
        refuse(500)
    }
}
