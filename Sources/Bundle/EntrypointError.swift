package import LinuxSystem

/// Why a container's entrypoint can't be run.
package struct EntrypointError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of trouble it is.
    package enum Code: String, Sendable {
        /// `process`, `process.args` or its first is missing.
        case missingArguments
        /// No such file, where a module is asked for.
        case notFound
        /// A directory, a device or the like.
        case notRegular
        /// Neither module, component nor text, where a module is asked for; the message says what it is.
        case notWasm
        /// The file ends before the module's header does.
        case truncated
        /// A version of wasm that this engine does not know.
        case unknownVersion
        /// Native code of the image's making, which would run outside the sandbox.
        case precompiled
        /// A system call failed: see `cause`.
        case systemCall
    }

    package let code: Code
    /// As the specification names it.
    package let path: String
    package let message: String
    package let cause: SystemCallError?
    /// What named the file.
    package var field = "process.args[0]"

    package init(_ code: Code, path: String, _ message: String, cause: SystemCallError? = nil) {
        self.code = code
        self.path = path
        self.message = message
        self.cause = cause
    }

    package var description: String {
        path.isEmpty ? "process.args: \(message)" : "\(field): \(path): \(message)"
    }
}
