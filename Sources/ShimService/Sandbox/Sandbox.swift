internal import Bundle
internal import ContainerdAPI
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import SwiftProtobuf
internal import Synchronization
internal import SystemPackage

/// A pod without a pause container: a parked process of the engine, which holds the pod's namespaces in the cgroup that
/// a pause container would be in, and the files that the pod's containers share.
///
/// It is made as a container is, from a bundle of its own in the folder `pod` of the shim's.
final class Sandbox: ContainerObserver {
    let id: String
    /// Of the shim.
    private let bundle: Bundle
    let process = TaskProcess { _ in }
    let createdAt = Google_Protobuf_Timestamp.now()
    private let standing = Mutex<Standing?>(nil)

    private struct Standing {
        let control: any ContainerControl
        let files: PodFiles
    }

    init(id: String, bundle: Bundle) {
        self.id = id
        self.bundle = bundle
    }

    /// nil while it is being made.
    var control: (any ContainerControl)? { standing.withLock { $0?.control } }

    /// What its containers are given.
    var files: PodFiles? { standing.withLock { $0?.files } }

    // MARK: Create and removal. They block.

    /// Makes the folder with the files and the process.
    ///
    /// - Throws: why not; nothing is left then.
    func make(
        _ request: SandboxCreateSandboxRequest, namespace: String, options: LaunchOptions,
        launcher: any ContainerLauncher
    ) throws {
        // What was made ahead for a container: it is none.
        launcher.abandonPreparations()
        let config = try Self.config(of: request)
        let spec: Spec
        if let config {
            spec = try SandboxSpec.make(id: id, config: config, network: request.netnsPath)
        } else {
            spec = SandboxSpec.make(given: try bundle.loadConfig().spec, network: request.netnsPath)
        }
        let pod = try Bundle(path: bundle.path(of: .pod))
        let hasOwnIPC = spec.linux?.namespaces?.contains { $0.type == .ipc } == true
        let files = PodFiles(folder: pod.path, hasSharedMemory: hasOwnIPC)
        do {
            try Self.makeFolder(pod.path)
            try Self.makeFolder(pod.path(of: .rootfs))
            var texts = config ?? CRIPodSandboxConfig()
            if config == nil { texts.hostname = spec.hostname ?? "" }
            try files.make(texts)
            try pod.write(String(decoding: try encodeJSON(spec), as: UTF8.self), to: .config)
            // So that `delete` of the shim's bundle finds it as one of the pod's members.
            try pod.write(id, to: .sandbox)
            let launch = LaunchRequest(
                identity: ContainerIdentity(id: id, namespace: namespace), bundle: pod.path, options: options,
                isSandbox: true)
            let control = try launcher.create(launch, observer: self)
            standing.withLock { $0 = Standing(control: control, files: files) }
            process.created {}
        } catch {
            do {
                try Self.clear(pod, files)
            } catch let failure {
                throw RolledBack(error: error, cleanUpFailures: [failure])
            }
            throw error
        }
    }

    /// Kills what is left of it and clears everything away. May be tried again when it throws.
    func remove() throws {
        guard let standing = standing.withLock({ $0 }) else { return }
        if process.state.exit == nil { standing.control.abandon() } else { try standing.control.remove() }
        try Self.clear(try Bundle(path: bundle.path(of: .pod)), standing.files)
        self.standing.withLock { $0 = nil }
    }

    private static func clear(_ pod: Bundle, _ files: PodFiles) throws {
        try files.unmount()
        try removeTree(pod.path)
    }

    private static func makeFolder(_ path: String) throws(SystemCallError) {
        try systemCall("mkdir", path) { mkdir(path, 0o711) }
    }

    /// CRI's configuration; nil when the caller sent none, and the bundle has a specification.
    private static func config(of request: SandboxCreateSandboxRequest) throws -> CRIPodSandboxConfig? {
        guard request.hasOptions, !request.options.typeURL.isEmpty else { return nil }
        if let config = try request.options.unpacked(as: CRIPodSandboxConfig.self) { return config }
        if request.options.holds(Google_Protobuf_Empty.self) { return nil }
        throw TaskError(
            .invalidArgument,
            "sandbox options of type \(request.options.typeURL) are not known; "
                + "expected \(CRIPodSandboxConfig.protoMessageName)")
    }

    // MARK: ContainerObserver

    func containerExited(_ exit: ProcessExit) { process.exited(exit) }

    /// It takes none but what the engine had before.
    func containerRanOutOfMemory() {}
}
