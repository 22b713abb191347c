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

    /// - Parameter resolver: nil for a process that is parked.
    /// - Throws: what is wrong with the entrypoint.
    package init(_ process: Process?, _ resolver: EntrypointResolver?) throws {
        switch try resolver?.resolve(process) {
        case nil: (entrypoint, module) = (.parked, nil)
        case .native: (entrypoint, module) = (.native, nil)
        case .wasm(let found):
            entrypoint = .wasm(path: found.path, function: found.function)
            module = HeldDescriptor(OwnedFileDescriptor(owning: found.releaseFile()))
        }
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
