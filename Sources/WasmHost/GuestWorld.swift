internal import Glibc
internal import SystemPackage
package import Wasm

/// What guests of one invocation see but for their standard streams: prepared once, in the container that they run in.
///
/// They see `/` as `/`, the working directory as `.` too. Guests find their directories by name, and differ. wasi-libc
/// (C, Rust, Python, …) strips `/` and `./` from the names and from every path, so that `.` and `/` are the same to it,
/// and of the same it takes the *last*, for relative and absolute paths alike: no order and no names make both right
/// (libc-bottom-half/sources/preopens.c). Go takes `PWD`, else the *first* directory, as its working directory, and
/// can't open relative paths if that is `.`; so do those that call the first one their working directory (Zig). So `/`
/// comes first and last: absolute paths are right everywhere, and relative ones are resolved at `/` except by guests
/// that look `.` up. Where the working directory is `/`, that is no difference.
package struct GuestWorld {
    private let arguments: CStringList
    private let names: CStringList
    private let values: CStringList
    private let directories: [String]

    private let sights: GuestSights

    /// - Parameter sights: what the guest looks for: the rest need not be there.
    package init(_ invocation: GuestInvocation, _ sights: GuestSights = .all) {
        arguments = CStringList(invocation.arguments)
        names = CStringList(invocation.environment.lazy.map(\.name))
        values = CStringList(invocation.environment.lazy.map(\.value))
        self.sights = sights
        directories =
            if sights.contains(.directories) {
                Self.directories
            } else {
                sights.contains(.root) ? ["/"] : []
            }
    }

    /// Those of a guest that looks for any, by their names: of the process's own file system, as it is now.
    package static var directories: [String] { isRoot() ? ["/", "."] : ["/", ".", "/"] }

    /// What does not have to be opened: arguments and environment.
    ///
    /// - Parameter more: variables beside the invocation's own.
    package func bare(more: [(name: String, value: String)] = []) throws(EngineError) -> WASIConfiguration {
        let world = WASIConfiguration()
        guard sights.contains(.environment) else { return world }
        var (names, values) = (names, values)
        for variable in more {
            names.append(variable.name)
            values.append(variable.value)
        }
        guard world.setArguments(arguments), world.setEnvironment(names: names, values: values) else {
            throw EngineError(operation: .configureStore, message: "an argument or a variable is not UTF-8")
        }
        return world
    }

    /// All of it.
    ///
    /// - Parameters:
    ///   - more: variables beside the invocation's own.
    ///   - streams: gives the standard streams; false if they can't be opened.
    package func configuration(
        more: [(name: String, value: String)] = [], streams: (borrowing WASIConfiguration) -> Bool
    ) throws(EngineError) -> WASIConfiguration {
        let world = try bare(more: more)
        guard streams(world) else {
            throw EngineError(
                operation: .configureStore, message: "can't open a body's pipe: a served guest needs /proc")
        }
        if sights.contains(.network) { world.inheritNetwork() }
        for name in directories {
            if !world.preopen(name, as: name) { try Self.explain(name) }
        }
        return world
    }

    /// Why a directory was not opened. A user may be barred from one: then it is not there for the guest.
    private static func explain(_ directory: String) throws(EngineError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        let code = Errno(rawValue: errno)
        guard descriptor < 0 else {
            _ = close(descriptor)
            return
        }
        if code != .permissionDenied {
            throw EngineError(operation: .configureStore, message: "can't open the directory \(directory): \(code)")
        }
    }

    private static func isRoot() -> Bool {
        var root = stat()
        var current = stat()
        return stat("/", &root) == 0 && stat(".", &current) == 0 && root.st_dev == current.st_dev
            && root.st_ino == current.st_ino
    }
}
