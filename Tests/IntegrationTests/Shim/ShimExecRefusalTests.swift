import ContainerdAPI
import Foundation
import Glibc
import OCISpec
import SwiftProtobuf
import TTRPC
import Testing

@testable import ShimBench

extension Integration {
    /// What becomes of processes of exec that can't be, that are many, and whose container ends.
    @Suite(.needsInstalledTree)
    struct ShimExecRefusalTests {
        private let guest = ["/tool.wasm", "sleep"]

        @Test func whatCannotRunIsSaidAtStartAndLeavesNothing() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(guest)
                try await container.launch()
                try await container.says("ready")
                let files = try await container.shim.openFiles.count
                let cases: [(arguments: [String], words: String)] = [
                    (["/no-such.wasm"], "no such file in the container"), (["no-such-binary"], "not found in $PATH"),
                    (["/absent/binary"], "no such file or directory"), (["/tool.c#main"], "no such file"),
                    (["/proc/version#main"], "expected a wasm module"),
                    (["/hello-wat.wasm#absent"], "exports no function absent"),
                ]
                for (index, each) in cases.enumerated() {
                    let exec = try await DirectExec("e\(index)", each.arguments, in: container)
                    let failure = try await refusal { try await exec.start() }
                    #expect(failure.message.contains(each.words), "\(each.arguments): \(failure)")
                    #expect(try await exec.taskState.status == .created)
                    #expect(try await refusal { try await exec.kill(SIGKILL) }.code == .failedPrecondition)
                    try await exec.delete()
                }
                let folder = try await DirectExec("cwd", ["/tool.wasm", "exit", "0"], in: container) {
                    $0.cwd = "/absent"
                }
                #expect(try await refusal { try await folder.start() }.message.contains("process.cwd"))
                try await folder.delete()
                let processes = try await container.call(TaskMethod.pids, .with { $0.id = container.id }).processes
                #expect(processes.count == 1)
                #expect(try await container.shim.openFiles.count == files)
                try await container.end()
            }
        }

        /// The links of an image lead nowhere but into the container.
        @Test func aLinkOfTheImageDoesNotLeadOut() async throws {
            try await ShimPod.run { pod in
                let outside = try HostFolder()
                let module = "\(outside.path)/tool.wasm"
                try FileManager.default.copyItem(atPath: "\(Requirement.guests ?? "")/tool.wasm", toPath: module)
                let container = try pod.container(guest)
                let upper = "\(pod.folder)/\(container.id)/upper"
                try FileManager.default.createSymbolicLink(atPath: "\(upper)/out.wasm", withDestinationPath: module)
                let dots = "../../../../../../../..\(module)"
                try FileManager.default.createSymbolicLink(atPath: "\(upper)/dots.wasm", withDestinationPath: dots)
                try FileManager.default.createSymbolicLink(
                    atPath: "\(upper)/in.wasm", withDestinationPath: "/proc/../tool.wasm")
                try await container.launch()
                for name in ["/out.wasm", "/dots.wasm", "/proc/1/root/tool.wasm"] {
                    let exec = try await DirectExec("out", [name, "exit", "0"], in: container)
                    _ = try await refusal { try await exec.start() }
                    try await exec.delete()
                }
                let exec = try await DirectExec("in", ["/in.wasm", "exit", "5"], in: container)
                #expect(try await exec.run() == 5)
                try await container.end()
            }
        }

        @Test func aTaskTakesOneBeforeItsStartAndNoneAfterItsEnd() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(guest)
                try await container.startShim()
                try await container.create()
                let early = try await DirectExec("early", ["/tool.wasm", "exit", "4"], in: container)
                let taken = try await refusal { try await DirectExec("early", ["/tool.wasm"], in: container) }
                #expect(taken.code == .alreadyExists)
                #expect(try await early.run() == 4)
                try await container.start()
                let late = try await DirectExec("late", ["/tool.wasm", "exit", "4"], in: container)
                try await container.kill(SIGKILL)
                try await container.wait()
                #expect(try await refusal { try await late.start() }.code == .failedPrecondition)
                let stopped = try await refusal { try await DirectExec("later", ["/tool.wasm"], in: container) }
                #expect(stopped.code == .failedPrecondition)
                try await late.delete()
                try await container.delete()
                try await container.shutdown()
            }
        }

        /// In a pid namespace of their own the kernel ends them, in the machine's the shim does.
        @Test(arguments: [true, false])
        func theyEndWithTheContainerAndAreToldOfFirst(ownPIDNamespace: Bool) async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(guest) { spec in
                    if !ownPIDNamespace { spec.linux?.namespaces?.removeAll { $0.type == .pid } }
                }
                try await container.launch()
                try await container.says("ready")
                var execs: [DirectExec] = []
                for number in 0..<3 {
                    let exec = try await DirectExec("e\(number)", guest, in: container)
                    try await exec.start()
                    try await exec.says("ready")
                    execs.append(exec)
                }
                try await container.kill(SIGKILL)
                try await container.wait()
                for exec in execs { #expect(try await exec.finish() == 137) }
                try await container.delete()
                try await container.shutdown()
                let exits = try pod.events.all.compactMap { try $0.event.unpacked(as: TaskExit.self)?.id }
                #expect(exits.count == 4 && exits.last == container.id && Set(exits.dropLast()) == ["e0", "e1", "e2"])
            }
        }

        @Test func aContainerIsDeletedWithThoseThatWereNot() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(guest)
                try await container.launch()
                let exec = try await DirectExec("left", guest, in: container)
                try await exec.start()
                _ = try await DirectExec("never", guest, in: container)
                try await container.end()
            }
        }

        @Test func manyRunAtOnce() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(["/bin/busybox", "sleep", "1000"])
                try await container.launch()
                let files = try await container.shim.openFiles
                let ended = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for number in 0..<32 {
                        group.addTask {
                            let words = "\(number)"
                            let exec = try await DirectExec(
                                "e\(number)",
                                number % 2 == 0 ? ["/tool.wasm", "print", words] : ["/bin/busybox", "echo", words],
                                in: container)
                            let status = try await exec.run()
                            return try status == 0 && exec.output == "\(number)\n"
                        }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(ended.count == 32 && ended.allSatisfy { $0 })
                let more = try await container.shim.openFiles.subtracting(files)
                #expect(more == [])
                try await container.end()
            }
        }

        @Test func aUserNamespaceIsEnteredToo() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(guest) { spec in
                    spec.linux?.namespaces?.append(Namespace(type: .user))
                    spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 1000)]
                    spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: 200_000, size: 500)]
                }
                for folder in [pod.folder, "\(pod.folder)/\(container.id)", container.folder] { chmod(folder, 0o711) }
                chown("\(pod.folder)/\(container.id)/upper", 100_000, 200_000)
                try await container.launch()
                try await container.says("ready")
                let exec = try await DirectExec("user", guest, in: container) { $0.user = User(uid: 5, gid: 6) }
                let facts = ProcessFacts(pid: try await exec.start())
                try await exec.says("ready")
                #expect(try facts.status["Uid"]?.split(separator: "\t").allSatisfy { $0 == "100005" } == true)
                let own = ProcessFacts(pid: try await container.pid)
                #expect(try facts.namespace("user") == own.namespace("user"))
                try await exec.kill(SIGKILL)
                try await exec.finish()
                try await container.end()
            }
        }
    }
}
