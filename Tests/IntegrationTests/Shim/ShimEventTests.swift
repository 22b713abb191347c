import ContainerdAPI
import Foundation
import OCISpec
import SwiftProtobuf
import TTRPC
import Testing

extension Integration {
    /// What containerd is told, and by which shim.
    @Suite(.needsInstalledTree)
    struct ShimEventTests {
        @Test func eventsComeInOrderAndSayWhatHappened() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "exit", "7"])
                let pid = UInt32(try await container.launch())
                #expect(try await container.finish() == 7)
                // What was answered to the caller may be on its way to the events' service still.
                try await eventually("all events") { pod.events.topics.count >= 4 }
                #expect(pod.events.topics == ["/tasks/create", "/tasks/start", "/tasks/exit", "/tasks/delete"])
                #expect(pod.events.all.allSatisfy { $0.namespace == pod.namespace && $0.timestamp.seconds > 0 })

                let create = try await pod.events.first(TaskCreate.self)
                #expect(create.containerID == container.id && create.bundle == container.folder)
                #expect(create.pid == pid && create.rootfs.map(\.type) == ["overlay"])
                #expect(create.io.stdout.hasSuffix("/stdout") && !create.io.terminal)
                let start = try await pod.events.first(TaskStart.self)
                #expect(start.containerID == container.id && start.pid == pid)
                let exit = try await pod.events.first(TaskExit.self)
                #expect(exit.containerID == container.id && exit.id == container.id)
                #expect(exit.pid == pid && exit.exitStatus == 7 && exit.exitedAt.seconds > 0)
                let delete = try await pod.events.first(TaskDelete.self)
                #expect(delete.containerID == container.id && delete.pid == pid && delete.exitStatus == 7)
                #expect(delete.exitedAt == exit.exitedAt)
            }
        }

        @Test func anExitIsNeverToldBeforeItsStart() async throws {
            try await ShimPod.run { pod in
                let first = try pod.container(["/tool.wasm", "sleep"])
                try await first.launch()
                for _ in 0..<10 {
                    let next = try pod.container(["/tool.wasm", "exit", "0"])
                    next.useShim(of: first)
                    try await next.create()
                    try await next.start()
                    try await next.wait()
                    try await next.delete()
                }
                try await first.end()
                for number in 2...11 {
                    let topics = try pod.events.all.filter { try $0.container == "p\(number)" }.map(\.topic)
                    #expect(topics == ["/tasks/create", "/tasks/start", "/tasks/exit", "/tasks/delete"])
                }
            }
        }

        @Test(arguments: ["io.containerd.runc.v2.group", "io.kubernetes.cri.sandbox-id"])
        func theContainersOfAGroupShareAShim(annotation: String) async throws {
            try await ShimPod.run { pod in
                let group = { (spec: inout Spec) in spec.annotations = [annotation: "the-pod"] }
                let first = try pod.container(["/tool.wasm", "sleep"], change: group)
                let second = try pod.container(["/tool.wasm", "sleep"], change: group)
                let address = try await first.startShim()
                #expect(try await second.startShim() == address)
                #expect(pod.shims.count == 1)
                #expect(try String(contentsOfFile: "\(second.folder)/address", encoding: .utf8) == address)
                try await first.create()
                try await second.create()
                try await first.start()
                try await second.start()
                try await first.kill(SIGKILL)
                try await first.wait()
                try await first.delete()
                try await first.shutdown()
                #expect(try await second.taskState.status == .running)
                try await second.end()
            }
        }

        @Test func aSocketThatNobodyServesIsReplaced() async throws {
            try await ShimPod.run { pod in
                let group = { (spec: inout Spec) in
                    spec.annotations = ["io.containerd.runc.v2.group": "the-pod"]
                }
                let first = try pod.container(["/tool.wasm", "exit", "0"], change: group)
                let address = try await first.startShim()
                let dead = try await first.shim
                Foundation.kill(dead.pid, SIGKILL)
                try await eventually("the shim's end") { !dead.isAlive }
                #expect(FileManager.default.fileExists(atPath: String(address.dropFirst("unix://".count))))
                let second = try pod.container(["/tool.wasm", "exit", "0"], change: group)
                #expect(try await second.startShim() == address)
                #expect(try await second.shim.pid != dead.pid)
                try await second.create()
                try await second.start()
                // The dead shim's container is cleared away beside the living shim, whose socket it had.
                _ = try first.deleteDead()
                #expect(try await second.finish() == 0)
            }
        }

        @Test func whatContainerdHandsOnUnawaresIsKeptByNobody() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/tool.wasm", "sleep"])
                try await container.launch()
                for process in [
                    try await container.shim, try await container.engine, ProcessFacts(pid: try await container.pid),
                ] {
                    let files = try process.openFiles
                    // See ShimPod.command.
                    #expect(!files.contains { $0.hasSuffix(" -> /dev/zero") })
                    #expect(!files.contains { $0.hasSuffix("/answer") })
                }
                try await container.end()
            }
        }

        @Test func containersComeAndGoWithoutALeak() async throws {
            try await ShimPod.run { pod in
                let first = try pod.container(["/tool.wasm", "sleep"])
                try await first.launch()
                let (shim, engine) = (try await first.shim, try await first.engine)
                func cycle() async throws {
                    let next = try pod.container(["/tool.wasm", "print", "words"])
                    next.useShim(of: first)
                    try await next.create()
                    try await next.start()
                    try await next.wait()
                    try await next.delete()
                    #expect(try next.stdout == "words\n")
                }
                // What is made once and stays.
                try await cycle()
                let before = (try shim.openFiles.count, try engine.openFiles.count)
                for _ in 0..<20 { try await cycle() }
                let after = (try shim.openFiles, try engine.openFiles)
                #expect(after.0.count == before.0, "\(after.0)")
                #expect(after.1.count == before.1, "\(after.1)")
                #expect(try engine.status["Threads"] == "1")
                try await first.end()
            }
        }
    }
}

extension EventsEnvelope {
    /// The container that it is about, for those of a container's life.
    fileprivate var container: String? {
        get throws {
            try event.unpacked(as: TaskCreate.self)?.containerID ?? event.unpacked(as: TaskStart.self)?.containerID
                ?? event.unpacked(as: TaskExit.self)?.containerID
                ?? event.unpacked(as: TaskDelete.self)?.containerID
        }
    }
}
