internal import Bundle
internal import Cgroups
internal import ContainerdAPI
internal import EngineProtocol
internal import LinuxSystem
internal import OCISpec
internal import SystemPackage
package import TTRPC

extension TTRPCStatus {
    /// The status that a call answers for an error: the one place where kinds of errors become codes.
    ///
    /// containerd acts on NotFound (the task is gone), AlreadyExists, FailedPrecondition and Unimplemented, so those
    /// say nothing but what they say there; above all, a missing file is never NotFound.
    package init(for error: any Error) {
        self.init(Self.code(of: error), "\(error)")
    }

    private static func code(of error: any Error) -> TTRPCCode {
        switch error {
        case let error as TTRPCStatus: error.code
        case is CancellationError: .cancelled
        case let error as RolledBack: code(of: error.error)
        case let error as TaskError: code(of: error.code)
        case is SpecError, is ConfigurationError, is PayloadError, is EntrypointError: .invalidArgument
        case let error as BundleError: error.code == .notAbsolute ? .invalidArgument : .failedPrecondition
        case let error as CgroupError: code(of: error)
        case let error as ContainerFailure: code(of: error)
        case let error as SystemCallError: code(of: error.errno)
        case is ChannelError: .internal
        default: .unknown
        }
    }

    private static func code(of code: TaskError.Code) -> TTRPCCode {
        switch code {
        case .notFound: .notFound
        case .alreadyExists: .alreadyExists
        case .failedPrecondition: .failedPrecondition
        case .invalidArgument: .invalidArgument
        case .unimplemented: .unimplemented
        case .timedOut: .deadlineExceeded
        case .unavailable: .unavailable
        case .commandFailed: .unknown
        }
    }

    private static func code(of failure: ContainerFailure) -> TTRPCCode {
        switch failure.code {
        case .invalidSpec, .unsupported, .badModule: .invalidArgument
        case .notFound: .failedPrecondition
        case .systemCall: failure.errno.map { code(of: Errno(rawValue: $0)) } ?? .unknown
        case .hook: .unknown
        case .protocolViolation: .internal
        }
    }

    private static func code(of error: CgroupError) -> TTRPCCode {
        switch error.code {
        case .invalid, .unsupported: .invalidArgument
        case .noController, .inUse, .notFound: .failedPrecondition
        case .timedOut: .deadlineExceeded
        case .rejected, .unreadable: error.errno.map(code(of:)) ?? .unknown
        }
    }

    private static func code(of errno: Errno) -> TTRPCCode {
        switch errno {
        case .permissionDenied, .notPermitted: .permissionDenied
        case .noSpace, .noMemory, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .diskQuotaExceeded,
            .resourceTemporarilyUnavailable:
            .resourceExhausted
        default: .unknown
        }
    }
}
