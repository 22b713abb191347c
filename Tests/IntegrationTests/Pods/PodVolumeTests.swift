import CRIClient
import Foundation
import Testing

extension Integration {
    /// Volumes: folders and files of the node in a pod's containers.
    @Suite(.needsInstalledTree, .leavesNothing)
    struct PodVolumeTests {
        private let tool = Image.guest("tool.wasm")

        /// As an emptyDir is: one folder in two containers.
        @Test func aVolumeIsSharedByAGuestAndANativeContainer() async throws {
            let folder = try HostFolder()
            try await withPod { pod in
                let mount = CRIMount.bind(folder.path, at: "/shared")
                let writer = try await pod.start("writer", tool, "write", "/shared/note", "from wasm") {
                    $0.mounts = [mount]
                }
                #expect(try await writer.ended().exitCode == 0)
                let reader = try await pod.start("reader", .busybox, "cat", "/shared/note") { $0.mounts = [mount] }
                try await reader.ended()
                #expect(reader.text().contains("from wasm"))
            }
        }

        @Test func aReadOnlyVolumeRefusesToBeWritten() async throws {
            let folder = try HostFolder()
            try await withPod { pod in
                let mount = CRIMount.bind(folder.path, at: "/config", readOnly: true)
                let guest = try await pod.start("guest", tool, "write", "/config/note", "no") { $0.mounts = [mount] }
                let native = try await pod.start("native", .busybox, "sh", "-c", "echo no >/config/note") {
                    $0.mounts = [mount]
                }
                #expect(try await guest.ended().exitCode == 1)
                #expect(try await native.ended().exitCode == 1)
                #expect(throws: (any Error).self) { try folder.text("note") }
            }
        }

        /// A subPath is a folder or a file of the volume, mounted at a place of its own.
        @Test func aSubPathOfAFileIsMountedOverAFile() async throws {
            let file = try HostFile("of the volume")
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "read", "/etc/deep/app.conf") {
                    $0.mounts = [.bind(file.path, at: "/etc/deep/app.conf", readOnly: true)]
                }
                try await guest.ended()
                #expect(guest.text() == "of the volume")
            }
        }

        /// What the node mounts later below a volume is seen where the pod says HostToContainer, and only there.
        @Test(arguments: [(CRIMountPropagation.propagationHostToContainer, true), (.propagationPrivate, false)])
        func whatTheNodeMountsLaterIsSeenAsThePropagationSays(
            propagation: CRIMountPropagation, seen: Bool
        ) async throws {
            let folder = try HostFolder()
            try FileManager.default.createDirectory(atPath: "\(folder.path)/sub", withIntermediateDirectories: false)
            // A shared mount, as the folder of the kubelet is.
            #expect(mount(folder.path, folder.path, nil, UInt(MS_BIND), nil) == 0)
            defer { umount2(folder.path, Int32(MNT_DETACH)) }
            #expect(mount(nil, folder.path, nil, UInt(MS_SHARED), nil) == 0)
            try await withPod { pod in
                let guest = try await pod.start("guest", tool, "sleep") {
                    $0.mounts = [.bind(folder.path, at: "/volume", propagation)]
                }
                try await guest.says("ready")
                #expect(mount("late", "\(folder.path)/sub", "tmpfs", 0, nil) == 0)
                defer { umount2("\(folder.path)/sub", Int32(MNT_DETACH)) }
                #expect(try await guest.process.mounts.contains("/volume/sub") == seen)
            }
        }

        /// A volume that is mounted nosuid, nodev and noexec stays so when it is mounted read-only.
        @Test func theFlagsOfAVolumesMountAreKept() async throws {
            let folder = try HostFolder()
            let flags = UInt(MS_NOSUID) | UInt(MS_NODEV) | UInt(MS_NOEXEC)
            #expect(mount("volume", folder.path, "tmpfs", flags, nil) == 0)
            defer { umount2(folder.path, Int32(MNT_DETACH)) }
            try await withPod { pod in
                let look = try await pod.start("look", .busybox, "cat", "/proc/self/mounts") {
                    $0.mounts = [.bind(folder.path, at: "/volume", readOnly: true)]
                }
                try await look.ended()
                let line = look.text().split(separator: "\n").first { $0.contains(" /volume ") } ?? ""
                let options = Set(line.split(separator: " ").dropFirst(3).first?.split(separator: ",") ?? [])
                #expect(options.isSuperset(of: ["ro", "nosuid", "nodev", "noexec"]), "\(line)")
            }
        }
    }
}
