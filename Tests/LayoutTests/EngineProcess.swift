import EngineProtocol
import Foundation
import LinuxSystem
import Testing

/// An engine with an empty cache, as the shim starts it; it ends with its owner.
final class EngineProcess {
    private let pid: Int32
    private let channel: MessageChannel
    let folder: URL

    /// Returns when the engine is ready.
    init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "martlet-layout-\(UUID())")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let (ours, theirs) = try MessageChannel.socketPair()
        channel = MessageChannel(owning: OwnedFileDescriptor(owning: ours))
        let other = OwnedFileDescriptor(owning: theirs)
        let path = try BuiltProgram.engine.path
        pid = try ChildProcess(
            path: path, arguments: [path],
            environment: ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" },
            descriptors: [(2, 2), (other.raw, EngineSocket.descriptor)]
        ).spawn()
        _ = consume other
        var settings = EngineSettings()
        settings.cacheDirectory = folder.appending(path: "cache").path()
        try channel.send(EngineRequest.configure(settings))
        _ = try #require(try channel.receive(EngineReport.self), "the engine has ended")
    }

    deinit {
        kill(pid, SIGKILL)
        _ = try? Reaper.wait(for: pid)
        try? FileManager.default.removeItem(at: folder)
    }

    /// How many threads it has (proc_pid_task(5)).
    var threads: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/task").count }
    }

    /// Asks for a container of a module; answers what is said of it, to the end.
    func create(bundle: String, module: String) throws -> [ContainerReport] {
        let (ours, theirs) = try MessageChannel.socketPair()
        let control = MessageChannel(owning: OwnedFileDescriptor(owning: ours))
        let other = OwnedFileDescriptor(owning: theirs)
        let file = try openFile(module, O_RDONLY)
        try channel.send(
            EngineRequest.create(
                CreateRequest(
                    id: "one", bundle: bundle, rootfs: "\(bundle)/rootfs",
                    entrypoint: .wasm(path: "/app.wasm", function: nil), cgroup: CgroupPlacement(entryFiles: []),
                    guestMemoryLimit: nil, descriptors: [.control, .module], options: CreateOptions())),
            descriptors: [other.raw, file.raw])
        _ = consume other
        var reports: [ContainerReport] = []
        while let report = try control.receive(ContainerReport.self)?.message { reports.append(report) }
        return reports
    }
}
