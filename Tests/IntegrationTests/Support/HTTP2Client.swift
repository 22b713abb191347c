import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOPosix

/// A connection of HTTP/2, with prior knowledge, to a port of 127.0.0.1.
struct HTTP2Client {
    struct Response: Sendable {
        var status = ""
        var fields = HPACKHeaders()
        var body: [UInt8] = []
        var trailers = HPACKHeaders()

        var text: String { String(decoding: body, as: UTF8.self) }
    }

    let channel: any Channel
    private let streams: NIOHTTP2Handler.StreamMultiplexer

    init(port: UInt16) async throws {
        (channel, streams) = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .connect(host: "127.0.0.1", port: Int(port)) { channel in
                channel.configureHTTP2Pipeline(
                    mode: .client, connectionConfiguration: .init(), streamConfiguration: .init()
                ) { $0.close() }.map { (channel, $0) }
            }
    }

    /// Sends a request and waits for its whole response, for 30 seconds.
    func send(
        _ path: String, method: String = "GET", body: [UInt8]? = nil, trailers: HPACKHeaders? = nil
    ) async throws -> Response {
        let promise = channel.eventLoop.makePromise(of: Response.self)
        let timeout = channel.eventLoop.scheduleTask(in: .seconds(30)) {
            promise.fail(FixtureError(description: "no whole response to \(method) \(path)"))
        }
        promise.futureResult.whenComplete { _ in timeout.cancel() }
        let headers: HPACKHeaders = [":method": method, ":scheme": "http", ":path": path, ":authority": "a"]
        let request = SecondRequest(headers: headers, body: body, trailers: trailers)
        do {
            _ = try await streams.createStreamChannel { stream in
                stream.eventLoop.makeCompletedFuture {
                    try stream.pipeline.syncOperations.addHandler(ResponseCollector(request, promise))
                }
            }.get()
        } catch {
            promise.fail(error)
        }
        return try await promise.futureResult.get()
    }

    func close() async throws { try await channel.close() }
}

private struct SecondRequest: Sendable {
    let headers: HPACKHeaders
    let body: [UInt8]?
    let trailers: HPACKHeaders?
}

private final class ResponseCollector: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let request: SecondRequest
    private let promise: EventLoopPromise<HTTP2Client.Response>
    private var response = HTTP2Client.Response()

    init(_ request: SecondRequest, _ promise: EventLoopPromise<HTTP2Client.Response>) {
        self.request = request
        self.promise = promise
    }

    func channelActive(context: ChannelHandlerContext) {
        let isShort = request.body == nil && request.trailers == nil
        context.write(wrapOutboundOut(.headers(.init(headers: request.headers, endStream: isShort))), promise: nil)
        if let body = request.body {
            let data = HTTP2Frame.FramePayload.Data(
                data: .byteBuffer(ByteBuffer(bytes: body)), endStream: request.trailers == nil)
            context.write(wrapOutboundOut(.data(data)), promise: nil)
        }
        if let trailers = request.trailers {
            context.write(wrapOutboundOut(.headers(.init(headers: trailers, endStream: true))), promise: nil)
        }
        context.flush()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .headers(let part):
            if let status = part.headers.first(name: ":status") {
                (response.status, response.fields) = (status, part.headers)
            } else {
                response.trailers = part.headers
            }
            if part.endStream { promise.succeed(response) }
        case .data(let part):
            if case .byteBuffer(let bytes) = part.data { response.body += bytes.readableBytesView }
            if part.endStream { promise.succeed(response) }
        case .rstStream(let code):
            promise.fail(FixtureError(description: "the stream was reset: \(code)"))
        default: break
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise.fail(FixtureError(description: "the stream ended"))
    }
}
