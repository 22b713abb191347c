import Foundation
import Testing

/// The `.proto` files that are compared: ours, and containerd's as Debian packages them.
enum Protos {
    /// Those of the target and, for the task service of v3, of the tests.
    static let ours: [ProtoFile] = load(
        files(below: ourRoots), roots: ourRoots + ["/usr/include"])

    /// containerd 1.6 and the cgroups library of its time. They import each other by the paths of Go packages.
    static let debian: [ProtoFile] = load(
        [
            "github.com/containerd/containerd/api/events/task.proto",
            "github.com/containerd/containerd/api/services/ttrpc/events/v1/events.proto",
            "github.com/containerd/containerd/api/types/metrics.proto",
            "github.com/containerd/containerd/api/types/mount.proto",
            "github.com/containerd/containerd/api/types/platform.proto",
            "github.com/containerd/containerd/api/types/task/task.proto",
            "github.com/containerd/containerd/pkg/runtimeoptions/v1/api.proto",
            "github.com/containerd/containerd/runtime/v2/runc/options/oci.proto",
            "github.com/containerd/containerd/runtime/v2/task/shim.proto",
            "github.com/containerd/cgroups/stats/v1/metrics.proto",
            "github.com/containerd/cgroups/v2/stats/metrics.proto",
        ], roots: [debianRoot, debianRoot + "/github.com/gogo/protobuf", "/usr/include"])

    /// Whether what `ours` and `debian` read is there.
    static var areInstalled: Bool {
        [Protoc.path, "/usr/include/google/protobuf/any.proto", debianRoot + "/github.com/containerd/containerd"]
            .allSatisfy { FileManager.default.fileExists(atPath: $0) }
    }

    private static let debianRoot = "/usr/share/gocode/src"

    private static let ourRoots: [String] = {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
        let package = tests.deletingLastPathComponent().deletingLastPathComponent()
        return [package.appending(path: "Sources/ContainerdAPI/Protos").path(), tests.appending(path: "Protos").path()]
    }()

    private static func files(below roots: [String]) -> [String] {
        roots.flatMap { root in
            (FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? [])
                .filter { $0.hasSuffix(".proto") }.sorted()
        }
    }

    /// A file that can't be read is left out here and missed by the tests, which know each message by name.
    private static func load(_ files: [String], roots: [String]) -> [ProtoFile] {
        files.compactMap { file in
            do {
                return try Protoc.describe(file, roots: roots)
            } catch {
                Issue.record("\(file): \(error)")
                return nil
            }
        }
    }
}

extension Trait where Self == ConditionTrait {
    /// For tests that need protoc and the published `.proto` files.
    static var needsPublishedProtos: Self {
        .enabled(
            if: Protos.areInstalled,
            """
            needs Debian's protobuf-compiler, libprotobuf-dev, golang-github-containerd-containerd-dev and \
            golang-github-containerd-cgroups-dev
            """)
    }
}
