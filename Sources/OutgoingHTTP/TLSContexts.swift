internal import LinuxSystem
internal import NIOCore
internal import NIOSSL
internal import Synchronization
internal import WASIHTTP

/// What TLS needs: made at the first request that is to be secure, as reading the roots takes milliseconds, and by a
/// thread of its own, as an event loop must not wait for it.
final class TLSContexts: Sendable {
    private enum State {
        case none
        case making([EventLoopPromise<NIOSSLContext>])
        case made(NIOSSLContext)
    }

    private let settings: OutgoingSettings
    private let state = Mutex(State.none)

    init(_ settings: OutgoingSettings) {
        self.settings = settings
    }

    /// - Returns: fails with an ``OutgoingFailure``.
    func context(on eventLoop: any EventLoop) -> EventLoopFuture<NIOSSLContext> {
        let promise = eventLoop.makePromise(of: NIOSSLContext.self)
        let (made, begins) = state.withLock { state -> (NIOSSLContext?, Bool) in
            switch state {
            case .none:
                state = .making([promise])
                return (nil, true)
            case .making(let promises):
                state = .making(promises + [promise])
                return (nil, false)
            case .made(let context): return (context, false)
            }
        }
        if let made { promise.succeed(made) }
        if begins {
            do {
                try DetachedThread.start("tls-roots") { self.finish(self.make()) }
            } catch {
                finish(.failure(OutgoingFailure(.internalError, .text("no thread: \(error)"))))
            }
        }
        return promise.futureResult
    }

    /// What failed is tried again by the next request.
    private func finish(_ result: Result<NIOSSLContext, OutgoingFailure>) {
        let waiting = state.withLock { state -> [EventLoopPromise<NIOSSLContext>] in
            guard case .making(let promises) = state else { return [] }
            state = if case .success(let context) = result { .made(context) } else { .none }
            return promises
        }
        for promise in waiting { promise.completeWith(result.mapError { $0 as any Error }) }
    }

    private func make() -> Result<NIOSSLContext, OutgoingFailure> {
        let roots = settings.trustRoots.load()
        guard !roots.isEmpty else {
            settings.log?("there are no root certificates to check servers' certificates with: https is out of reach")
            return .failure(OutgoingFailure(.configurationError))
        }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.trustRoots = .certificates(roots)
        configuration.certificateVerification = .fullVerification
        configuration.applicationProtocols = ["http/1.1"]
        // A server that does not close its side is not waited for.
        configuration.shutdownTimeout = .milliseconds(500)
        do {
            return .success(try NIOSSLContext(configuration: configuration))
        } catch {
            settings.log?("TLS can't be set up: \(error)")
            return .failure(OutgoingFailure(.configurationError))
        }
    }
}
