import CRIClient
import Foundation
import Testing

extension Integration {
    /// What containerd 2 grants a pod only if the runtime says among its features that it can.
    @Suite(.needsInstalledTree, .needsContainerd2, .leavesNothing)
    struct PodFeatureTests {
        /// `-info` as containerd asks for it.
        @Test func containerdKnowsWhatTheRuntimeCan() async throws {
            let containerd = try await PrivateContainerd.shared
            let outcome = try await containerd.ctr(
                "plugins", "inspect-runtime", "--runtime", "io.containerd.martlet.v1")
            #expect(outcome.status == 0, "\(outcome.stderr)")
            let told = try JSONSerialization.jsonObject(with: Data(outcome.stdout.utf8)) as? [String: Any]
            #expect(told?["Name"] as? String == "io.containerd.martlet.v1")
            let features = try #require(told?["Features"] as? [String: Any])
            #expect((features["mountOptions"] as? [String])?.contains("rro") == true)
            let linux = features["linux"] as? [String: Any]
            #expect((linux?["namespaces"] as? [String])?.contains("time") == true)
            #expect((linux?["cgroup"] as? [String: Bool])?["systemd"] == true)
        }

        /// In a volume that is read-only what is mounted below it is not, unless it is so recursively.
        @Test(arguments: [false, true])
        func aVolumeIsReadOnlyAsDeepAsItIsSaid(recursively: Bool) async throws {
            let folder = try HostFolder()
            let below = "\(folder.path)/below"
            try FileManager.default.createDirectory(atPath: below, withIntermediateDirectories: false)
            #expect(mount("below", below, "tmpfs", 0, nil) == 0)
            defer { umount2(below, Int32(MNT_DETACH)) }
            try await withPod(handler: "martlet-features") { pod in
                var volume = CRIMount.bind(folder.path, at: "/volume", readOnly: true)
                volume.recursiveReadOnly = recursively
                let guest = try await pod.start("guest", .guest("tool.wasm"), "write", "/volume/below/guest", "hello") {
                    $0.mounts = [volume]
                }
                let native = try await pod.start("native", .busybox, "sh", "-c", "echo hello >/volume/below/native") {
                    $0.mounts = [volume]
                }
                for (container, name) in [(guest, "guest"), (native, "native")] {
                    #expect(
                        try await container.ended().exitCode == (recursively ? 1 : 0), "\(container.text("stderr"))")
                    #expect(FileManager.default.fileExists(atPath: "\(below)/\(name)") == !recursively)
                }
            }
        }
    }
}
