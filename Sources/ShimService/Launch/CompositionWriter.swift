internal import Bundle
internal import Composition
internal import Glibc
internal import LinuxSystem

/// Puts components into one file for the engine, which makes one component of them.
enum CompositionWriter {
    /// In bytes, of all together. The engine takes no module that is larger.
    private static let largest = 1 << 30

    /// - Parameters:
    ///   - components: the main one first.
    ///   - field: what named the others.
    /// - Returns: a file in memory that nobody can change.
    static func write(_ components: [HeldComponent], field: String) throws -> OwnedFileDescriptor {
        guard components.count <= CompositionFile.most else {
            throw refused(
                components, field,
                "found \(components.count - 1) components; expected \(CompositionFile.most - 1) at most")
        }
        let parts = try components.map { component in
            (name: component.path, size: try FileStatus(of: component.file.descriptor.raw, name: component.path).size)
        }
        guard parts.allSatisfy({ $0.size <= largest }), parts.reduce(0, { $0 + $1.size }) <= largest else {
            throw refused(components, field, "the components are larger than \(largest) bytes together")
        }
        let memory = try MemoryFile("martlet-composition")
        try memory.append(CompositionFile.head(parts))
        for (component, part) in zip(components, parts) {
            try memory.append(Array(component.path.utf8))
            let source = component.file.descriptor.raw
            guard try memory.append(from: source, count: part.size, name: component.path) == part.size else {
                throw refused(components, field, "\(component.path) was changed while it was read")
            }
        }
        return try memory.sealed()
    }

    private static func refused(_ components: [HeldComponent], _ field: String, _ message: String) -> EntrypointError {
        var error = EntrypointError(.notWasm, path: components[0].path, message)
        error.field = field
        return error
    }
}
