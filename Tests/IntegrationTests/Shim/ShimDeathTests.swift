import ContainerdAPI
import Foundation
import Glibc
import SwiftProtobuf
import TTRPC
import Testing

extension Integration {
    /// kill -9 of each process in each state; what is left is cleared away by Delete, or by `delete`.
    @Suite(.needsInstalledTree)
    struct ShimDeathTests {
        private let sleeper = ["/tool.wasm", "sleep"]

        private func end(_ process: ProcessFacts) async throws {
            Glibc.kill(process.pid, SIGKILL)
            try await eventually("the end of \(process.pid)") { !process.isAlive }
        }

        @Test func theContainersDeathIsItsExit() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(sleeper)
                try await container.launch()
                try await end(ProcessFacts(pid: try await container.pid))
                #expect(try await container.finish() == 137)
            }
        }

        @Test func theDeathOfAContainerThatWasNotStartedIsItsExit() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(sleeper)
                try await container.startShim()
                try await end(ProcessFacts(pid: try await container.create()))
                #expect(try await container.finish() == 137)
            }
        }

        @Test func anEngineThatDiedBeforeCreateIsReplaced() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "print", "hello"])
                try await container.startShim()
                try await end(container.engine)
                try await container.create()
                try await container.start()
                try await container.says("hello")
                #expect(try await container.finish() == 0)
            }
        }

        @Test func aContainerOutlivesItsEngine() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(sleeper)
                try await container.startShim()
                try await container.create()
                try await end(container.engine)
                try await container.start()
                try await container.says("ready")
                #expect(try await container.taskState.status == .running)
                try await container.end()
            }
        }

        @Test func anEngineThatDiesWhileItCompilesFailsCreate() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/bin/new.wasm"])
                try Self.newModule(at: "\(pod.folder)/native/bin/new.wasm")
                try await container.startShim()
                let engine = try await container.engine
                async let status = refusal { try await container.create() }
                // Not the first child of the container that was begun: the compiler has a filter. It stands still from
                // here on, so that it can't be done before the engine is dead.
                try await eventually("the compiler") {
                    let compilers = engine.children.filter { (try? $0.status["Seccomp"]) == "2" }
                    for compiler in compilers { Glibc.kill(compiler.pid, SIGSTOP) }
                    return !compilers.isEmpty
                }
                let compiler = engine.children
                try await end(engine)
                let said = try await status
                #expect(said.code == .unavailable && said.message.contains("engine"), "\(said)")
                try await eventually("the compiler's end") { !compiler.contains { $0.isAlive } }
                // Another engine serves the next one.
                let next = try pod.container(["/tool.wasm", "exit", "3"])
                next.useShim(of: container)
                try await next.create()
                try await next.start()
                #expect(try await next.finish() == 3)
            }
        }

        /// The guest in Go, with a section of its own, so that no artifact of it is in the cache.
        private static func newModule(at path: String) throws {
            var module = try Data(contentsOf: URL(filePath: "\(Requirement.guests ?? "")/hello-go.wasm"))
            let name = Array("martlet".utf8)
            let noise = (0..<16).map { _ in UInt8.random(in: 0...255) }
            module.append(contentsOf: [0, UInt8(1 + name.count + noise.count), UInt8(name.count)] + name + noise)
            try module.write(to: URL(filePath: path))
        }

        enum Moment: String, Sendable, CaseIterable {
            case beforeCreate, created, running, paused, stopped
        }

        @Test(arguments: Moment.allCases) func whatADeadShimLeftIsClearedAway(moment: Moment) async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(moment == .stopped ? ["/tool.wasm", "exit", "7"] : sleeper)
                try await container.startShim()
                var pid: pid_t = 0
                if moment != .beforeCreate { pid = try await container.create() }
                switch moment {
                case .beforeCreate, .created: break
                case .running: try await container.start()
                case .paused:
                    try await container.start()
                    _ = try await container.call(TaskMethod.pause, .with { $0.id = container.id })
                case .stopped:
                    try await container.start()
                    try await container.wait()
                }
                try await end(container.shim)
                let answer = try container.deleteDead()
                #expect(pid_t(answer.pid) == pid)
                #expect(answer.exitStatus == (moment == .stopped ? 7 : 137))
                #expect(answer.exitedAt.seconds > 0)
                if pid > 0 { try await eventually("the container's end") { !ProcessFacts(pid: pid).isAlive } }
                // It may be asked again.
                _ = try container.deleteDead()
            }
        }
    }
}
