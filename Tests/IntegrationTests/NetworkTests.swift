import Foundation
import Glibc
import Testing

extension Integration {
    /// Sockets of WASI 0.2. The version of libwasmtime is chosen by this: newer ones give guests none.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct NetworkTests {
        @Test func aComponentConnectsOverTCP() async throws {
            let server = try EchoServer()
            let outcome = try await container(.guest("component.wasm")).args("connect", "\(server.port)")
                .hostNetwork().run()
            #expect(outcome.stdout == "hello over TCP\n")
            #expect(outcome.status == 0)
        }

        /// The fence is the network namespace: the machine's 127.0.0.1 is not the container's.
        @Test func aContainersNetworkIsNotTheMachines() async throws {
            let server = try EchoServer()
            let outcome = try await container(.guest("component.wasm")).args("connect", "\(server.port)").run()
            #expect(outcome.stdout == "not connected\n")
            #expect(outcome.status == 1)
        }
    }
}
