package import LinuxSystem
package import SystemPackage
package import Wasm

/// Why a guest can't be made ready or run. Never what the guest itself did: that is a ``GuestEnd``.
package struct GuestError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The file holds no WebAssembly: empty, truncated, of another format, not a regular file, too large.
        case notAModule
        /// WebAssembly that does not validate, or uses a feature that is off.
        case invalidModule
        /// The guest wants from the host what the host does not have, or has with another type.
        case unknownImport
        /// The function to run is not there, is no function, or takes parameters.
        case unsuitableExport
        /// A component of a world that this version does not run.
        case unsupportedWorld
        /// An argument or an environment variable that WASI can't pass on.
        case invalidArgument
        /// The compiler was stopped by one of its limits, or ended without an answer.
        case compilerFailed
        /// A system call failed; `errno` says why.
        case systemCall
        /// wasmtime refused what should have worked: its settings, the store's limits.
        case engine
    }

    package let code: Code
    /// One sentence that names the thing, what was found and what would be right.
    package let message: String
    package let errno: Errno?

    package init(_ code: Code, _ message: String, errno: Errno? = nil) {
        self.code = code
        self.message = message
        self.errno = errno
    }

    package init(_ error: SystemCallError) {
        self.init(.systemCall, "\(error)", errno: error.errno)
    }

    package init(_ error: EngineError) {
        self.init(.engine, "\(error)")
    }

    package var description: String { message }
}
