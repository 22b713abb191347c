import Foundation
import Synchronization

/// The end of the private containerd, when the test process exits. It is the same as `containerd_stop` of
/// hack/lib/containerd.sh, and asks that to do it, so that there is one way only.
enum ContainerdEnd {
    private static let pending = Mutex<(folder: String, namespace: String)?>(nil)

    /// Has the containerd of this folder ended at exit.
    static func arrange(folder: String, namespace: String) {
        pending.withLock { $0 = (folder, namespace) }
        atexit { ContainerdEnd.run() }
    }

    private static func run() {
        guard let (folder, namespace) = pending.withLock({ $0 }) else { return }
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/bash")
        process.arguments = [
            "-c", #". "$0/common.sh"; . "$0/containerd.sh"; containerd_adopt "$1" "$2"; containerd_stop"#,
            Repository.folder + "/hack/lib", folder, namespace,
        ]
        process.standardOutput = FileHandle.standardError
        guard let end = try? process.runTellingItsEnd() else { return }
        end.wait()
    }
}

/// The sources that these tests belong to.
enum Repository {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().path
}
