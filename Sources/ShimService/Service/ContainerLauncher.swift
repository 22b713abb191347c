package import ContainerdAPI
package import OCISpec
package import SwiftProtobuf

/// What Create asks for.
package struct LaunchRequest: Sendable {
    package var identity: ContainerIdentity
    /// Absolute.
    package var bundle: String
    package var rootfs: [ContainerdMount]
    package var stdio: StdioRequest
    package var options: LaunchOptions
    /// What the container shares with its pod; nil: what its specification says.
    package var podFiles: PodFiles?
    /// Whether it is a sandbox, whose process is parked whatever the specification says.
    package var isSandbox: Bool

    package init(
        identity: ContainerIdentity, bundle: String, rootfs: [ContainerdMount] = [],
        stdio: StdioRequest = StdioRequest(), options: LaunchOptions = LaunchOptions(), podFiles: PodFiles? = nil,
        isSandbox: Bool = false
    ) {
        self.identity = identity
        self.bundle = bundle
        self.rootfs = rootfs
        self.stdio = stdio
        self.options = options
        self.podFiles = podFiles
        self.isSandbox = isSandbox
    }
}

/// What a container's launcher tells of it later on, from any thread. Neither blocks.
package protocol ContainerObserver: Sendable {
    /// The init process has ended, and all that it wrote is on its way. Once; may come before `create` has returned.
    func containerExited(_ exit: ProcessExit)
    /// A process of the container was killed for want of memory.
    func containerRanOutOfMemory()
}

/// Makes containers. All of it blocks: call it from `BlockingWork`.
package protocol ContainerLauncher: Sendable {
    /// Makes a container, whose init process waits for `start`.
    ///
    /// - Throws: why not; nothing of the container is left then, and `observer` has not been told of an exit.
    func create(_ request: LaunchRequest, observer: any ContainerObserver) throws -> any ContainerControl

    /// Gives back what was made ahead for containers that have not been created.
    func abandonPreparations()
}

/// What Exec asks for.
package struct ExecLaunchRequest: Sendable {
    /// Of the process, within the container.
    package var id: String
    package var process: Process
    package var stdio: StdioRequest

    package init(id: String, process: Process, stdio: StdioRequest = StdioRequest()) {
        self.id = id
        self.process = process
        self.stdio = stdio
    }
}

/// A process that stands. Everything may block, but for `closeStdin` and `resize`.
package protocol ProcessControl: Sendable {
    /// In the shim's pid namespace.
    var pid: Int32 { get }

    /// - Parameter all: every process of the container; of no account for a process of exec.
    func signal(_ signal: Int32, all: Bool) throws
    func closeStdin()
    func resize(rows: UInt16, columns: UInt16) throws
    /// Clears away what there is of it when it has ended: Delete. May be tried again when it throws.
    func remove() throws
}

/// A container that stands; as a process it is its first one. Everything may block, but for `closeStdin` and `resize`.
package protocol ContainerControl: ProcessControl {
    /// Lets the init process run; answers when it does.
    func start() throws
    /// Makes a process of exec and lets it run; answers when it does.
    ///
    /// - Parameter exited: told of its end, once, from any thread; may come before this has returned. Must not block.
    /// - Throws: why not; nothing of it is left then, and `exited` has not been called.
    func exec(
        _ request: ExecLaunchRequest, exited: @escaping @Sendable (ProcessExit) -> Void
    ) throws -> any ProcessControl
    func pids() throws -> [Int32]
    func pause() throws
    func resume() throws
    func update(_ resources: LinuxResources) throws
    /// The metrics as an Any of containerd's message.
    func stats() throws -> Google_Protobuf_Any
    /// Kills it and clears it away: nobody will ask for it.
    func abandon()
}
