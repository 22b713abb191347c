import ContainerdAPI
import Foundation
import Glibc
import OCISpec
import SwiftProtobuf
import TTRPC
import Testing

@testable import ShimBench

extension Integration {
    /// Processes of exec, in containers of wasm and native ones.
    @Suite(.needsInstalledTree)
    struct ShimExecTests {
        private let guest = ["/tool.wasm", "sleep"]
        private let native = ["/bin/busybox", "sh", "-c", "echo ready; exec /bin/busybox sleep 1000"]

        /// A container that runs.
        private func running(
            _ pod: ShimPod, _ arguments: [String], change: (inout Spec) -> Void = { _ in }
        ) async throws -> DirectContainer {
            let container = try pod.container(arguments, change: change)
            try await container.launch()
            try await container.says("ready")
            return container
        }

        @Test func aModuleRunsWhereNothingNativeIs() async throws {
            try await ShimPod.run { pod in
                let container = try await running(pod, guest)
                let exec = try await DirectExec("probe", ["/tool.wasm", "print", "healthy"], in: container)
                let pid = try await exec.start()
                let exit = try await exec.wait()
                #expect(exit.exitStatus == 0)
                #expect(try exec.output == "healthy\n")
                #expect(try await exec.delete().pid == UInt32(pid))
                // The id is free again.
                let again = try await DirectExec("probe", ["tool.wasm", "exit", "7"], in: container)
                #expect(try await again.run() == 7)
                let named = try await DirectExec("named", ["/hello-wat.wasm#greet"], in: container)
                #expect(try await named.run() == 0)
                #expect(try named.output == "greetings from WAT\n")
                try await container.end()

                let added = try await pod.events.first(TaskExecAdded.self)
                #expect(added.containerID == container.id && added.execID == "probe")
                let started = try await pod.events.first(TaskExecStarted.self)
                #expect(started.execID == "probe" && pid_t(started.pid) == pid)
                let exited = try await pod.events.first(TaskExit.self)
                #expect(exited.containerID == container.id && exited.id == "probe" && pid_t(exited.pid) == pid)
            }
        }

        @Test(arguments: [true, false])
        func aProcessIsWhereTheContainerIs(isGuest: Bool) async throws {
            try await ShimPod.run { pod in
                let container = try await running(pod, native)
                let arguments = isGuest ? guest : native
                let exec = try await DirectExec("long", arguments, in: container)
                let pid = try await exec.start()
                try await exec.says("ready")
                let (own, facts) = (ProcessFacts(pid: try await container.pid), ProcessFacts(pid: pid))
                for kind in ["pid", "mnt", "net", "ipc", "uts", "user", "cgroup"] {
                    #expect(try facts.namespace(kind) == own.namespace(kind), "\(kind)")
                }
                #expect(try facts.cgroups == own.cgroups)
                #expect(try facts.status["NSpid"]?.split(separator: "\t").count == 2)
                #expect(try facts.status["NoNewPrivs"] == "1")
                let root = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/root")
                #expect(root == "/")
                // Only its own streams; nothing of the engine's but the module's code.
                let files = try facts.openFiles.filter { !$0.contains("/exec-") && !$0.hasSuffix("/dev/null") }
                #expect(files.allSatisfy { isGuest && !$0.contains("socket") && !$0.contains("pidfd") }, "\(files)")

                let processes = try await container.call(TaskMethod.pids, .with { $0.id = container.id }).processes
                #expect(Set(processes.map { pid_t($0.pid) }) == [pid, own.pid])
                let state = try await exec.taskState
                #expect(state.status == .running && pid_t(state.pid) == pid && state.id == "long")
                #expect(try await refusal { try await exec.delete() }.code == .failedPrecondition)
                #expect(try await refusal { try await exec.start() }.code == .failedPrecondition)
                try await exec.kill(SIGTERM)
                #expect(try await exec.wait().exitStatus == 143)
                #expect(try await refusal { try await exec.kill(SIGTERM) }.code == .notFound)
                try await exec.delete()
                #expect(try await refusal { try await exec.taskState }.code == .notFound)
                #expect(try await container.taskState.status == .running)
                try await container.end()
            }
        }

        @Test func aNativeProcessHasItsOwnUserFolderAndVariables() async throws {
            try await ShimPod.run { pod in
                let container = try await running(pod, native)
                let script = "busybox id -u; busybox id -g; busybox pwd; echo $COLOUR; ulimit -n"
                let exec = try await DirectExec("who", ["busybox", "sh", "-c", script], in: container) { process in
                    process.user = User(uid: 1000, gid: 1001)
                    process.cwd = "/run"
                    process.env = ["PATH=/bin", "COLOUR=green"]
                    process.rlimits = [ResourceLimit(type: "RLIMIT_NOFILE", soft: 77, hard: 99)]
                }
                #expect(try await exec.run() == 0)
                #expect(try exec.output == "1000\n1001\n/run\ngreen\n77\n")
                try await container.end()
            }
        }

        /// What a user that is not root has left is what execve would leave it, though a guest is never executed; as a
        /// container's first process and as one of exec.
        @Test(arguments: [0, 1000] as [UInt32], [true, false])
        func aGuestHasTheCapabilitiesThatANativeProcessHas(user: UInt32, ambient: Bool) async throws {
            try await ShimPod.run { pod in
                func change(_ process: inout OCISpec.Process) {
                    process.user = User(uid: user, gid: user)
                    if ambient {
                        process.capabilities?.inheritable = ["CAP_NET_RAW"]
                        process.capabilities?.ambient = ["CAP_NET_RAW"]
                    }
                }
                func sets(_ pid: pid_t) throws -> [String?] {
                    let status = try ProcessFacts(pid: pid).status
                    return ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map { status[$0] }
                }
                let first = try await running(pod, native) { change(&$0.process!) }
                let wanted = try sets(try await first.pid)
                let second = try pod.container(guest) { change(&$0.process!) }
                second.useShim(of: first)
                try await second.create()
                try await second.start()
                try await second.says("ready")
                #expect(try sets(try await second.pid) == wanted)
                for (id, arguments) in [("native", native), ("guest", guest)] {
                    let exec = try await DirectExec(id, arguments, in: first, change: change)
                    let pid = try await exec.start()
                    try await exec.says("ready")
                    #expect(try sets(pid) == wanted, "\(id)")
                    try await exec.kill(SIGKILL)
                    #expect(try await exec.finish() == 137)
                }
                try await second.end()
                try await first.end()
            }
        }

        @Test func theFiltersOfTheContainerAreInForce() async throws {
            try await ShimPod.run { pod in
                let container = try await running(pod, native) { spec in
                    var profile = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
                    profile.syscalls = [
                        SeccompRule(names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 28)
                    ]
                    spec.linux?.seccomp = profile
                }
                let denied = try await DirectExec(
                    "native", ["/bin/busybox", "sh", "-c", "busybox mkdir /run/new 2>&1"], in: container
                ) { $0.env = ["PATH=/bin"] }
                #expect(try await denied.run() == 1)
                #expect(try denied.output.contains("No space left on device"))
                let exec = try await DirectExec("guest", guest, in: container)
                let pid = try await exec.start()
                try await exec.says("ready")
                let status = try ProcessFacts(pid: pid).status
                #expect(status["Seccomp"] == "2" && status["Seccomp_filters"] == "2")
                try await exec.kill(SIGKILL)
                try await exec.finish()
                try await container.end()
            }
        }

        @Test func aTerminalIsTheExecsOwn() async throws {
            try await ShimPod.run { pod in
                let container = try await running(pod, native)
                let stdin = try FIFO("\(pod.folder)/typed")
                let script = "/bin/busybox stty size; read line; /bin/busybox stty size; echo got $line; exit 3"
                let exec = try await DirectExec("shell", ["/bin/busybox", "sh", "-c", script], in: container) {
                    $0.consoleSize = ConsoleSize(height: 10, width: 20)
                } ask: {
                    $0.terminal = true
                    $0.stdin = stdin.path
                    $0.stderr = ""
                }
                try await exec.start()
                try stdin.open()
                try await exec.says("10 20")
                try await exec.resize(width: 132, height: 50)
                try stdin.write("hello\n")
                #expect(try await exec.wait().exitStatus == 3)
                #expect(try exec.output.contains("50 132") && exec.output.contains("got hello"))
                try await exec.delete()
                stdin.close()
                try await container.end()
            }
        }

        @Test func stdinEndsWithCloseIO() async throws {
            try await ShimPod.run { pod in
                let container = try await running(pod, guest)
                let stdin = try FIFO("\(pod.folder)/input")
                let exec = try await DirectExec("cat", ["/tool.wasm", "cat"], in: container) { _ in
                } ask: {
                    $0.stdin = stdin.path
                }
                try await exec.start()
                try stdin.open()
                try stdin.write("some words\n")
                try await exec.says("some words\n")
                stdin.close()
                #expect(try await exec.taskState.status == .running)
                try await exec.closeIO()
                #expect(try await exec.finish() == 0)
                try await container.end()
            }
        }
    }
}
