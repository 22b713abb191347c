internal import Bundle
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import SystemPackage

/// The folder of a container's state, locked: one command at a time.
///
///     ROOT/ID/state.json     ContainerRecord
///     ROOT/ID/config.json    the configuration as it was at Create: what becomes of the bundle's changes nothing
package final class StateFolder: Sendable {
    package let path: String
    /// Holds the lock.
    private let descriptor: OwnedFileDescriptor

    private init(_ path: String, _ descriptor: consuming OwnedFileDescriptor) {
        self.path = path
        self.descriptor = descriptor
    }

    /// Makes it, for a container that does not exist yet.
    static func make(_ id: String, in root: String) throws -> StateFolder {
        try checkContainerID(id)
        let path = "\(root)/\(id)"
        do throws(SystemCallError) {
            try makeDirectories(root, mode: 0o700)
            try systemCall("mkdir", path) { mkdir(path, 0o711) }
        } catch {
            throw notMade(id, root, error)
        }
        return try open(path)
    }

    private static func notMade(_ id: String, _ root: String, _ error: SystemCallError) -> any Error {
        switch error.errno {
        case .fileExists:
            RuntimeError(
                .alreadyExists, "container with id exists: \(id)",
                remedy: "choose another id, or remove it with: martlet delete \(id)")
        case .permissionDenied, .readOnlyFileSystem:
            RuntimeError(
                .unavailable, "the state can't be kept in \(root)", remedy: "be root, or name a folder with --root",
                cause: error)
        default: error
        }
    }

    /// The folder of a container.
    static func find(_ id: String, in root: String) throws -> StateFolder {
        try checkContainerID(id)
        do {
            let folder = try open("\(root)/\(id)")
            // Removed while this waited for the lock; or a folder of something else.
            if access("\(folder.path)/state.json", F_OK) == 0 { return folder }
        } catch let error as SystemCallError where error.errno == .noSuchFileOrDirectory {}
        throw RuntimeError(
            .notFound, "container does not exist: \(id)", remedy: "martlet list shows those of \(root)")
    }

    /// The ids of all containers, in order.
    static func ids(in root: String) -> [String] {
        entryNames(in: root).filter { access("\(root)/\($0)/state.json", F_OK) == 0 }.sorted()
    }

    private static func open(_ path: String) throws -> StateFolder {
        let descriptor = try openFile(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
        try systemCall("flock", path) { flock(descriptor.raw, LOCK_EX) }
        return StateFolder(path, descriptor)
    }

    /// It as a bundle, of which the engine reads the configuration.
    var bundle: Bundle {
        get throws { try Bundle(path: path) }
    }

    func read() throws -> ContainerRecord { try Self.record(in: path) }

    /// A container's record, read without the lock: it is always whole.
    static func record(in path: String) throws -> ContainerRecord {
        let file = "\(path)/state.json"
        do {
            return try decodeJSON(ContainerRecord.self, from: readText(file).utf8, file: file)
        } catch let error as SpecError {
            throw RuntimeError(.malformed, "\(file) is not what martlet wrote", cause: error)
        }
    }

    func write(_ record: ContainerRecord) throws { try write(try encodeJSON(record), to: "state.json") }

    func write(_ spec: Spec) throws { try write(try encodeJSON(spec), to: "config.json") }

    /// Whole or not at all.
    private func write(_ bytes: [UInt8], to name: String) throws {
        try writeFile(bytes, to: "\(path)/\(name)", mode: 0o600)
    }

    /// Removes it with all that is in it.
    func remove() throws { try removeTree(path) }
}
