import ContainerdAPI
import SwiftProtobuf
import Testing

struct TaskServiceTests {
    @Test(arguments: TaskDialect.allCases)
    func aTableHasTheSeventeenMethods(dialect: TaskDialect) {
        let table = ServiceTable(EchoService(), as: dialect)
        #expect(table.name == dialect.serviceName)
        #expect(
            Set(table.handlers.keys) == [
                "State", "Create", "Start", "Delete", "Pids", "Pause", "Resume", "Checkpoint", "Kill", "Exec",
                "ResizePty", "CloseIO", "Update", "Wait", "Stats", "Connect", "Shutdown",
            ])
    }

    @Test func theServiceNamesAreContainerds() {
        #expect(TaskDialect.v2.serviceName == "containerd.task.v2.Task")
        #expect(TaskDialect.v3.serviceName == "containerd.task.v3.Task")
        #expect(EventsMethod.serviceName == "containerd.services.events.ttrpc.v1.Events")
        #expect(EventsMethod.forward.name == "Forward")
    }

    /// Each handler reaches the method of its own name, with the context of the call.
    @Test func everyHandlerCallsItsOwnMethod() async throws {
        let table = ServiceTable(EchoService(), as: .v2)
        // State has a test of its own.
        for (name, handler) in table.handlers where name != "State" {
            let called = await #expect(throws: EchoService.Called.self) {
                _ = try await handler(
                    "context of \(name)", TaskMethod.start.encode(TaskStartRequest.with { $0.id = "c" }))
            }
            #expect(called == EchoService.Called(method: name, id: "c", context: "context of \(name)"))
        }
    }

    @Test func aClientOfVersionThreeIsUnderstoodAndUnderstands() async throws {
        let handler = try #require(ServiceTable(EchoService(), as: .v3).handlers["State"])
        let request = TaskV3StateRequest.with {
            $0.id = "container"
            $0.execID = "exec"
        }
        let answer = try TaskV3StateResponse(serializedBytes: await handler("", request.serializedBytes()))
        #expect(answer.id == "container")
        #expect(answer.execID == "exec")
        #expect(answer.status == .paused)
        #expect(answer.exitedAt == Google_Protobuf_Timestamp(seconds: 12, nanos: 34))
    }

    @Test func aMalformedRequestIsRefusedByName() async throws {
        let handler = try #require(ServiceTable(EchoService(), as: .v3).handlers["Kill"])
        let error = await #expect(throws: PayloadError.self) { _ = try await handler("", [0x0A, 0xFF]) }
        #expect(error?.code == .malformed)
        #expect(error?.part == .request)
        #expect(error?.method == "Kill")
        #expect(error?.type == "containerd.task.v2.KillRequest")
        #expect(error?.description.hasPrefix("Kill: the request is not a valid containerd.task.v2.KillRequest") == true)
    }

    @Test func aClientEncodesWhatTheHandlerDecodes() throws {
        let request = TaskKillRequest.with { $0.signal = 9 }
        #expect(try TaskMethod.kill.decode(request: TaskMethod.kill.encode(request)) == request)
        let response = TaskWaitResponse.with { $0.exitStatus = 137 }
        #expect(try TaskMethod.wait.decode(response: TaskMethod.wait.encode(response: response)) == response)
    }
}
