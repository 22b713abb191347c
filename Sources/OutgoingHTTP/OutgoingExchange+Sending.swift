internal import NIOCore
internal import NIOHTTP1
internal import WASIHTTP

/// The request's body, from the guest to the connection.
extension OutgoingExchange {
    /// More of it has come.
    func send(_ bytes: ByteBuffer) {
        guard outgoing.hasBody, bytes.readableBytes > 0 else { return }
        body.waiting.append(bytes)
    }

    /// The guest's side is at its end.
    func endSending() {
        body.guestHasEnded = true
        sendMore()
        awaitNext()
    }

    /// Sends what there is, as long as the connection takes it, and asks the guest for more.
    func sendMore() {
        guard outgoing.hasBody, let request else { return }
        while let connection, !body.isSent, connection.isWritable {
            guard let bytes = body.waiting.popFirst() else {
                if body.guestHasEnded { finishSending(request) } else { guest?.read() }
                return
            }
            body.hasBegun = true
            body.count += UInt64(bytes.readableBytes)
            if case .length(let length) = request.framing, body.count > length {
                return fail(OutgoingFailure(.requestBodySize, .body(size: body.count)))
            }
            connection.write(.body(.byteBuffer(bytes)))
        }
    }

    private func finishSending(_ request: WireRequest) {
        guard case .whole(let list) = call.finish else {
            return fail(OutgoingFailure(.internalError, .text("the request's body was broken off")))
        }
        if case .length(let length) = request.framing, body.count < length {
            return fail(OutgoingFailure(.requestBodySize, .body(size: body.count)))
        }
        do {
            let trailers = request.framing == .chunked ? try WireRequest.trailers(list) : nil
            body.hasBegun = true
            body.isSent = true
            connection?.write(.end(trailers))
        } catch {
            fail(error)
        }
    }
}
