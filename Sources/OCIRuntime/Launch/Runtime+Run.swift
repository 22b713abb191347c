internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import ShimService

extension Runtime {
    /// Makes a container and lets it run.
    ///
    /// - Returns: the container, unlocked, to be waited for, if its streams are attended to.
    package func run(_ request: CreationRequest) throws -> AttendedContainer? {
        if request.streams.isAttended { try becomeSubreaper() }
        let (container, process) = try make(request)
        do {
            try writePidFile(request.pidFile, process.pid)
            try request.beforeStart?(process.pid)
            let attended = request.streams.isAttended ? try AttendedProcess(process) : nil
            try container.start(process.control) { try $0.send(ContainerCommand.start) }
            return attended.map { AttendedContainer(runtime: self, id: request.id, process: $0) }
        } catch {
            throw container.undone(by: error)
        }
    }
}

/// A container that this process waits for.
package struct AttendedContainer: Sendable {
    let runtime: Runtime
    let id: String
    package let process: AttendedProcess

    /// Waits for the end of its first process, and removes it.
    ///
    /// - Parameter keep: leave it, stopped.
    /// - Returns: the exit status of its first process.
    package func wait(_ signals: AttendedSignals, keep: Bool = false) throws -> Int32 {
        let status = try process.wait(signals)
        // Somebody may have removed it.
        if !keep { try runtime.delete(id, force: true) }
        return status
    }
}
