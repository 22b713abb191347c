import Foundation
import Synchronization
import Testing

extension Integration {
    /// SIGTERM, while clients go on as if nothing had happened.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct ServiceDrainTests {
        /// No time-out of a client's is what ends the server.
        private static let patient = ["header-timeout": "3600", "request-timeout": "3600"]

        @Test(arguments: Service.guests) func clientsThatSendOnGetWholeResponsesAndTheEnd(_ guest: String) async throws
        {
            let service = try await Service.start(guest, Self.patient)
            let clients = (0..<8).map { _ in SteadyClient(port: service.port) }
            try await eventually("answers to all") { clients.allSatisfy { $0.answers > 2 } }
            try await service.running.kill("SIGTERM")
            #expect(await service.running.finished().status == 0)
            for client in clients {
                try await eventually("the client's end") { client.end != nil }
                // The end came between two responses, and where it came with one that said so.
                #expect(client.end == .told || client.end == .closed, "\(String(describing: client.end))")
            }
            #expect(clients.contains { $0.end == .told })
        }

        /// Its data would meet a closed socket, and the response would be lost on its way.
        @Test(arguments: Service.guests) func aPipelineOfRequestsDoesNotCostTheResponseBeforeIt(_ guest: String)
            async throws
        {
            let service = try await Service.start(guest, Self.patient)
            let connection = try service.connect()
            let more = Data(String(repeating: "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n", count: 8192).utf8)
            try connection.send("GET /large?16 HTTP/1.1", "Host: a", "")
            #expect(try connection.head().status == 200)
            try connection.write(more)
            try await service.running.kill("SIGTERM")
            try await eventually("the listener's end") { !HTTPConnection.isServed(port: service.port) }
            try await Task.sleep(for: .seconds(1))
            try connection.write(more)
            #expect(try connection.chunks(16 << 16).count == 16 << 16)
            #expect(try connection.chunk().isEmpty)
            #expect(await service.running.finished().status == 0)
        }

        @Test(arguments: Service.guests) func aBodyThatNobodyReadsDoesNotHoldTheServer(_ guest: String) async throws {
            let service = try await Service.start(guest, Self.patient)
            let connection = try service.connect()
            try connection.send("POST /hello HTTP/1.1", "Host: a", "Content-Length: 100000", "")
            #expect(try connection.response().text == "hello\n")
            try connection.write(Data("a little".utf8))
            try await service.running.kill("SIGTERM")
            #expect(await service.running.finished().status == 0)
            withExtendedLifetime(connection) {}
        }

        @Test(arguments: Service.guests) func aConnectionOfHTTP2ThatSendsOnGetsGoAway(_ guest: String) async throws {
            let service = try await Service.start(guest, Self.patient)
            let client = try await HTTP2Client(port: service.port)
            let slow = Task { try await client.send("/sleep?2000") }
            let steady = Task {
                var answers = 0
                while let response = try? await client.send("/sleep?20") {
                    #expect(response.status == "200" && response.text == "slept\n")
                    answers += 1
                }
                return answers
            }
            try await Task.sleep(for: .milliseconds(500))
            try await service.running.kill("SIGTERM")
            #expect(try await slow.value.text == "slept\n")
            #expect(await service.running.finished().status == 0)
            #expect(await steady.value > 0)
            try? await client.close()
        }

        /// A stream that a client opens when it has been told to go away is refused; those before it are answered.
        @Test(arguments: Service.guests) func aStreamThatComesTooLateDoesNotCostTheOthers(_ guest: String) async throws
        {
            typealias Kind = HTTPConnection.Frame.Kind
            let service = try await Service.start(guest, Self.patient)
            let connection = try service.connect()
            try connection.beginFrames()
            _ = try connection.frame(Kind.settings)
            try connection.send(.get("/sleep?1000", stream: 1))
            try await eventually("the request") { try service.connect().get("/hello").text == "hello\n" }
            try await service.running.kill("SIGTERM")
            var ping = try connection.frame(Kind.ping)
            ping.flags = HTTPConnection.Frame.acknowledgement
            try connection.send(ping)
            // The streams that are served still.
            let last = try connection.frame(Kind.goAway).payload.prefix(4)
            #expect(Array(last) == [0, 0, 0, 1])
            // And takes it back, as clients do that hear of it meanwhile: CANCEL.
            try connection.send(.get("/hello", stream: 3))
            try connection.send(.init(kind: Kind.reset, stream: 3, payload: Data([0, 0, 0, 8])))
            #expect(try connection.frame(Kind.headers, stream: 1).payload.first == 0x88)
            #expect(try connection.frame(Kind.data, stream: 1).payload == Data("slept\n".utf8))
            #expect(await service.running.finished().status == 0)
        }

        /// One that is not of those that answer a ping.
        @Test(arguments: Service.guests) func aConnectionOfHTTP2ThatSaysNothingDoesNotHoldTheServer(_ guest: String)
            async throws
        {
            let service = try await Service.start(guest, Self.patient)
            let connection = try service.connect()
            try connection.beginFrames()
            _ = try connection.frame(HTTPConnection.Frame.Kind.settings)
            try await service.running.kill("SIGTERM")
            _ = try connection.frame(HTTPConnection.Frame.Kind.goAway)
            #expect(await service.running.finished().status == 0)
            withExtendedLifetime(connection) {}
        }
    }
}

/// Sends one request after the other on one connection, until that ends.
private final class SteadyClient: Sendable {
    enum End: Equatable {
        /// After a response that said so.
        case told
        /// Before any of a response.
        case closed
        /// Any other.
        case broken(String)
    }

    private let state = Mutex<(answers: Int, end: End?)>((0, nil))

    init(port: UInt16) {
        Thread { [self] in
            let end = Self.run(port: port) { state.withLock { $0.answers += 1 } }
            state.withLock { $0.end = end }
        }.start()
    }

    var answers: Int { state.withLock { $0.answers } }
    var end: End? { state.withLock { $0.end } }

    private static func run(port: UInt16, answered: () -> Void) -> End {
        do {
            let connection = try HTTPConnection(port: port)
            while true {
                // What is sent into a connection that has ended fails, or finds nobody.
                guard (try? connection.send("GET /sleep?20 HTTP/1.1", "Host: a", "")) != nil,
                    try !connection.isAtEnd()
                else { return .closed }
                let response = try connection.response()
                guard response.text == "slept\n" else { return .broken("\(response)") }
                answered()
                guard response.fields["connection"] == "close" else { continue }
                return try connection.isAtEnd() ? .told : .broken("more after the last response")
            }
        } catch {
            return .broken("\(error)")
        }
    }
}
