import CRIClient
import Foundation
import Testing

extension Integration {
    /// `hostUsers: false`: a pod in a user namespace, as containerd 2 knows it.
    @Suite(.needsInstalledTree, .needsContainerd2, .leavesNothing)
    struct PodUserNamespaceTests {
        private let tool = Image.guest("tool.wasm")
        private static let first: UInt32 = 200_000
        private static let count: UInt32 = 65536

        private static var mapping: CRIIDMapping {
            var mapping = CRIIDMapping()
            mapping.hostID = first
            mapping.length = count
            return mapping
        }

        private func hostUsersFalse(_ config: inout CRIPodSandboxConfig) {
            var users = CRIUserNamespace()
            users.mode = .pod
            users.uids = [Self.mapping]
            users.gids = [Self.mapping]
            config.linux.securityContext.namespaceOptions.usernsOptions = users
        }

        /// A volume as the kubelet gives it to such a pod: its owners are those of the namespace.
        private func volume(_ folder: HostFolder) -> CRIMount {
            var mount = CRIMount.bind(folder.path, at: "/data")
            mount.uidMappings = [Self.mapping]
            mount.gidMappings = [Self.mapping]
            return mount
        }

        private func owner(_ path: String) throws -> UInt32 {
            var status = stat()
            guard stat(path, &status) == 0 else { throw FixtureError(description: "no \(path)") }
            return status.st_uid
        }

        @Test func aGuestAndANativeContainerAreOthersThanTheyThink() async throws {
            try await withPod(as: hostUsersFalse) { pod in
                let guest = try await pod.start("guest", tool, "sleep")
                try await guest.says("ready")
                let native = try await pod.start(
                    "native", .busybox, "sh", "-c",
                    "busybox id -u; busybox stat -c %u /bin/busybox; echo mine >/tmp/note; exec busybox sleep 1000")
                try await native.says("0\n0")
                for process in [try await pod.sandbox, try await guest.process, try await native.process] {
                    let user = try #require(try process.status["Uid"]?.split(separator: "\t").first)
                    let id = try #require(UInt32(user))
                    #expect((Self.first..<Self.first + Self.count).contains(id))
                }
                let names = Set(
                    try [try await pod.sandbox, try await guest.process, try await native.process]
                        .map { try $0.namespace("user") })
                #expect(names.count == 1)
                #expect(try !names.contains(ProcessFacts(pid: getpid()).namespace("user")))
                // Exec comes the same way in.
                #expect(try await native.exec("/bin/busybox", "id", "-u").stdout == "0\n")
                #expect(try await guest.exec("/tool.wasm", "print", "alive").stdout == "alive\n")
                let process = try await guest.process
                try await guest.stop(grace: 30)
                #expect(try await guest.status.exitCode == 143)
                #expect(!process.isAlive)
            }
        }

        /// By idmapped mounts: root in the pod is root of the volume, and of nothing else of the node.
        @Test func whatItWritesToAVolumeIsOfTheVolumesOwner() async throws {
            let folder = try HostFolder()
            try "of the node's root".write(toFile: "\(folder.path)/given", atomically: false, encoding: .utf8)
            try await withPod(as: hostUsersFalse) { pod in
                let guest = try await pod.start("guest", tool, "write", "/data/guest", "from wasm") {
                    $0.mounts = [volume(folder)]
                }
                #expect(try await guest.ended().exitCode == 0, "\(guest.text("stderr"))")
                let native = try await pod.start(
                    "native", .busybox, "sh", "-c",
                    "busybox stat -c %u /data/given /data/guest; echo more >/data/native"
                ) { $0.mounts = [volume(folder)] }
                #expect(try await native.ended().exitCode == 0, "\(native.text("stderr"))")
                #expect(native.text() == "0\n0")
            }
            #expect(try owner("\(folder.path)/guest") == 0)
            #expect(try owner("\(folder.path)/native") == 0)
            #expect(try folder.text("guest") == "from wasm\n")
        }

        /// The namespaces of such a pod are made by a pause container.
        @Test func aPodWithoutAPauseContainerIsRefusedWithTheReason() async throws {
            let error = await #expect(throws: CRIError.self) {
                try await withPod(handler: "martlet-sandbox", as: hostUsersFalse) { _ in }
            }
            let words = error.map { "\($0)" } ?? ""
            #expect(words.contains("user namespace"), "\(words)")
        }
    }
}
