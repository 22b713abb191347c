internal import ContainerdAPI
internal import SwiftProtobuf
internal import Synchronization

/// A process of exec, from the acceptance of Exec to Delete. There is no process before Start.
package final class Exec: Sendable {
    package let request: ExecLaunchRequest
    package let process: TaskProcess
    private let containerID: String
    private let publisher: EventPublisher
    private let running = Mutex(Running())

    private struct Running {
        var control: (any ProcessControl)?
        /// CloseIO came before there was a stdin.
        var stdinIsClosed = false
    }

    package init(_ request: ExecLaunchRequest, in containerID: String, publisher: EventPublisher) {
        self.request = request
        self.containerID = containerID
        self.publisher = publisher
        let id = request.id
        process = TaskProcess { exit in
            publisher.publish(
                TaskExit.with {
                    $0.containerID = containerID
                    $0.id = id
                    $0.pid = UInt32(exit.pid)
                    $0.exitStatus = exit.status
                    $0.exitedAt = exit.at
                }, at: exit.at)
        }
    }

    package var id: String { request.id }

    /// Nil before Start.
    package var control: (any ProcessControl)? { running.withLock { $0.control } }

    /// Zero before Start.
    package var pid: Int32 { control?.pid ?? 0 }

    /// Exec has been accepted.
    package func added() {
        process.created {
            publisher.publish(
                TaskExecAdded.with {
                    $0.containerID = containerID
                    $0.execID = id
                })
        }
    }

    /// The process runs.
    package func started(_ control: any ProcessControl) {
        let stdinIsClosed = running.withLock { running in
            running.control = control
            return running.stdinIsClosed
        }
        if stdinIsClosed { control.closeStdin() }
        process.started {
            publisher.publish(
                TaskExecStarted.with {
                    $0.containerID = containerID
                    $0.execID = id
                    $0.pid = UInt32(control.pid)
                })
        }
    }

    /// The process has been cleared away: the two let go of each other.
    package func deleted() {
        running.withLock { $0.control = nil }
    }

    package func closeStdin() {
        let control = running.withLock { running in
            running.stdinIsClosed = true
            return running.control
        }
        control?.closeStdin()
    }
}
