package import EngineProtocol
internal import LinuxSystem
package import OCISpec
internal import SystemPackage

/// Does a part of the set-up; what fails in it is said with its name.
///
/// - Parameter name: a noun phrase, best the field of the specification.
func step<Value: ~Copyable>(
    _ name: @autoclosure () -> String, _ body: () throws -> Value
) throws(ContainerFailure) -> Value {
    do {
        return try body()
    } catch {
        throw failure(error, step: name())
    }
}

/// An error of the set-up as the shim is told of it.
func failure(_ error: any Error, step: String) -> ContainerFailure {
    switch error {
    case let error as ContainerFailure: error
    case let error as SystemCallError:
        ContainerFailure(.systemCall, step: step, message: "\(error)", errno: error.errno.rawValue)
    case let error as SpecError: ContainerFailure(error)
    default: ContainerFailure(.protocolViolation, step: step, message: "\(error)")
    }
}

extension ContainerFailure {
    /// What is wrong with a specification, as the shim is told of it.
    package init(_ error: SpecError) {
        let place = [error.file, error.field.isEmpty ? nil : error.field].compactMap { $0 }.joined(separator: ": ")
        self.init(error.code == .unsupported ? .unsupported : .invalidSpec, step: place, message: error.message)
    }
}
