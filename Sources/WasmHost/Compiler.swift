internal import CLinux
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
    /// Runs in the helper, before it touches the module: installs the seccomp filter.
    let confine: () throws -> Void

    /// Forks a helper for the module.
    ///
    /// - Throws: ``SystemCallError`` if there is no descriptor, disk space or process to be had.
    func start(_ module: borrowing ModuleCopy, name: String) throws(SystemCallError) -> CompileJob {
        let (output, temporary) = try cache.makeTemporary()
        let artifact = OwnedFileDescriptor(owning: output)
        var ends: [Int32] = [-1, -1]
        do throws(SystemCallError) {
            try systemCall("pipe2") { martlet_make_pipe(&ends) }
        } catch {
            cache.discard(temporary)
            throw error
        }
        let reading = OwnedFileDescriptor(owning: ends[0])
        let writing = OwnedFileDescriptor(owning: ends[1])
        let parent = getpid()
        do throws(SystemCallError) {
            let pid = try systemCall("fork") { martlet_fork() }
            if pid == 0 {
                run(module, artifact: artifact.raw, result: writing.raw, parent: parent)
            }
            return CompileJob(
                result: reading, pid: pid, digest: module.digest, temporary: temporary, name: name, cache: cache)
        } catch {
            cache.discard(temporary)
            throw error
        }
    }

    /// The helper's life.
    private func run(_ module: borrowing ModuleCopy, artifact: Int32, result: Int32, parent: pid_t) -> Never {
        var answer: CompileResult
        do {
            // Die with the engine, also if it has ended by now.
            try systemCall("prctl", "PR_SET_PDEATHSIG") { martlet_die_with_parent() }
            if getppid() != parent { _exit(1) }
            // One compilation of a module at a time on the node, while files can still be opened.
            try lock(module.digest)
            if let found = cache.open(module.digest) {
                _ = close(found.descriptor)
                answer = .present
            } else {
                try confineProcess(module.descriptor.raw, artifact, result)
                answer = compile(module.descriptor.raw, artifact)
            }
        } catch {
            answer = .failed("\(error)")
        }
        // The pipe takes 64 KiB without blocking; no message is longer.
        let bytes = answer.bytes.prefix(32 << 10)
        _ = bytes.withContiguousStorageIfAvailable { Glibc.write(result, $0.baseAddress, $0.count) }
        _exit(0)
    }

    /// Waits until no other process compiles the module: a lock on one byte of the lock file (fcntl(2), open file
    /// description locks), which ends with this process. Two modules that share a byte wait for each other in vain.
    private func lock(_ digest: String) throws(SystemCallError) {
        let file = try systemCall("openat", "lock") {
            openat(cache.directory.raw, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        }
        let byte = off_t(digest.prefix(15), radix: 16) ?? 0
        try systemCall("fcntl", "F_OFD_SETLKW") { martlet_lock_byte(file, byte) }
    }

    /// Takes from the process what it does not need. The lock's descriptor stays open.
    private func confineProcess(_ module: Int32, _ artifact: Int32, _ result: Int32) throws {
        let null = try systemCall("open", "/dev/null") { open("/dev/null", O_RDWR | O_CLOEXEC) }
        for descriptor: Int32 in 0...2 {
            try systemCall("dup2", "/dev/null") { dup2(null, descriptor) }
        }
        limit(RLIMIT_DATA, limits.memory)
        limit(RLIMIT_CPU, limits.cpuSeconds)
        limit(RLIMIT_FSIZE, limits.artifact)
        limit(RLIMIT_CORE, 0)
        if geteuid() == 0 {
            try systemCall("unshare") { martlet_leave_network_and_ipc() }
            try systemCall("setgroups") { setgroups(0, nil) }
            try systemCall("setresgid") { martlet_setresgid(Self.nobody) }
            // This drops the capabilities as well (capabilities(7)).
            try systemCall("setresuid") { martlet_setresuid(Self.nobody) }
            // A change of user clears it.
            try systemCall("prctl", "PR_SET_PDEATHSIG") { martlet_die_with_parent() }
        }
        try systemCall("prctl", "PR_SET_NO_NEW_PRIVS") { martlet_set_no_new_privs() }
        try confine()
    }

    private static let nobody: UInt32 = 65534

    private func limit(_ resource: __rlimit_resource, _ value: UInt64) {
        var limit = rlimit(rlim_cur: rlim_t(value), rlim_max: rlim_t(value))
        _ = setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
    }

    private func compile(_ module: Int32, _ artifact: Int32) -> CompileResult {
        do {
            let result: Result<ArtifactKind, any Error> = try ModuleCopy.withBytes(of: module) { bytes in
                Result { try compile(bytes, artifact) }
            }
            let kind = try result.get()
            try systemCall("fsync", "artifact") { fsync(artifact) }
            return .compiled(kind)
        } catch let error as EngineError where error.operation == .compile || error.operation == .parseText {
            return .invalid(error.message)
        } catch {
            return .failed("\(error)")
        }
    }

    private func compile(_ bytes: UnsafeRawBufferPointer, _ artifact: Int32) throws -> ArtifactKind {
        switch try ModuleKind(head: bytes.prefix(64), name: "module") {
        case .module:
            try Module(compiling: bytes, with: engine).serialize { try write($0, to: artifact) }
            return .module
        case .component:
            try Component(compiling: bytes, with: engine).serialize { try write($0, to: artifact) }
            return .component
        case .text:
            return try assemble(bytes).withUnsafeBytes { try compile($0, artifact) }
        }
    }

    private func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let chunk = UnsafeRawBufferPointer(rebasing: rest)
            let count = try systemCall("write", "artifact") { Glibc.write(descriptor, chunk.baseAddress, chunk.count) }
            rest = rest.dropFirst(count)
        }
    }
}
