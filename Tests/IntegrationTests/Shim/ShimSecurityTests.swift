import ContainerdAPI
import Foundation
import OCISpec
import TTRPC
import Testing

extension Integration {
    /// User namespaces, and seccomp filters in force.
    @Suite(.needsInstalledTree)
    struct ShimSecurityTests {
        private func profile(_ names: [String], _ action: String, errno: UInt32? = nil) -> (inout Spec) -> Void {
            { spec in
                var profile = SeccompProfile(defaultAction: "SCMP_ACT_ALLOW")
                profile.syscalls = [SeccompRule(names: names, action: action, errnoRet: errno)]
                spec.linux?.seccomp = profile
            }
        }

        @Test(arguments: [
            ["/bin/busybox", "sh", "-c", "busybox id -u; busybox echo ready; exec /bin/busybox sleep 1000"],
            ["/tool.wasm", "sleep"],
        ]) func aUserNamespaceMapsTheIdsOfTheSpecification(arguments: [String]) async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(arguments) { spec in
                    spec.linux?.namespaces?.append(Namespace(type: .user))
                    spec.linux?.uidMappings = [IDMapping(containerID: 0, hostID: 100_000, size: 1000)]
                    spec.linux?.gidMappings = [IDMapping(containerID: 0, hostID: 200_000, size: 500)]
                    spec.process?.env = ["PATH=/bin"]
                }
                // The folders above the root filesystem are the node's, and let others pass.
                for folder in [pod.folder, "\(pod.folder)/\(container.id)", container.folder] { chmod(folder, 0o711) }
                // The writable layer is the container's root's, as a snapshotter that remaps makes it.
                chown("\(pod.folder)/\(container.id)/upper", 100_000, 200_000)
                let pid = try await container.launch()
                try await container.says("ready")
                if arguments[0] == "/bin/busybox" { #expect(try container.stdout.hasPrefix("0\n")) }
                let maps = try ["uid_map", "gid_map"].map { name in
                    try String(contentsOfFile: "/proc/\(pid)/\(name)", encoding: .utf8)
                        .split(whereSeparator: \.isWhitespace).map(String.init)
                }
                #expect(maps == [["0", "100000", "1000"], ["0", "200000", "500"]])
                let facts = ProcessFacts(pid: pid)
                #expect(try facts.status["Uid"]?.split(separator: "\t").allSatisfy { $0 == "100000" } == true)
                #expect(try facts.namespace("user") != ProcessFacts(pid: getpid()).namespace("user"))
                try await container.end()
            }
        }

        @Test func aNativeCallIsDeniedWithTheProfilesErrno() async throws {
            try await ShimPod.run { pod in
                // ENOSPC, which mkdir in a fresh folder would not give.
                let container = try pod.container(
                    ["/bin/busybox", "sh", "-c", "/bin/busybox mkdir /run/new 2>&1"],
                    change: profile(["mkdir", "mkdirat"], "SCMP_ACT_ERRNO", errno: 28))
                try await container.launch()
                #expect(try await container.finish() == 1)
                #expect(try container.stdout.contains("No space left on device"))
            }
        }

        @Test func aNativeCallThatKillsIsSIGSYS() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(
                    ["/bin/busybox", "mkdir", "/run/new"],
                    change: profile(["mkdir", "mkdirat"], "SCMP_ACT_KILL_PROCESS"))
                try await container.launch()
                #expect(try await container.finish() == 159)
            }
        }

        @Test func theProfileIsInForceForAGuestToo() async throws {
            try await ShimPod.run { pod in
                let container = try pod.container(
                    ["/tool.wasm", "list", "/run"], change: profile(["getdents64"], "SCMP_ACT_ERRNO", errno: 28))
                try await container.launch()
                let status = try await container.finish()
                let words = container.complaints
                #expect(status == 1 && words.contains("No space left on device"), "\(status) \(words)")
            }
        }

        @Test func theBuiltInFilterIsInForceBesideTheProfile() async throws {
            try await ShimPod.run { pod in
                let plain = try pod.container(["/tool.wasm", "sleep"])
                try await plain.launch()
                try await plain.says("ready")
                let own = try ProcessFacts(pid: try await plain.pid).status
                #expect(own["Seccomp"] == "2" && own["Seccomp_filters"] == "1")
                let both = try pod.container(
                    ["/tool.wasm", "sleep"], change: profile(["mkdir"], "SCMP_ACT_ERRNO", errno: 28))
                both.useShim(of: plain)
                try await both.create()
                try await both.start()
                try await both.says("ready")
                let two = try ProcessFacts(pid: try await both.pid).status
                #expect(two["Seccomp"] == "2" && two["Seccomp_filters"] == "2")
                try await both.end()
                try await plain.end()
            }
        }
    }
}
