internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import ShimService

/// The engine, started before anything is known of the container but that a shim will most likely be needed.
enum EarlyEngine {
    /// Starts it, if that is worth while. What goes wrong is left for the shim to find again, and say.
    ///
    /// - Parameter folder: the bundle.
    static func start(in folder: String) -> EngineProcess? {
        guard !isForAnotherShim("\(folder)/config.json"),
            let path = try? EngineLocation.find(besideShim: EngineLocation.ownExecutable()),
            let log = try? ServerProcess.openLog("\(folder)/log")
        else { return nil }
        return try? EngineProcess.start(path: path, log: log.raw)
    }

    /// Whether Kubernetes has put the container into a pod, whose shim runs by then. A look at the text does: this is
    /// a guess, and it costs nothing but time if it is wrong.
    private static func isForAnotherShim(_ configuration: String) -> Bool {
        // Without one it is a sandbox's.
        guard access(configuration, F_OK) == 0 else { return false }
        guard let file = try? openFile(configuration, O_RDONLY | O_NONBLOCK),
            let bytes = try? readToEnd(of: file.raw, limit: 16 << 20, name: configuration)
        else { return true }
        let mark = Array("\"io.kubernetes.cri.container-type\":\"container\"".utf8)
        return martlet_contains(bytes, bytes.count, mark, mark.count) != 0
    }
}
