// Design rule of this target: a call has a connection of its own, and is done when its answer is there. That is all
// that is asked of containerd over gRPC; there is no client that lives longer.

package import NIOCore
internal import NIOHPACK
internal import NIOHTTP2
internal import NIOPosix

/// A call of gRPC with one message each way (grpc: PROTOCOL-HTTP2.md), on a connection of its own: a connection costs
/// less than a millisecond here, and there is none to be broken when the server is killed and started again.
package struct UnaryCall: Sendable {
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

    /// What was answered; a `GRPCError` is all that it throws.
    package func answer() async throws -> ByteBuffer {
        let end = ContinuousClock.now + .seconds(seconds)
        do {
            let (connection, multiplexer) = try await connected(until: waitsForServer ? end : .now)
            let promise = connection.eventLoop.makePromise(of: ByteBuffer.self)
            // The server takes the end of the connection for the caller's having given up.
            let timeout = connection.eventLoop.scheduleTask(in: .seconds(Int64(seconds))) {
                promise.fail(failure(GRPCError.Code.deadlineExceeded, "no answer within \(seconds) s"))
                connection.close(promise: nil)
            }
            do {
                _ = try await multiplexer.createStreamChannel { stream in
                    stream.eventLoop.makeCompletedFuture {
                        try stream.pipeline.syncOperations.addHandler(UnaryCallHandler(self, promise))
                    }
                }.get()
            } catch {
                promise.fail(error)
            }
            promise.futureResult.whenComplete { _ in
                timeout.cancel()
                connection.close(promise: nil)
            }
            return try await promise.futureResult.get()
        } catch let error as GRPCError {
            throw error
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

/// The stream of a call: sends the request as soon as it is open, and keeps its promise when the server has ended it.
private final class UnaryCallHandler: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let call: UnaryCall
    private let promise: EventLoopPromise<ByteBuffer>
    private var answer = UnaryAnswer()

    init(_ call: UnaryCall, _ promise: EventLoopPromise<ByteBuffer>) {
        self.call = call
        self.promise = promise
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
        if answer.isWhole(with: unwrapInboundIn(data)) { promise.completeWith(answer.result(of: call)) }
    }

    // A promise is kept but once: these come after a whole answer, too.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(call.failure(GRPCError.Code.unavailable, "the server closed the connection"))
    }
}
