import EngineProtocol
import LinuxSystem
import Logging
import OCISpec
import Testing

@testable import ShimService

struct ControlChannelTests {
    private func serve(
        _ reports: [ContainerReport], spec: Spec = Spec(), started: @escaping (Int32) -> Void = { _ in }
    ) throws {
        let (ours, theirs) = try MessageChannel.socketPair()
        let shim = MessageChannel(owning: OwnedFileDescriptor(owning: ours))
        let container = MessageChannel(owning: OwnedFileDescriptor(owning: theirs))
        for report in reports { try container.send(report) }
        // Nothing else will come.
        _ = consume container
        let conversation = LaunchConversation(
            id: "c1", bundle: "/b", spec: spec,
            hooks: HookRunner(reaper: ChildReaper(source: NoChildren()), logger: Logger(label: "test")),
            logger: Logger(label: "test"), initStarted: { started($0) }, console: { _ in }, engineFailure: { nil })
        try conversation.serve(shim)
    }

    @Test func aContainerIsCreatedWhenItSaysSo() throws {
        var pid: Int32 = 0
        try serve([.compiling, .initStarted(pid: 42), .created]) { pid = $0 }
        #expect(pid == 42)
    }

    @Test func aFailureIsToldAsItWas() {
        let failure = ContainerFailure(.systemCall, step: "hostname", message: "no", errno: 1)
        #expect(throws: failure) { try serve([.initStarted(pid: 42), .failed(failure)]) }
    }

    @Test func aContainerThatVanishesIsAnError() {
        let error = #expect(throws: TaskError.self) { try serve([.initStarted(pid: 42)]) }
        #expect(error?.code == .unavailable)
    }

    @Test(arguments: [[ContainerReport.created], [.running], [.initStarted(pid: 1), .console]])
    func whatTheProtocolDoesNotAllowIsRefused(reports: [ContainerReport]) {
        #expect(throws: ChannelError.self) { try serve(reports) }
    }
}
