internal import Bundle
internal import EngineProtocol
internal import LinuxSystem
internal import OCISpec
internal import SystemPackage
internal import WasmHost

extension ContainerFailure {
    /// What the shim is told of an error before the fork.
    init(_ error: any Error) {
        switch error {
        case let failure as ContainerFailure:
            self = failure
        case let error as SpecError:
            self.init(error.code == .unsupported ? .unsupported : .invalidSpec, step: "", message: "\(error)")
        case let error as BundleError:
            self.init(
                error.code == .systemCall ? .systemCall : .invalidSpec, step: "", message: "\(error)",
                errno: error.cause?.errno.rawValue)
        case let error as GuestError:
            self.init(Code(error.code), step: "", message: error.message, errno: error.errno?.rawValue)
        case let error as SystemCallError:
            self.init(.systemCall, step: "", message: "\(error)", errno: error.errno.rawValue)
        default:
            self.init(.systemCall, step: "", message: "\(error)")
        }
    }
}

extension ContainerFailure.Code {
    fileprivate init(_ code: GuestError.Code) {
        switch code {
        case .notAModule, .invalidModule, .unknownImport, .unsuitableExport, .invalidArgument: self = .badModule
        case .unsupportedWorld: self = .unsupported
        case .compilerFailed, .systemCall, .engine: self = .systemCall
        }
    }
}
