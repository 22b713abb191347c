internal import Foundation
internal import GRPC
internal import NIOCore
internal import NIOPosix
internal import NIOWebSocket
internal import Synchronization

/// A stream of CRI over a WebSocket, each frame of which begins with the number of a channel (Kubernetes'
/// remotecommand, v4.channel.k8s.io). To be closed by whoever opened it.
package struct CRIStream: Sendable {
    /// The channels of Exec and Attach.
    package enum Channel {
        package static let stdin: UInt8 = 0
        package static let stdout: UInt8 = 1
        package static let stderr: UInt8 = 2
        /// How it ended: a Status of Kubernetes as JSON.
        package static let end: UInt8 = 3
        /// The terminal's size: JSON with Width and Height.
        package static let resize: UInt8 = 4
    }

    private let connection: any NIOCore.Channel
    private let received: ReceivedChannels

    /// - Parameter address: as the runtime named it; it is good for one connection.
    static func open(_ address: String) async throws -> CRIStream {
        guard let url = URLComponents(string: address), let host = url.host, let port = url.port else {
            throw failure("is at '\(address)', which is no address")
        }
        let received = ReceivedChannels()
        let path = url.percentEncodedPath
        let group = MultiThreadedEventLoopGroup.singleton
        let loop = group.next()
        let done = loop.makePromise(of: Void.self)
        let connection: any NIOCore.Channel
        do {
            connection = try await ClientBootstrap(group: loop).channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        WebSocketUpgrade(
                            host: host, port: port, path: path, done: done, frames: ChannelsHandler(received)))
                }
            }.connect(host: host, port: port).get()
        } catch {
            done.fail(error)
            throw error
        }
        do {
            try await done.futureResult.get()
        } catch {
            try? await connection.close()
            throw error
        }
        return CRIStream(connection: connection, received: received)
    }

    package func send(_ text: String, to channel: UInt8 = Channel.stdin) async throws {
        var data = ByteBuffer(bytes: [channel])
        data.writeString(text)
        try await connection.writeAndFlush(
            WebSocketFrame(fin: true, opcode: .binary, maskKey: .random(), data: data))
    }

    /// What has come on a channel until now.
    package func text(_ channel: UInt8 = Channel.stdout) -> String {
        String(decoding: received.bytes.withLock { $0[channel] ?? [] }, as: UTF8.self)
    }

    /// The exit status that the last channel tells; nil while there is none.
    package var exitCode: Int? {
        struct Status: Decodable {
            struct Details: Decodable { var causes: [Cause]? }
            struct Cause: Decodable {
                var reason: String?
                var message: String?
            }
            var status: String
            var details: Details?
        }
        guard let status = try? JSONDecoder().decode(Status.self, from: Data(text(Channel.end).utf8)) else {
            return nil
        }
        if status.status == "Success" { return 0 }
        return status.details?.causes?.first { $0.reason == "ExitCode" }?.message.flatMap { Int($0) }
    }

    /// Ends the connection, as a user who goes away.
    package func close() async { try? await connection.close() }

    static func failure(_ message: String) -> CRIError {
        CRIError(method: "the stream", code: CRIError.Code.unknown, message: message)
    }
}

/// What came, by channel.
private final class ReceivedChannels: Sendable {
    let bytes = Mutex<[UInt8: [UInt8]]>([:])
}

/// Sorts what comes by its channel.
private final class ChannelsHandler: ChannelInboundHandler, Sendable {
    typealias InboundIn = WebSocketFrame

    private let received: ReceivedChannels

    init(_ received: ReceivedChannels) { self.received = received }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        switch frame.opcode {
        case .binary, .text:
            var data = frame.unmaskedData
            guard let channel = data.readInteger(as: UInt8.self) else { return }
            received.bytes.withLock { $0[channel, default: []] += data.readableBytesView }
        case .connectionClose: context.close(promise: nil)
        default: break
        }
    }
}
