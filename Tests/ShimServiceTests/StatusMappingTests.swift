import EngineProtocol
import LinuxSystem
import OCISpec
import SystemPackage
import TTRPC
import Testing

@testable import ShimService

struct StatusMappingTests {
    @Test(arguments: [
        (TaskError(.notFound, "x"), TTRPCCode.notFound), (TaskError(.alreadyExists, "x"), .alreadyExists),
        (TaskError(.failedPrecondition, "x"), .failedPrecondition),
        (TaskError(.unimplemented, "x"), .unimplemented), (TaskError(.unavailable, "x"), .unavailable),
    ])
    func refusalsKeepTheirKind(error: TaskError, code: TTRPCCode) {
        #expect(TTRPCStatus(for: error).code == code)
        #expect(TTRPCStatus(for: RolledBack(error: error, cleanUpFailures: [])).code == code)
    }

    @Test func aMissingFileIsNotAMissingTask() {
        let missing = SystemCallError("open", "/x", errno: .noSuchFileOrDirectory)
        #expect(TTRPCStatus(for: missing).code == .unknown)
        let failure = ContainerFailure(
            .systemCall, step: "mounts[0]", message: "x", errno: Errno.noSuchFileOrDirectory.rawValue)
        #expect(TTRPCStatus(for: failure).code == .unknown)
        #expect(TTRPCStatus(for: ContainerFailure(.notFound, step: "", message: "x")).code == .failedPrecondition)
    }

    @Test func aWrongConfigurationIsAnInvalidArgument() {
        #expect(TTRPCStatus(for: SpecError(.missing, field: "process", "x")).code == .invalidArgument)
        #expect(TTRPCStatus(for: ContainerFailure(.badModule, step: "", message: "x")).code == .invalidArgument)
    }

    @Test func limitsOfTheSystemAreResourceExhausted() {
        #expect(TTRPCStatus(for: SystemCallError("open", errno: .tooManyOpenFiles)).code == .resourceExhausted)
        #expect(TTRPCStatus(for: SystemCallError("mount", errno: .notPermitted)).code == .permissionDenied)
    }

    @Test func theMessageHoldsTheCauseAndWhatWentWrongAfterIt() {
        let error = TaskError(
            .failedPrecondition, "rootfs[0] can't be mounted",
            cause: SystemCallError("mount", "/r", errno: .notDirectory))
        let both = RolledBack(error: error, cleanUpFailures: [TaskError(.unavailable, "the cgroup stays")])
        let message = TTRPCStatus(for: both).message
        #expect(message.contains("rootfs[0]") && message.contains("mount /r") && message.contains("the cgroup stays"))
    }
}
