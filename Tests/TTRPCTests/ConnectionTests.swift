import Glibc
import NIOCore
import Testing

@testable import TTRPC

/// How connections and servers begin and end.
@Suite(.timeLimit(.minutes(1))) struct ConnectionTests {
    private static let echo = TTRPCService(name: "test.Service", methods: ["Echo": .raw { _, payload in payload }])

    private static func echo(_ client: TTRPCClient) async throws -> [UInt8] {
        try await client.call(service: "test.Service", method: "Echo", payload: [1])
    }

    @Test func aMissingSocketIsNamedWithItsErrno() async throws {
        try await Fixture.withDirectory { directory, eventLoop in
            let path = directory + "/absent.sock"
            let error = await #expect(throws: TTRPCError.self) {
                _ = try await TTRPCClient.connect(to: path, on: eventLoop)
            }
            #expect(error?.code == .connectFailed)
            #expect(error?.errnoCode == ENOENT)
            #expect(error?.message.contains(path) == true)
        }
    }

    @Test func aServerThatIsGoneFailsCallsAndNewConnections() async throws {
        try await Fixture.withDirectory { directory, eventLoop in
            let path = directory + "/test.sock"
            let never = Gate(eventLoop)
            let arrived = Gate(eventLoop)
            let wait = TTRPCMethod.raw { _, _ in
                arrived.open()
                try await never.pass()
                return []
            }
            let server = try await TTRPCServer.start(
                at: path, services: [TTRPCService(name: "test.Service", methods: ["Wait": wait])], on: eventLoop)
            let client = try await TTRPCClient.connect(to: path, on: eventLoop)
            let waiting = Task { try await client.call(service: "test.Service", method: "Wait", payload: []) }
            try await arrived.pass()
            await server.shutdown(grace: .zero)
            let underWay = await #expect(throws: TTRPCError.self) { try await waiting.value }
            #expect(underWay?.code == .connectionClosed)
            #expect(underWay?.message.contains(path) == true)
            await client.waitUntilClosed()
            #expect(!client.isOpen)
            let later = await #expect(throws: TTRPCError.self) { try await Self.echo(client) }
            #expect(later?.code == .connectionClosed)
            let again = await #expect(throws: TTRPCError.self) {
                _ = try await TTRPCClient.connect(to: path, on: eventLoop)
            }
            #expect(again?.errnoCode == ENOENT)
        }
    }

    @Test func aClosedClientFailsItsCalls() async throws {
        try await Fixture.run(methods: { _ in Self.echo.methods }) { fixture in
            let client = try await fixture.client()
            await client.close()
            let error = await #expect(throws: TTRPCError.self) { try await Self.echo(client) }
            #expect(error?.code == .connectionClosed)
        }
    }

    @Test func shutdownLetsCallsUnderWayFinishAndRefusesNewOnes() async throws {
        try await Fixture.withDirectory { directory, eventLoop in
            let path = directory + "/test.sock"
            let gate = Gate(eventLoop)
            let arrived = Gate(eventLoop)
            let wait = TTRPCMethod.raw { _, _ in
                arrived.open()
                try await gate.pass()
                return [7]
            }
            let server = try await TTRPCServer.start(
                at: path, services: [TTRPCService(name: "test.Service", methods: ["Wait": wait])], on: eventLoop)
            let client = try await TTRPCClient.connect(to: path, on: eventLoop)
            let waiting = Task { try await client.call(service: "test.Service", method: "Wait", payload: []) }
            try await arrived.pass()
            let stopping = Task { await server.shutdown(grace: .seconds(60)) }
            // The socket's file goes first; then a call on the old connection is refused or, at the latest, unanswered.
            while access(path, F_OK) == 0 {
                await Task.yield()
            }
            gate.open()
            #expect(try await waiting.value == [7])
            await stopping.value
            await client.waitUntilClosed()
        }
    }

    @Test func aServerAdoptsASocketThatListens() async throws {
        try await Fixture.withDirectory { directory, eventLoop in
            let path = directory + "/adopted.sock"
            let socket = try UnixSocket.listening(at: UnixAddress(path), backlog: 1).release()
            let server = try await TTRPCServer.start(
                adopting: socket, socketPath: path, services: [Self.echo], on: eventLoop)
            let client = try await TTRPCClient.connect(to: "unix://" + path, on: eventLoop)
            #expect(try await Self.echo(client) == [1])
            await server.shutdown(grace: .zero)
            #expect(access(path, F_OK) != 0)
        }
    }

    @Test func whatDoesNotListenIsNotAdopted() async throws {
        try await Fixture.withDirectory { _, eventLoop in
            let file = open("/dev/null", O_RDONLY)
            let noSocket = await #expect(throws: TTRPCError.self) {
                _ = try await TTRPCServer.start(adopting: file, services: [], on: eventLoop)
            }
            #expect(noSocket?.errnoCode == ENOTSOCK)
            let idle = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
            let deaf = await #expect(throws: TTRPCError.self) {
                _ = try await TTRPCServer.start(adopting: idle, services: [], on: eventLoop)
            }
            #expect(deaf?.code == .listenFailed)
        }
    }

    @Test func aFileInTheWayIsNotReplaced() async throws {
        try await Fixture.run(methods: { _ in Self.echo.methods }) { fixture in
            let error = await #expect(throws: TTRPCError.self) {
                _ = try await TTRPCServer.start(at: fixture.path, services: [], on: fixture.eventLoop)
            }
            #expect(error?.errnoCode == EADDRINUSE)
            #expect(error?.message.contains(fixture.path) == true)
            let client = try await fixture.client()
            #expect(try await Self.echo(client) == [1])
        }
    }

    @Test func shutdownLeavesASuccessorsSocketAlone() async throws {
        try await Fixture.withDirectory { directory, eventLoop in
            let path = directory + "/test.sock"
            let first = try await TTRPCServer.start(at: path, services: [Self.echo], on: eventLoop)
            // The successor's file is made before the first one is gone, so that their inodes differ.
            let second = try await TTRPCServer.start(at: path + ".new", services: [Self.echo], on: eventLoop)
            #expect(rename(path + ".new", path) == 0)
            await first.shutdown(grace: .zero)
            #expect(access(path, F_OK) == 0)
            let client = try await TTRPCClient.connect(to: path, on: eventLoop)
            #expect(try await Self.echo(client) == [1])
            await second.shutdown(grace: .zero)
            unlink(path)
        }
    }

    @Test(arguments: ["@ttrpc-test-\(getpid())", "\0ttrpc-test0-\(getpid())", "unix://@ttrpc-test1-\(getpid())"])
    func abstractAddressesAreServedAndReached(address: String) async throws {
        try await Fixture.withDirectory { _, eventLoop in
            let server = try await TTRPCServer.start(at: address, services: [Self.echo], on: eventLoop)
            let client = try await TTRPCClient.connect(to: address, on: eventLoop)
            #expect(try await Self.echo(client) == [1])
            await server.shutdown(grace: .zero)
        }
    }

    @Test(arguments: ["", "unix://", "/a\0b", "/" + String(repeating: "x", count: 107)])
    func addressesThatCannotBeAreRefused(address: String) {
        let error = #expect(throws: TTRPCError.self) { _ = try UnixAddress(address) }
        #expect(error?.code == .invalidAddress)
    }

    @Test func theLongestPathIsAnAddress() throws {
        let path = "/" + String(repeating: "x", count: 106)
        let address = try UnixAddress("unix://" + path)
        #expect(address.path == path)
        #expect(address.withSockAddr { $1 } == 110)
    }

    @Test func anAbstractNameEndsWhereItsLengthSays() throws {
        #expect(try UnixAddress("@ab").withSockAddr { $1 } == 5)
        #expect(try UnixAddress("@ab").path == nil)
    }

    @Test func aFullListenerIsTriedAgainUntilTheTimeoutThenNamed() async throws {
        try await Fixture.withDirectory { directory, eventLoop in
            let path = directory + "/full.sock"
            let listener = try UnixSocket.listening(at: UnixAddress(path), backlog: 0)
            let first = try await TTRPCClient.connect(to: path, on: eventLoop)
            let error = await #expect(throws: TTRPCError.self) {
                _ = try await TTRPCClient.connect(to: path, on: eventLoop, timeout: .milliseconds(20))
            }
            #expect(error?.code == .connectFailed)
            #expect(error?.message.contains(path) == true)
            await first.close()
            _ = consume listener
            unlink(path)
        }
    }
}
