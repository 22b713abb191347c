internal import HTTPPolicy
internal import LinuxSystem
internal import OutgoingHTTP
internal import Synchronization
internal import WASIHTTP
internal import WasmHost

/// Sends the requests of a server's guests, or of a command. Used by all threads that run guests.
final class RequestSender: Sendable {
    /// Without a word of the guest's, and at most: nanoseconds.
    private static let timeout: UInt64 = 600_000_000_000

    private struct Made {
        var loops: (@Sendable () throws(SystemCallError) -> EventLoops)?
        /// From when they are first needed.
        var client: OutgoingClient?
        var tunnel: OutgoingTunnel?
    }

    private let policy: OutgoingPolicy
    private let settings: OutgoingSettings
    private let made = Mutex(Made())

    /// - Parameters:
    ///   - variables: the container's, which may say where its certificates are.
    ///   - report: takes what an operator should know, from any thread.
    init(
        _ policy: OutgoingPolicy, _ variables: [GuestInvocation.Variable], _ roots: NodeRoots?,
        report: @escaping @Sendable (String) -> Void
    ) {
        self.policy = policy
        var settings = OutgoingSettings()
        settings.trustRoots.file = variables.last { $0.name == "SSL_CERT_FILE" }?.value
        settings.trustRoots.folders = variables.last { $0.name == "SSL_CERT_DIR" }?.value
        settings.trustRoots.given = { roots?.bytes ?? [] }
        settings.log = { report("martlet: \($0)\n") }
        self.settings = settings
    }

    /// Before the first request of a guest, which asks for the loops.
    func begin(on loops: @escaping @Sendable () throws(SystemCallError) -> EventLoops) {
        made.withLock { $0.loops = loops }
    }

    /// Sends a lowered guest's request.
    ///
    /// - Parameter time: that the guest has left, in nanoseconds.
    /// - Throws: ``OutgoingFailure``: it may not be sent, or it is none.
    func send(
        _ request: OutgoingRequest, _ options: RequestOptions, over socket: BodySocket, time: UInt64
    ) throws(OutgoingFailure) -> SentRequest {
        let head = try head(of: request)
        let client = try made.withLock { (made) throws(OutgoingFailure) -> OutgoingClient in
            try self.client(&made)
        }
        guard let end = socket.takeOther() else { throw OutgoingFailure(.internalError) }
        client.send(head, times(options, time), socket: end, as: request.call)
        return SentRequest(request.call, .socket(socket))
    }

    /// Prepares the request of a guest whose bodies are the engine's streams.
    ///
    /// - Returns: the authority and the path that the engine is to send the body to.
    /// - Throws: as ``send(_:_:over:time:)``.
    func prepare(
        _ request: OutgoingRequest, _ options: RequestOptions, time: UInt64
    ) throws(OutgoingFailure) -> (authority: String, path: String) {
        let head = try head(of: request)
        let tunnel = try tunnel()
        return (tunnel.authority, tunnel.expect(head, times(options, time), request.call))
    }

    private func client(_ made: inout Made) throws(OutgoingFailure) -> OutgoingClient {
        if let client = made.client { return client }
        guard let loops = made.loops else { throw OutgoingFailure(.internalError) }
        do throws(SystemCallError) {
            let client = OutgoingClient(on: try loops().group, settings)
            made.client = client
            return client
        } catch {
            throw OutgoingFailure(.internalError, .text("no thread can be had for requests: \(error)"))
        }
    }

    private func tunnel() throws(OutgoingFailure) -> OutgoingTunnel {
        try made.withLock { made throws(OutgoingFailure) in
            if let tunnel = made.tunnel { return tunnel }
            let tunnel = try OutgoingTunnel(client(&made))
            made.tunnel = tunnel
            return tunnel
        }
    }

    private func times(_ options: RequestOptions, _ time: UInt64) -> OutgoingTimes {
        let most = min(Self.timeout, time)
        return OutgoingTimes(
            connect: min(options.connectTimeout ?? most, most), firstByte: min(options.firstByteTimeout ?? most, most),
            betweenBytes: min(options.betweenBytesTimeout ?? most, most))
    }

    private func head(of request: OutgoingRequest) throws(OutgoingFailure) -> OutgoingHead {
        let isSecure = request.scheme != "HTTP"
        if request.scheme == "other" { throw OutgoingFailure(.protocolError) }
        guard let text = request.authority, let authority = OutgoingPolicy.Authority(text) else {
            throw OutgoingFailure(.requestURIInvalid)
        }
        guard policy.allows(authority, isSecure: isSecure) else { throw OutgoingFailure(.requestDenied) }
        let method = request.otherMethod ?? request.method.uppercased()
        // What it makes of a connection is no exchange of messages.
        if method == "CONNECT" { throw OutgoingFailure(.requestMethodInvalid) }
        var target = request.path ?? "/"
        if target.isEmpty || target.hasPrefix("?") { target = "/" + target }
        guard target.hasPrefix("/") || target == "*" else { throw OutgoingFailure(.requestURIInvalid) }
        return OutgoingHead(
            method: method, isSecure: isSecure, authority: authority, authorityText: text, target: target,
            fields: request.fields, hasBody: request.isBodyTaken)
    }
}
