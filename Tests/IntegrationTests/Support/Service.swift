import Foundation
import Testing

/// A container that serves the guest serve.wasm, or another, at a port of 127.0.0.1.
struct Service {
    /// The same server twice: one is run over the engine's own WASI, the other is lowered.
    static let guests = ["serve.wasm", "plain.wasm"]

    /// A guest that calls all of what a lowered one may import, in the same two ways.
    static let surfaces = ["surface.wasm", "surface-plain.wasm"]

    /// A guest that does to files what it is told, in the same two ways.
    static let files = ["files.wasm", "files-plain.wasm"]

    let port: UInt16
    let running: RunningContainer

    /// Starts it and waits until it answers.
    ///
    /// - Parameter annotations: without `martlet.dev/http-`.
    static func start(
        _ guest: String = "serve.wasm", _ annotations: [String: String] = [:], env: String...
    ) async throws -> Service {
        try await start(container(.guest(guest)), annotations, env: env)
    }

    /// - Parameter container: what serves.
    static func start(
        _ container: Container, _ annotations: [String: String] = [:], env: [String] = []
    ) async throws -> Service {
        let port = try HTTPConnection.freePort()
        var container = container.hostNetwork()
            .env("WASMTIME_HTTP_PROXY_SOCKET_ADDR=127.0.0.1:\(port)")
        for (key, value) in annotations { container = container.annotation("martlet.dev/http-\(key)", value) }
        for word in env { container = container.env(word) }
        let running = try await container.start()
        try await eventually("an answer of container \(running.id)") {
            if running.command.hasEnded {
                throw FixtureError(description: "it ended: \(await running.command.outcome())")
            }
            return HTTPConnection.isServed(port: port)
        }
        return Service(port: port, running: running)
    }

    /// Serves while the test speaks to it, then ends it with SIGTERM and answers what it left.
    @discardableResult
    static func whileServing(
        _ guest: String = "serve.wasm", _ annotations: [String: String] = [:], _ body: (Service) async throws -> Void
    ) async throws -> Outcome {
        try await start(guest, annotations).whileServing(body)
    }

    @discardableResult
    func whileServing(_ body: (Service) async throws -> Void) async throws -> Outcome {
        do {
            try await body(self)
        } catch {
            try? await running.kill("SIGKILL")
            let outcome = await running.finished()
            throw FixtureError(description: "\(error); the container: \(outcome.status) \(outcome.stderr)")
        }
        return try await end()
    }

    /// Posts a body, on a connection of its own unless told otherwise.
    func post(
        _ path: String, _ body: String, on connection: HTTPConnection? = nil
    ) throws -> HTTPConnection.Response {
        let connection = try connection ?? connect()
        try connection.send("POST \(path) HTTP/1.1", "Host: a", "Content-Length: \(body.utf8.count)", "", body: body)
        return try connection.response()
    }

    /// What a guest of ``files`` answers to lines, without the last line's end.
    func run(_ lines: String, on connection: HTTPConnection? = nil) throws -> String {
        let response = try post("/run", lines, on: connection)
        guard response.status == 200 else { throw FixtureError(description: "/run answers \(response.status)") }
        return String(response.text.dropLast())
    }

    func connect() throws -> HTTPConnection { try HTTPConnection(port: port) }

    /// Expects this status as the answer to lines that are all of a connection.
    func answers(_ status: Int, to lines: String..., sourceLocation: SourceLocation = #_sourceLocation) throws {
        let connection = try connect()
        try connection.write(Data((lines.joined(separator: "\r\n") + "\r\n").utf8))
        let response = try connection.response()
        #expect(response.status == status, sourceLocation: sourceLocation)
    }

    func end() async throws -> Outcome {
        try await running.kill("SIGTERM")
        return await running.finished()
    }
}
