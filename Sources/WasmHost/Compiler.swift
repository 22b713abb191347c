internal import CLinux
internal import Composition
internal import Glibc
internal import LinuxSystem
internal import SystemPackage
internal import Wasm

/// Starts the helper processes that turn modules into artifacts.
///
/// What a module's author wrote is parsed and compiled only there: in a process without network, privileges or
/// files other than the module, the artifact and the pipe for its answer, under limits of its own. It is forked from
/// the engine, which has one thread, and uses the engine's settings.
package struct Compiler {
    /// What one compilation may use.
    package struct Limits: Hashable, Sendable {
        /// Bytes of memory (RLIMIT_DATA).
        package var memory: UInt64 = 2 << 30
        /// Seconds of CPU time, of all threads together (RLIMIT_CPU).
        package var cpuSeconds: UInt64 = 600
        /// Bytes of the artifact (RLIMIT_FSIZE).
        package var artifact: UInt64 = 4 << 30

        package init() {}
    }

    let engine: Engine
    let cache: ArtifactCache
    let limits: Limits
    /// What serves what is compiled, if anything does: then components are lowered, too, where they can be.
    let service: (any GuestService)?
    /// Runs in the helper, before it touches the module: installs the seccomp filter.
    let confine: () throws -> Void

    /// Forks a helper for the module.
    ///
    /// - Throws: ``SystemCallError`` if there is no descriptor, disk space or process to be had.
    func start(_ module: borrowing ModuleCopy, name: String) throws(SystemCallError) -> CompileJob {
        let (output, temporary) = try cache.makeTemporary()
        let artifact = OwnedFileDescriptor(owning: output)
        // Open until the helper, which never returns, has it, too.
        var lowered: (descriptor: Int32, name: String)?
        defer { if let lowered { _ = close(lowered.descriptor) } }
        let parent = getpid()
        do throws(SystemCallError) {
            if service != nil { lowered = try cache.makeTemporary() }
            let ends = try makePipe()
            let reading = OwnedFileDescriptor(owning: ends.reading)
            let writing = OwnedFileDescriptor(owning: ends.writing)
            let lock = try openFile("lock", O_RDWR | O_CREAT | O_NOFOLLOW, mode: 0o600, in: cache.directory.raw)
            let pid = try systemCall("fork") { martlet_fork() }
            if pid == 0 {
                let output = Output(artifact: artifact.raw, lowered: lowered?.descriptor)
                run(module, output, result: writing.raw, lock: lock.raw, parent: parent)
            }
            return CompileJob(
                result: reading, lock: lock, pid: pid, digest: module.digest, temporary: temporary,
                lowered: lowered?.name,
                name: name, cache: cache)
        } catch {
            cache.discard(temporary)
            if let lowered { cache.discard(lowered.name) }
            throw error
        }
    }

    /// The files that a helper writes to.
    private struct Output {
        let artifact: Int32
        let lowered: Int32?
    }

    /// The helper's life.
    private func run(
        _ module: borrowing ModuleCopy, _ output: Output, result: Int32, lock: Int32, parent: pid_t
    ) -> Never {
        var answer: CompileResult
        do {
            // Die with the engine, also if it has ended by now.
            try dieWithParent()
            if getppid() != parent { _exit(1) }
            // One compilation of a module at a time on the node. Which module it is says the byte that is locked; two that
            // share one wait for each other in vain. The lock goes with the open file, so that it lasts until the parent,
            // which has it open too, has given the artifact its name and unlocks it.
            let byte = off_t(module.digest.prefix(15), radix: 16) ?? 0
            try systemCall("fcntl", "F_OFD_SETLKW") { martlet_lock_byte(lock, byte) }
            if let found = cache.open(module.digest) {
                _ = close(found.descriptor)
                answer = .present
            } else {
                try HelperConfinement.enter(
                    keeping: [module.descriptor.raw, output.artifact, result, lock]
                        + [output.lowered].compactMap { $0 }, limits: limits, confine: confine)
                answer = compile(module, output)
            }
        } catch {
            answer = .failed("\(error)")
        }
        // The pipe takes 64 KiB without blocking; no message is longer.
        let bytes = answer.bytes.prefix(32 << 10)
        _ = bytes.withContiguousStorageIfAvailable { Glibc.write(result, $0.baseAddress, $0.count) }
        _exit(0)
    }

    private func compile(_ module: borrowing ModuleCopy, _ output: Output) -> CompileResult {
        do {
            let result: Result<ArtifactKind, any Error> = try module.withBytes { bytes in
                Result { try compile(bytes, output) }
            }
            let kind = try result.get()
            try systemCall("fsync", "artifact") { fsync(output.artifact) }
            if let lowered = output.lowered { try systemCall("fsync", "artifact") { fsync(lowered) } }
            return .compiled(kind)
        } catch let error as CompositionError {
            return .invalid(error.description)
        } catch let error as EngineError where error.operation == .compile || error.operation == .parseText {
            return .invalid(error.message)
        } catch {
            return .failed("\(error)")
        }
    }

    private func compile(_ bytes: UnsafeRawBufferPointer, _ output: Output) throws -> ArtifactKind {
        switch try ModuleKind(head: bytes.prefix(64), name: "module") {
        case .module:
            try compileModule(bytes, to: output.artifact)
            return .module
        case .component:
            try Component(compiling: bytes, with: engine).serialize {
                try writeAll($0, to: output.artifact, name: "artifact")
            }
            if let lowered = output.lowered, let service,
                let module = LoweredComponent.module(
                    of: bytes, handling: String(handlerPrefix.dropLast()), knowing: service.loweredFunctions)
            {
                do {
                    try module.withUnsafeBytes { try compileModule($0, to: lowered) }
                } catch {
                    // The component does as well.
                    try systemCall("ftruncate", "artifact") { ftruncate(lowered, 0) }
                }
            }
            return .component
        case .composition:
            return try composed(bytes).withUnsafeBytes { try compile($0, output) }
        case .text:
            return try assemble(bytes).withUnsafeBytes { try compile($0, output) }
        }
    }

    private func compileModule(_ bytes: UnsafeRawBufferPointer, to artifact: Int32) throws {
        try Module(compiling: bytes, with: engine).serialize { try writeAll($0, to: artifact, name: "artifact") }
    }

    /// The component that a composition makes.
    private func composed(_ file: UnsafeRawBufferPointer) throws -> [UInt8] {
        var texts: [UnsafeMutableRawBufferPointer] = []
        defer { for text in texts { text.deallocate() } }
        var components = try CompositionFile.parts(of: file)
        for (index, component) in components.enumerated()
        where try ModuleKind(head: component.bytes.prefix(64), name: component.name) == .text {
            do {
                let binary = try assemble(component.bytes)
                texts.append(.allocate(byteCount: binary.count, alignment: 1))
                texts.last?.copyBytes(from: binary)
                components[index].bytes = UnsafeRawBufferPointer(texts[texts.count - 1])
            } catch {
                throw CompositionError("\(component.name): \(EngineError.sentence(error.message))")
            }
        }
        return try compose(components)
    }
}
