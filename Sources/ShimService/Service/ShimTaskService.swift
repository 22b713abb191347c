internal import ContainerdAPI
package import Logging
internal import SwiftProtobuf
package import TTRPC

/// containerd's task service, versions 2 and 3. Needs no transport: tests call the methods.
///
/// The groups of calls have files of their own.
package final class ShimTaskService: TaskService {
    let namespace: String
    package let registry = TaskRegistry()
    let launcher: any ContainerLauncher
    let publisher: EventPublisher
    let logger: Logger
    /// Ends the shim; called once, when Shutdown finds no task left.
    let shutDown: @Sendable () -> Void

    package init(
        namespace: String, launcher: any ContainerLauncher, publisher: EventPublisher, logger: Logger,
        shutDown: @escaping @Sendable () -> Void
    ) {
        self.namespace = namespace
        self.launcher = launcher
        self.publisher = publisher
        self.logger = logger
        self.shutDown = shutDown
    }

    /// What is served: the same calls under both names.
    package var services: [TTRPCService] {
        TaskDialect.allCases.map { TTRPCService(ServiceTable(self, as: $0)) }
    }

    /// The process that a call is about.
    func process(_ id: String, exec: String) throws(TaskError) -> FoundProcess {
        let (container, control) = try registry.container(id)
        return FoundProcess(
            container: container, containerControl: control, exec: exec.isEmpty ? nil : try container.exec(exec))
    }
}
