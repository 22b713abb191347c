internal import ContainerdAPI
internal import SwiftProtobuf
internal import Synchronization

/// A container of this shim, from the acceptance of Create to Delete.
package final class Container: ContainerObserver {
    package let request: LaunchRequest
    package let process: TaskProcess
    private let publisher: EventPublisher
    /// Set when the container stands.
    private let standing = Mutex<(any ContainerControl)?>(nil)
    /// The processes of exec that have not been deleted.
    private let execs = Mutex<[String: Exec]>([:])

    package init(_ request: LaunchRequest, publisher: EventPublisher) {
        self.request = request
        self.publisher = publisher
        let id = request.identity.id
        process = TaskProcess { exit in
            var event = TaskExit()
            event.containerID = id
            event.id = id
            event.pid = UInt32(exit.pid)
            event.exitStatus = exit.status
            event.exitedAt = exit.at
            publisher.publish(event, at: exit.at)
        }
    }

    package var id: String { request.identity.id }

    /// nil while it is being made.
    package var control: (any ContainerControl)? { standing.withLock { $0 } }

    /// The container stands, with its init process waiting for the start.
    package func created(_ control: any ContainerControl) {
        standing.withLock { $0 = control }
        var event = TaskCreate()
        event.containerID = id
        event.bundle = request.bundle
        event.rootfs = request.rootfs
        event.io = .with {
            $0.stdin = request.stdio.stdin
            $0.stdout = request.stdio.stdout
            $0.stderr = request.stdio.stderr
            $0.terminal = request.stdio.terminal
        }
        event.pid = UInt32(control.pid)
        process.created { publisher.publish(event) }
    }

    /// The container has been cleared away: the two let go of each other.
    package func deleted() {
        standing.withLock { $0 = nil }
        let left = execs.withLock { execs in
            defer { execs = [:] }
            return Array(execs.values)
        }
        for exec in left { exec.deleted() }
    }

    /// Adds a process of exec.
    package func add(_ exec: Exec) throws(TaskError) {
        try execs.withLock { execs throws(TaskError) in
            guard execs[exec.id] == nil else { throw TaskError(.alreadyExists, "id \(exec.id) already exists") }
            execs[exec.id] = exec
            // Told of before anybody can find it.
            exec.added()
        }
    }

    package func exec(_ id: String) throws(TaskError) -> Exec {
        guard let exec = execs.withLock({ $0[id] }) else { throw TaskError(.notFound, "process does not exist \(id)") }
        return exec
    }

    package func remove(_ exec: Exec) {
        execs.withLock { _ = $0.removeValue(forKey: exec.id) }
        exec.deleted()
    }

    /// The ids of the processes of exec by their pids.
    package var execIDs: [Int32: String] {
        let execs = execs.withLock { Array($0.values) }
        return Dictionary(execs.map { ($0.pid, $0.id) }) { first, _ in first }
    }

    package func containerExited(_ exit: ProcessExit) {
        process.exited(exit)
    }

    package func containerRanOutOfMemory() {
        var event = TaskOOM()
        event.containerID = id
        publisher.publish(event)
    }
}
