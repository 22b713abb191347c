internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Synchronization
internal import WASIHTTP

/// Where another client of HTTP, in this process, sends the bodies of requests that ``OutgoingClient`` sends on, and gets
/// the bodies of the responses from: the engine's, whose streams are made by nothing else. It listens on the loopback
/// interface of the container's network, and answers nobody who does not know a path that was just made up.
package final class OutgoingTunnel: Sendable {
    /// A request that is expected.
    struct Expected: Sendable {
        let head: OutgoingHead
        let times: OutgoingTimes
        let call: OutgoingCall
        let since: NIODeadline
    }

    /// What is expected for longer is expected no more.
    private static let patience = TimeAmount.seconds(60)

    /// What requests are sent to, without TLS.
    package let authority: String
    private let listener: any Channel
    private let requests: Requests

    /// Those that are expected, by their paths.
    private final class Requests: Sendable {
        let all = Mutex<[String: Expected]>([:])
    }

    /// Binds and accepts. Not to be called on an event loop.
    ///
    /// - Throws: ``OutgoingFailure`` where there is no loopback interface.
    package init(_ client: OutgoingClient) throws(OutgoingFailure) {
        let requests = Requests()
        self.requests = requests
        do {
            listener = try ServerBootstrap(group: client.loops)
                .serverChannelOption(.backlog, value: 128)
                .childChannelOption(.autoRead, value: false)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.configureHTTPServerPipeline(
                            withPipeliningAssistance: false, withErrorHandling: false)
                        let handler = TunnelHandler { path in
                            guard let expected = requests.all.withLock({ $0.removeValue(forKey: path) }) else {
                                return nil
                            }
                            return { try client.send(expected.head, expected.times, over: $0, as: expected.call) }
                        }
                        try pipeline.addHandler(handler)
                    }
                }
                .bind(host: "127.0.0.1", port: 0).wait()
        } catch {
            throw OutgoingFailure(
                .internalError, .text("requests need the loopback interface of the container's network: \(error)"))
        }
        authority = "127.0.0.1:\(listener.localAddress?.port ?? 0)"
    }

    /// Expects the body of a request.
    ///
    /// - Returns: the path that it is to be sent to, once.
    package func expect(_ head: OutgoingHead, _ times: OutgoingTimes, _ call: OutgoingCall) -> String {
        let path = "/" + (0..<2).map { _ in String(UInt64.random(in: .min ... .max), radix: 16) }.joined(separator: "-")
        let now = NIODeadline.now()
        requests.all.withLock { all in
            all = all.filter { $0.value.since + Self.patience > now }
            all[path] = Expected(head: head, times: times, call: call, since: now)
        }
        return path
    }
}
