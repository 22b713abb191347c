import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A server behind TLS that answers each request with the protocol that was agreed on.
final class SecureServer: Sendable {
    private let channel: any Channel
    private let count: Connections

    final class Connections: Sendable {
        let number = Atomic<Int>(0)
    }

    var port: Int { channel.localAddress!.port! }

    var connections: Int { count.number.load(ordering: .relaxed) }

    init(_ leaf: Certificates.Leaf, _ change: (inout TLSConfiguration) -> Void = { _ in }) throws {
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: [.certificate(leaf.certificate)], privateKey: .privateKey(leaf.key))
        configuration.applicationProtocols = ["h2", "http/1.1"]
        change(&configuration)
        let context = try NIOSSLContext(configuration: configuration)
        let count = Connections()
        self.count = count
        channel = try ServerBootstrap(group: loops)
            .childChannelInitializer { channel in
                count.number.wrappingAdd(1, ordering: .relaxed)
                return channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHandler(NIOSSLServerHandler(context: context))
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(Answers())
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
    }

    deinit {
        channel.close(promise: nil)
    }

    private final class Answers: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            guard case .end = unwrapInboundIn(data) else { return }
            let headers: HTTPHeaders = ["content-length": "6"]
            context.write(
                wrapOutboundOut(.head(.init(version: .http1_1, status: .ok, headers: headers))), promise: nil)
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "secure")))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) {
            context.close(promise: nil)
        }
    }
}
