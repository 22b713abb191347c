internal import Bundle
internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import OCISpec

/// A bundle of containerd's that a shim serves.
struct ServedBundle: Hashable, Sendable {
    /// Of containerd.
    let namespace: String
    /// Of the container, or of the sandbox.
    let id: String
    /// The bundle's folder.
    let path: String
    /// Where its shim listens: `unix:///…`.
    let address: String
    let isSandbox: Bool
}

/// Finds the shims of a node, by what containerd and they themselves leave in the bundles.
enum ShimEndpoint {
    static let containerdState = "/run/containerd"

    /// All bundles, in order.
    ///
    /// - Parameter state: containerd's folder for what does not outlive a reboot (`state` of its configuration).
    static func all(in state: String) -> [ServedBundle] {
        let places = [
            ("io.containerd.runtime.v2.task", false), ("io.containerd.sandbox.controller.v1.shim", true),
        ]
        return places.flatMap { place, isSandbox in
            entryNames(in: "\(state)/\(place)").sorted().flatMap { namespace in
                entryNames(in: "\(state)/\(place)/\(namespace)").sorted().compactMap { id in
                    let path = "\(state)/\(place)/\(namespace)/\(id)"
                    guard let address = address(of: path) else { return nil }
                    return ServedBundle(
                        namespace: namespace, id: id, path: path, address: address, isSandbox: isSandbox)
                }
            }
        }
    }

    /// What the shim wrote of its address, or else containerd of what it was answered.
    private static func address(of bundle: String) -> String? {
        if let text = try? readText("\(bundle)/address"), !text.isEmpty { return text }
        struct Bootstrap: Decodable { var address: String }
        guard let text = try? readText("\(bundle)/bootstrap.json") else { return nil }
        return try? decodeJSON(Bootstrap.self, from: text.utf8, file: nil).address
    }

    /// By an address, a bundle's folder, or how the id of a container or of a pod begins.
    ///
    /// - Returns: the address, and the id that it was named by or that its first container has.
    static func find(_ word: String, in state: String) throws -> (address: String, id: String?) {
        if word.hasPrefix("unix://") || word.hasPrefix("@") { return (word, id(at: word, in: state)) }
        if let address = address(of: word) {
            return (address, word.split(separator: "/").last.map(String.init))
        }
        if word.hasPrefix("/") {
            guard access(word, F_OK) == 0 else { throw RuntimeError(.notFound, "there is no \(word)") }
            let address = "unix://\(word)"
            return (address, id(at: address, in: state))
        }
        let all = all(in: state)
        let found = all.filter { $0.id == word }
        let chosen = found.isEmpty && !word.isEmpty ? all.filter { $0.id.hasPrefix(word) } : found
        guard let first = chosen.first else {
            throw RuntimeError(
                .notFound, "no shim below \(state) has a container or pod \(word)", remedy: "martlet ps lists them")
        }
        guard Set(chosen.map(\.id)).count == 1 else {
            throw RuntimeError(
                .invalidArgument, "several ids begin with \(word): \(chosen.map(\.id).joined(separator: ", "))",
                remedy: "name more of it")
        }
        return (first.address, first.id)
    }

    private static func id(at address: String, in state: String) -> String? {
        all(in: state).first { $0.address == address }?.id
    }
}
