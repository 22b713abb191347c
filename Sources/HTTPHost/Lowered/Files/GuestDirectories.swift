internal import Glibc
internal import LinuxSystem
internal import Synchronization
internal import SystemPackage
internal import Wasm
internal import WasmHost

/// The directories that a server's lowered guests are given: opened when the first one asks for them, for all.
final class GuestDirectories: Sendable {
    private let opened = Mutex<[(name: String, directory: HeldDescriptor)]?>(nil)

    /// Those of the process, by their names, in their order.
    func all() throws(EngineError) -> [(name: String, directory: HeldDescriptor)] {
        try opened.withLock { (opened) throws(EngineError) in
            if let opened { return opened }
            var list: [(name: String, directory: HeldDescriptor)] = []
            for name in GuestWorld.directories {
                if let same = list.first(where: { $0.name == name }) {
                    list.append(same)
                } else if let directory = try Self.open(name) {
                    list.append((name, directory))
                }
            }
            opened = list
            return list
        }
    }

    /// - Returns: nil if the user is barred from it: then it is not there for the guest.
    private static func open(_ name: String) throws(EngineError) -> HeldDescriptor? {
        do throws(SystemCallError) {
            return HeldDescriptor(try openFile(name, OpenFlag.path | O_DIRECTORY))
        } catch {
            if error.errno == .permissionDenied { return nil }
            throw CoreCall.trap("can't open the directory \(name): \(error.errno)")
        }
    }
}
