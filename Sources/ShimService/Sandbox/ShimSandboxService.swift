package import Bundle
internal import ContainerdAPI
package import Logging
internal import Synchronization
package import TTRPC

/// containerd's sandbox service, for the one pod of this shim. Needs no transport: tests call the methods.
package final class ShimSandboxService: SandboxService {
    let namespace: String
    /// Of the shim; what containerd made for the sandbox.
    let bundle: Bundle
    /// Those of `start`.
    let options: LaunchOptions
    let registry: TaskRegistry
    let launcher: any ContainerLauncher
    let logger: Logger
    /// Ends the shim.
    let shutDown: @Sendable () -> Void
    private let current = Mutex<Sandbox?>(nil)

    /// - Parameter registry: of the task service, whose containers are the pod's.
    package init(
        namespace: String, bundle: Bundle, options: LaunchOptions, registry: TaskRegistry,
        launcher: any ContainerLauncher, logger: Logger, shutDown: @escaping @Sendable () -> Void
    ) {
        self.namespace = namespace
        self.bundle = bundle
        self.options = options
        self.registry = registry
        self.launcher = launcher
        self.logger = logger
        self.shutDown = shutDown
    }

    /// What is served.
    package var service: TTRPCService { TTRPCService(ServiceTable<TTRPCRequestContext>(self)) }

    /// Takes the place of the pod's one sandbox.
    func reserve(_ id: String) throws(TaskError) -> Sandbox {
        try current.withLock { current throws(TaskError) in
            if let current { throw TaskError(.alreadyExists, "the shim has sandbox \(current.id) already") }
            let sandbox = Sandbox(id: id, bundle: bundle)
            current = sandbox
            return sandbox
        }
    }

    /// The sandbox, standing or not.
    func reserved(_ id: String) throws(TaskError) -> Sandbox? {
        try current.withLock { current throws(TaskError) in
            guard let current else { return nil }
            guard current.id == id else { throw Self.unknown(id) }
            return current
        }
    }

    func forget() {
        current.withLock { $0 = nil }
    }

    /// A sandbox that stands.
    func sandbox(_ id: String) throws(TaskError) -> (sandbox: Sandbox, control: any ContainerControl) {
        guard let sandbox = try reserved(id), let control = sandbox.control else { throw Self.unknown(id) }
        return (sandbox, control)
    }

    private static func unknown(_ id: String) -> TaskError {
        TaskError(.notFound, "there is no sandbox \(id)")
    }
}
