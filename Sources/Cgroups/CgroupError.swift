package import LinuxSystem
package import SystemPackage

/// Why something about a cgroup could not be done.
package struct CgroupError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Codable, Sendable {
        /// A value that the specification does not allow.
        case invalid
        /// Allowed by the specification, but this runtime or kernel can't do it.
        case unsupported
        /// The limit's controller is not mounted, or not enabled for this cgroup.
        case noController
        /// The kernel refused a value or an operation.
        case rejected
        /// A file could not be read, or holds what no kernel writes.
        case unreadable
        /// The cgroup is not there.
        case notFound
        /// Processes are in the way.
        case inUse
        /// The kernel did not finish in time.
        case timedOut
    }

    package let code: Code
    /// The field of the specification that asked for it, dotted: `linux.resources.cpu.shares`.
    package let field: String?
    package let message: String
    package let cause: SystemCallError?

    package var errno: Errno? { cause?.errno }

    package init(_ code: Code, field: String? = nil, _ message: String, cause: SystemCallError? = nil) {
        self.code = code
        self.field = field
        self.message = message
        self.cause = cause
    }

    package var description: String {
        var text = field.map { "\($0): " } ?? ""
        text += message
        if let cause { text += text.isEmpty ? "\(cause)" : ": \(cause)" }
        return text
    }
}

extension CgroupError {
    /// A write that the kernel refused: names the file, the value and the errno.
    static func write(_ value: String, to path: String, field: String?, _ code: Errno) -> CgroupError {
        let shown = value.count > 120 ? value.prefix(120) + "…" : value[...]
        return CgroupError(
            code == .noSuchFileOrDirectory ? .unsupported : .rejected, field: field, "the kernel refused \"\(shown)\"",
            cause: SystemCallError("write", path, errno: code, remedy: writeRemedy(code)))
    }

    static func read(_ path: String, _ code: Errno) -> CgroupError {
        CgroupError(
            code == .noSuchFileOrDirectory || code == .operationNotSupportedByDevice ? .notFound : .unreadable,
            "the cgroup's file could not be read", cause: SystemCallError("read", path, errno: code))
    }

    static func malformed(_ path: String, _ line: some StringProtocol) -> CgroupError {
        CgroupError(.unreadable, "\(path): \"\(line.prefix(120))\" is not what the kernel writes there")
    }

    /// The same error with what went wrong while cleaning up after it.
    func adding(cleanup: CgroupError) -> CgroupError {
        CgroupError(code, field: field, "\(message) (and cleaning up failed too: \(cleanup))", cause: cause)
    }
}

private func writeRemedy(_ code: Errno) -> String? {
    switch code {
    case .noSuchFileOrDirectory: "this kernel has no such setting"
    case .invalidArgument: "out of range, or more than a parent cgroup allows"
    case .permissionDenied, .notPermitted: "a parent cgroup does not allow it"
    case .readOnlyFileSystem: "the cgroup file system is mounted read-only"
    default: nil
    }
}

/// Something that was asked for and is left undone without failing, as other runtimes leave it.
package struct CgroupWarning: Hashable, Sendable, CustomStringConvertible {
    package let field: String
    package let message: String

    package var description: String { "\(field): \(message)" }
}
