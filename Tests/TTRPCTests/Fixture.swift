import Glibc
import NIOCore
import NIOPosix
import Testing

@testable import TTRPC

/// A server on a socket in a directory of its own, on one event loop, with clients and raw peers to it.
struct Fixture {
    let eventLoop: any EventLoop
    let server: TTRPCServer
    let path: String

    /// Serves the methods as service `test.Service` while the body runs.
    static func run(
        methods: (any EventLoop) -> [String: TTRPCMethod],
        configuration: TTRPCServer.Configuration = TTRPCServer.Configuration(),
        _ body: (Fixture) async throws -> Void
    ) async throws {
        try await Self.withDirectory { directory, eventLoop in
            let path = directory + "/test.sock"
            let server = try await TTRPCServer.start(
                at: path, services: [TTRPCService(name: "test.Service", methods: methods(eventLoop))],
                on: eventLoop, configuration: configuration)
            do {
                try await body(Fixture(eventLoop: eventLoop, server: server, path: path))
            } catch {
                await server.shutdown(grace: .zero)
                throw error
            }
            await server.shutdown(grace: .zero)
        }
    }

    /// Gives a temporary directory and an event loop to the body, and takes both away.
    static func withDirectory(_ body: (String, any EventLoop) async throws -> Void) async throws {
        var template = Array("/tmp/ttrpc-test-XXXXXX".utf8CString)
        let directory = try #require(mkdtemp(&template).map { String(cString: $0) })
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let result: Result<Void, any Error>
        do {
            result = .success(try await body(directory, group.next()))
        } catch {
            result = .failure(error)
        }
        try await group.shutdownGracefully()
        // Fails, and so does the test, when a file is left in it.
        #expect(rmdir(directory) == 0, "a file is left in \(directory)")
        try result.get()
    }

    func client() async throws -> TTRPCClient {
        try await TTRPCClient.connect(to: self.path, on: self.eventLoop)
    }

    func peer() throws -> RawPeer {
        try RawPeer(path: self.path)
    }
}

/// Something that tasks wait for and others open, on an event loop.
final class Gate: Sendable {
    private let promise: EventLoopPromise<Void>

    init(_ eventLoop: any EventLoop) {
        self.promise = eventLoop.makePromise()
    }

    /// A gate that nobody came to is no leak.
    deinit {
        self.promise.fail(CancellationError())
    }

    func open() {
        self.promise.succeed()
    }

    /// Waits until the gate is opened; throws when the task is cancelled.
    func pass() async throws {
        try await withTaskCancellationHandler {
            try await self.promise.futureResult.get()
        } onCancel: {
            self.promise.fail(CancellationError())
        }
    }
}
