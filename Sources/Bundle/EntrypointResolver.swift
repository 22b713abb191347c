package import LinuxSystem
package import OCISpec

/// What a process of a container runs.
package enum ResolvedEntrypoint: ~Copyable {
    case wasm(WasmEntrypoint)
    /// Anything else, also a file that is not there: execve(2) has the last word.
    case native
}

/// A module, component or text, found and open.
package struct WasmEntrypoint: ~Copyable {
    /// What the first bytes say.
    package enum Format: Sendable {
        case module, component, text
    }

    /// Open for reading, at its start.
    package let file: OwnedFileDescriptor
    /// As the specification names it, without the function.
    package let path: String
    /// The exported function after `#`, if one was named.
    package let function: String?
    package let format: Format

    /// Gives the file up to the caller.
    package consuming func takeFile() -> OwnedFileDescriptor { file }
}

/// Finds out whether a process runs wasm, and opens its module.
package struct EntrypointResolver: Sendable {
    private let files: ContainerFiles

    /// - Parameters:
    ///   - rootfs: absolute; the mounted root filesystem.
    ///   - mounts: of the specification; sources may be relative to the bundle.
    package init(bundle: Bundle, rootfs: String, mounts: [Mount]) {
        files = ContainerFiles(rootfs: rootfs, bundle: bundle, mounts: mounts)
    }

    /// Looks `args[0]` up as the container will see it.
    ///
    /// - Throws: what is wrong with a file that is asked for as wasm, by its content or by its name (`.wasm`, `.wat`,
    ///   `#function`).
    package func resolve(_ process: Process?) throws(EntrypointError) -> ResolvedEntrypoint {
        guard let process, let argument = process.args?.first else {
            throw EntrypointError(.missingArguments, path: "", "found none; expected the program to run as the first")
        }
        let name = EntrypointName(argument)
        guard !name.path.isEmpty else {
            throw EntrypointError(
                .missingArguments, path: "", "found \(quoted(argument)) as the first; expected the program to run")
        }
        let searchPath = process.env?.first { $0.hasPrefix("PATH=") }.map { String($0.dropFirst("PATH=".count)) }
        let candidates = name.candidates(cwd: process.cwd, searchPath: searchPath)

        var trouble: EntrypointError?
        for candidate in candidates {
            do throws(EntrypointError) {
                switch try look(at: candidate, name) {
                case .wasm(let entrypoint): return .wasm(entrypoint)
                case .program: if !name.asksForWasm { return .native }
                case .nothing: break
                }
            } catch {
                // A better one may follow in PATH; the first trouble is the one to tell of.
                trouble = trouble ?? error
            }
        }
        if let trouble { throw trouble }
        guard name.asksForWasm else { return .native }
        let searched =
            candidates.count > 1 ? "looked for \(candidates.joined(separator: ", "))" : "looked for \(candidates[0])"
        throw EntrypointError(.notFound, path: name.path, "no such file in the container (\(searched))")
    }

    private enum Look: ~Copyable {
        case wasm(WasmEntrypoint)
        /// A file that execve may run.
        case program
        case nothing
    }

    private func look(at candidate: String, _ name: EntrypointName) throws(EntrypointError) -> Look {
        let found: ContainerFiles.Found
        do {
            found = try files.open(candidate)
        } catch {
            throw EntrypointError(.systemCall, path: name.path, error.description, cause: error)
        }
        switch consume found {
        case .nothing(let mount):
            guard let mount, name.asksForWasm, name.path.contains("/") else { return .nothing }
            throw name.failure(
                .notFound, candidate,
                "it is below the mount \(mount.destination) of type \(mount.type ?? "none"), whose content is not known "
                    + "before the container runs; use a bind mount or the image")
        case .special:
            if !name.asksForWasm { return .nothing }
            throw name.failure(.notRegular, candidate, "it is not a regular file")
        case .file(let file, let executable, let head):
            let format: WasmEntrypoint.Format
            switch FileKind(head) {
            case .module: format = .module
            case .component: format = .component
            case .text: format = .text
            case .precompiled:
                throw name.failure(
                    .precompiled, candidate,
                    "found a module precompiled by wasmtime, which is native code; expected the .wasm it was made from")
            case .unknownWasm(let version, let layer):
                throw name.failure(
                    .unknownVersion, candidate,
                    "found wasm of version \(version), layer \(layer); expected 1, 0 (a module) or 13, 1 (a component)")
            case .truncatedWasm(let count):
                throw name.failure(.truncated, candidate, "the module ends after \(count) bytes, within its header")
            case .empty:
                guard name.asksForWasm else { return executable ? .program : .nothing }
                throw name.failure(.truncated, candidate, "the file is empty; expected a module")
            case .other(let what):
                guard name.asksForWasm else { return executable ? .program : .nothing }
                throw name.failure(
                    .notWasm, candidate, "found \(what); expected a wasm module, a component or WebAssembly text")
            }
            return .wasm(WasmEntrypoint(file: file, path: name.path, function: name.function, format: format))
        }
    }
}

extension EntrypointName {
    fileprivate func failure(_ code: EntrypointError.Code, _ candidate: String, _ message: String) -> EntrypointError {
        EntrypointError(code, path: path, candidate == path ? message : "\(candidate): \(message)")
    }
}
