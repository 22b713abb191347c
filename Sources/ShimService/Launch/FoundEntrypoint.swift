package import Bundle
package import EngineProtocol
package import LinuxSystem
package import OCISpec

/// What a process runs, as a request to the engine says it.
package struct FoundEntrypoint: Sendable {
    package let entrypoint: Entrypoint
    /// Its file; nil for what the engine does not run.
    package let module: HeldDescriptor?

    package var isGuest: Bool { module != nil }

    /// - Parameters:
    ///   - resolver: nil for a process that is parked.
    ///   - annotations: of the container; nil for a process of exec, which is composed with nothing.
    /// - Throws: what is wrong with the entrypoint.
    package init(_ process: Process?, _ resolver: EntrypointResolver?, annotations: [String: String]?) throws {
        switch try resolver?.resolve(process) {
        case nil: (entrypoint, module) = (.parked, nil)
        case .native: (entrypoint, module) = (.native, nil)
        case .wasm(let found):
            let (path, format) = (found.path, found.format)
            entrypoint = .wasm(path: path, function: found.function)
            let file = found.takeFile()
            let main = HeldComponent(path: path, file: HeldDescriptor(file))
            guard let process, let resolver, let list = annotations.flatMap(ComponentList.init),
                try Self.isComposed(path, format, list)
            else {
                module = main.file
                return
            }
            let components = try [main] + resolver.open(list, for: process)
            module = HeldDescriptor(try CompositionWriter.write(components, field: list.field))
        }
    }

    private static func isComposed(
        _ path: String, _ format: WasmEntrypoint.Format, _ list: ComponentList
    ) throws(EntrypointError) -> Bool {
        guard format == .module else { return true }
        guard list.isOfContainer else { return false }
        var error = EntrypointError(.notWasm, path: path, "found a module; only components are composed with others")
        error.field = list.field
        throw error
    }

    /// The descriptors that go with the request; borrowed.
    ///
    /// - Parameters:
    ///   - others: more of them.
    ///   - streams: the process's 0, 1 and 2, as far as it has them.
    package func descriptors(
        _ others: [(role: DescriptorRole, descriptor: Int32)], streams: [Int32?]
    ) -> [(role: DescriptorRole, descriptor: Int32)] {
        var sent = others
        if let module { sent.append((.module, module.descriptor.raw)) }
        for (role, stream) in zip([DescriptorRole.stdin, .stdout, .stderr], streams) {
            if let stream { sent.append((role, stream)) }
        }
        return sent
    }
}
