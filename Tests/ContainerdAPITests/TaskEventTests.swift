import ContainerdAPI
import SwiftProtobuf
import Testing

struct TaskEventTests {
    static let events: [(event: any TaskEvent.Type, topic: String)] = [
        (TaskCreate.self, "/tasks/create"), (TaskStart.self, "/tasks/start"), (TaskExit.self, "/tasks/exit"),
        (TaskDelete.self, "/tasks/delete"), (TaskOOM.self, "/tasks/oom"),
        (TaskExecAdded.self, "/tasks/exec-added"), (TaskExecStarted.self, "/tasks/exec-started"),
        (TaskPaused.self, "/tasks/paused"), (TaskResumed.self, "/tasks/resumed"),
        (TaskCheckpointed.self, "/tasks/checkpointed"),
    ]

    @Test(arguments: events)
    func anEventHasContainerdsTopic(event: any TaskEvent.Type, topic: String) {
        #expect(event.topic == topic)
    }

    @Test func everyEventMessageHasATopic() {
        let generated = allMessages.map { $0.protoMessageName }.filter { $0.hasPrefix("containerd.events.") }
        // A part of TaskCreate.
        let parts: Set = ["containerd.events.TaskIO"]
        #expect(Set(generated) == Set(Self.events.map { $0.event.protoMessageName }).union(parts))
    }

    @Test func anEnvelopeSaysWhatHappenedWhereAndWhen() throws {
        let exit = TaskExit.with {
            $0.containerID = "c"
            $0.exitStatus = 137
        }
        let envelope = try EventsEnvelope(
            exit, namespace: "k8s.io", at: Google_Protobuf_Timestamp(seconds: 1, nanos: 2))
        #expect(envelope.topic == "/tasks/exit")
        #expect(envelope.namespace == "k8s.io")
        #expect(envelope.timestamp == Google_Protobuf_Timestamp(seconds: 1, nanos: 2))
        #expect(envelope.event.typeURL == "containerd.events.TaskExit")
        #expect(try envelope.event.unpacked(as: TaskExit.self) == exit)
    }
}
