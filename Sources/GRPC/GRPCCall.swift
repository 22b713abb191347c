// Design rule of this target: a call has a connection of its own, and is done when its answer is there. That is all
// that is asked of containerd over gRPC; there is no client that lives longer.

package import NIOCore
internal import NIOHPACK
internal import NIOHTTP2
internal import NIOPosix
internal import Synchronization

/// A call of gRPC with one message to the server (grpc: PROTOCOL-HTTP2.md), on a connection of its own: a connection
/// costs less than a millisecond here, and there is none to be broken when the server is killed and started again.
package struct GRPCCall: Sendable {
    /// The path of the server's Unix socket.
    package let socket: String
    /// With its package.
    package let service: String
    package let method: String
    package let message: [UInt8]
    /// After which it has failed.
    package let seconds: Int
    /// What goes with it, by lower-case names.
    package var metadata: [(name: String, value: String)] = []
    /// Whether a server that does not listen is waited for: it may be starting again.
    package var waitsForServer = false

    package init(socket: String, service: String, method: String, message: [UInt8], seconds: Int) {
        self.socket = socket
        self.service = service
        self.method = method
        self.message = message
        self.seconds = seconds
    }

    /// The one message that was answered; a `GRPCError` is all that it throws.
    package func answer() async throws -> ByteBuffer {
        let messages = Messages()
        try await eachAnswer { message in messages.all.withLock { $0.append(message) } }
        let all = messages.all.withLock { $0 }
        guard all.count == 1 else { throw failure(GRPCError.Code.unknown, "the answer is not one message") }
        return all[0]
    }

    private final class Messages: Sendable {
        let all = Mutex<[ByteBuffer]>([])
    }

    /// Hands on the messages of a stream of answers, until it has ended well. No more are read while one is being
    /// handled.
    ///
    /// - Throws: a `GRPCError`, or what the closure throws.
    package func eachAnswer(_ take: @escaping @Sendable (ByteBuffer) throws -> Void) async throws {
        let end = ContinuousClock.now + .seconds(seconds)
        do {
            let (connection, multiplexer) = try await connected(until: waitsForServer ? end : .now)
            let promise = connection.eventLoop.makePromise(of: Void.self)
            // The server takes the end of the connection for the caller's having given up.
            let timeout = connection.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) {
                promise.fail(failure(GRPCError.Code.deadlineExceeded, "no answer within \(seconds) s"))
                connection.close(promise: nil)
            }
            do {
                _ = try await multiplexer.createStreamChannel { stream in
                    stream.eventLoop.makeCompletedFuture {
                        try stream.pipeline.syncOperations.addHandler(CallHandler(self, promise, take))
                    }
                }.get()
            } catch {
                promise.fail(error)
            }
            promise.futureResult.whenComplete { _ in
                timeout.cancel()
                connection.close(promise: nil)
            }
            try await promise.futureResult.get()
        } catch let error as GRPCError {
            throw error
        } catch let failed as TakerFailure {
            throw failed.cause
        } catch {
            throw failure(GRPCError.Code.unavailable, "\(error)")
        }
    }

    func failure(_ code: Int, _ message: String) -> GRPCError {
        GRPCError(method: method, code: code, message: message)
    }

    /// Connects; tries again until then while nobody listens.
    private func connected(
        until end: ContinuousClock.Instant
    ) async throws -> (any Channel, NIOHTTP2Handler.StreamMultiplexer) {
        while true {
            do {
                return try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
                    .connect(unixDomainSocketPath: socket) { channel in
                        channel.configureHTTP2Pipeline(
                            mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
                        ) { stream in
                            // Servers have no reason to open one.
                            stream.close()
                        }.map { (channel, $0) }
                    }
            } catch let error as IOError where [ENOENT, ECONNREFUSED].contains(error.errnoCode) {
                guard ContinuousClock.now < end else { throw error }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
    }
}

/// What went wrong with a message on the caller's side.
private struct TakerFailure: Error {
    let cause: any Error
}

/// The stream of a call: sends the request as soon as it is open, and keeps its promise when the server has ended it.
private final class CallHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let call: GRPCCall
    private let promise: EventLoopPromise<Void>
    private let take: @Sendable (ByteBuffer) throws -> Void
    private var answer = AnswerReader()

    init(_ call: GRPCCall, _ promise: EventLoopPromise<Void>, _ take: @escaping @Sendable (ByteBuffer) throws -> Void) {
        self.call = call
        self.promise = promise
        self.take = take
    }

    func channelActive(context: ChannelHandlerContext) {
        var headers: HPACKHeaders = [
            ":method": "POST", ":scheme": "http", ":path": "/\(call.service)/\(call.method)", ":authority": "localhost",
            "te": "trailers", "content-type": "application/grpc", "grpc-timeout": "\(call.seconds)S",
        ]
        for (name, value) in call.metadata { headers.add(name: name, value: value) }
        context.write(wrapOutboundOut(.headers(.init(headers: headers))), promise: nil)
        var body = ByteBuffer()
        body.writeInteger(UInt8(0))  // not compressed
        body.writeInteger(UInt32(call.message.count))
        body.writeBytes(call.message)
        context.writeAndFlush(
            wrapOutboundOut(.data(.init(data: .byteBuffer(body), endStream: true))), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        answer.take(unwrapInboundIn(data))
        do {
            while let message = try answer.next() {
                do { try take(message) } catch { throw TakerFailure(cause: error) }
            }
        } catch let error as AnswerReader.Malformed {
            end(context, call.failure(GRPCError.Code.unknown, "\(error)"))
        } catch {
            end(context, error)
        }
        guard answer.isAtEnd else { return }
        if let failure = answer.failure(of: call) { promise.fail(failure) } else { promise.succeed() }
    }

    private func end(_ context: ChannelHandlerContext, _ error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    // A promise is kept but once: these come after a whole answer, too.
    func errorCaught(context: ChannelHandlerContext, error: any Error) { end(context, error) }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(call.failure(GRPCError.Code.unavailable, "the server closed the connection"))
    }
}
