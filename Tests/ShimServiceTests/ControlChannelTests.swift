import EngineProtocol
import Glibc
import LinuxSystem
import Logging
import OCISpec
import Testing

@testable import ShimService

struct ControlChannelTests {
    private func serve(
        _ reports: [ContainerReport], spec: Spec = Spec(), pidfd: Int32? = nil,
        started: @escaping (Int32, _ hasEnded: Bool) -> Void = { _, _ in }
    ) throws {
        let own = try ProcessDescriptor(pid: getpid())
        let (ours, theirs) = try MessageChannel.socketPair()
        let shim = MessageChannel(owning: OwnedFileDescriptor(owning: ours))
        let container = MessageChannel(owning: OwnedFileDescriptor(owning: theirs))
        for report in reports {
            if case .initStarted = report {
                try container.send(report, descriptors: [pidfd ?? own.raw])
            } else {
                try container.send(report)
            }
        }
        // Nothing else will come.
        _ = consume container
        let conversation = LaunchConversation(
            id: "c1", bundle: "/b", spec: spec,
            hooks: HookRunner(reaper: ChildReaper(source: NoChildren()), logger: Logger(label: "test")),
            logger: Logger(label: "test"),
            initStarted: { started($0.pid, (try? $0.waitForEnd(milliseconds: 0)) == true) }, console: { _ in },
            reasonOfSilence: { nil })
        try conversation.serve(shim)
    }

    @Test func aContainerIsCreatedWhenItSaysSo() throws {
        var pid: Int32 = 0
        try serve([.compiling, .initStarted(pid: 42), .created]) { started, _ in pid = started }
        #expect(pid == 42)
    }

    /// Its pid may be another's by then.
    @Test func anInitThatHasEndedAndIsReapedIsStillKnownByItsDescriptor() throws {
        let pid = try ChildProcess(
            path: "/bin/sleep", arguments: ["sleep", "1000"], environment: [], descriptors: []
        ).spawn()
        let process = try ProcessDescriptor(pid: pid)
        try process.send(signal: SIGKILL)
        _ = try process.waitForEnd()
        // Unless the reaper of another test was quicker.
        _ = try? Reaper.wait(for: pid)
        var hadEnded = false
        let failure = ContainerFailure(.systemCall, step: "mounts[0]", message: "no", errno: 2)
        #expect(throws: failure) {
            try serve([.initStarted(pid: pid), .failed(failure)], pidfd: process.raw) { hadEnded = $1 }
        }
        #expect(hadEnded)
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
