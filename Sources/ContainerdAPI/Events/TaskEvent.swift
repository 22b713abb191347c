package import SwiftProtobuf

/// An event that a shim publishes: its message and the topic that containerd's subscribers filter by.
package protocol TaskEvent: SwiftProtobuf.Message {
    /// As in containerd's runtime package, for example `/tasks/exit`.
    static var topic: String { get }
}

extension TaskCreate: TaskEvent { package static var topic: String { "/tasks/create" } }
extension TaskStart: TaskEvent { package static var topic: String { "/tasks/start" } }
extension TaskExit: TaskEvent { package static var topic: String { "/tasks/exit" } }
extension TaskDelete: TaskEvent { package static var topic: String { "/tasks/delete" } }
extension TaskOOM: TaskEvent { package static var topic: String { "/tasks/oom" } }
extension TaskExecAdded: TaskEvent { package static var topic: String { "/tasks/exec-added" } }
extension TaskExecStarted: TaskEvent { package static var topic: String { "/tasks/exec-started" } }
extension TaskPaused: TaskEvent { package static var topic: String { "/tasks/paused" } }
extension TaskResumed: TaskEvent { package static var topic: String { "/tasks/resumed" } }
extension TaskCheckpointed: TaskEvent { package static var topic: String { "/tasks/checkpointed" } }

extension EventsEnvelope {
    /// `event` as containerd's event service takes it.
    ///
    /// - Parameters:
    ///   - namespace: the containerd namespace of the container.
    ///   - timestamp: when it happened, not when it is sent.
    package init(
        _ event: some TaskEvent, namespace: String, at timestamp: Google_Protobuf_Timestamp
    ) throws(PayloadError) {
        self.init()
        self.timestamp = timestamp
        self.namespace = namespace
        self.topic = Swift.type(of: event).topic
        self.event = try Google_Protobuf_Any(packing: event)
    }
}
