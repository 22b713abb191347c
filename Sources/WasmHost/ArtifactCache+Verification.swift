package import Wasm

extension ArtifactCache {
    /// Whether a file of the cache's folder is named as artifacts are.
    package static func isArtifact(_ name: String) -> Bool {
        ArtifactKind.allCases.contains { name.hasSuffix(".\($0.rawValue)") }
    }

    /// Whether the engine takes an artifact, by the file's name; nothing is changed, not even when it was last used.
    ///
    /// - Parameter engine: of this cache's configuration.
    /// - Returns: nil for one of another configuration.
    package func isUsable(_ name: String, with engine: Engine) -> Bool? {
        let digest = String(name.prefix(64))
        guard let kind = ArtifactKind.allCases.first(where: { self.name(digest, $0) == name }) else { return nil }
        let place = "\(path)/\(name)"
        do throws(EngineError) {
            switch kind {
            case .module, .lowered: _ = try Module(mapping: place, with: engine)
            case .component: _ = try Component(mapping: place, with: engine)
            }
            return true
        } catch {
            return false
        }
    }
}
