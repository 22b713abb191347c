internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import SystemPackage
internal import Wasm

/// A module that is being compiled by a helper process. Dropping the job ends the helper.
///
/// Until the job is finished, other jobs for the same module wait, those of this process too: so finish whichever is
/// readable, not one after the other.
package final class CompileJob {
    private let result: OwnedFileDescriptor
    /// The file that the helper has locked. Unlocked explicitly: processes forked meanwhile have it open, too.
    private let lock: OwnedFileDescriptor
    /// The helper. Not to be waited for by others.
    package let pid: Int32
    let digest: String
    /// The module's file, as messages name it.
    let name: String
    private let temporary: String
    /// What the component is lowered to, if it can be; empty if not.
    private let lowered: String?
    private let cache: ArtifactCache
    private var isFinished = false

    init(
        result: consuming OwnedFileDescriptor, lock: consuming OwnedFileDescriptor, pid: Int32, digest: String,
        temporary: String, lowered: String?, name: String, cache: ArtifactCache
    ) {
        self.result = result
        self.lock = lock
        self.pid = pid
        self.digest = digest
        self.temporary = temporary
        self.lowered = lowered
        self.name = name
        self.cache = cache
    }

    deinit {
        if !isFinished {
            // While the helper has not closed its end of the pipe it lives, so the number is still its own.
            var end = pollfd(fd: result.raw, events: 0, revents: 0)
            if poll(&end, 1, 0) == 0 {
                _ = kill(pid, SIGKILL)
            }
            reap()
            discard()
            _ = martlet_unlock(lock.raw)
        }
    }

    /// To poll for POLLIN or POLLHUP: then ``ModuleLoader/finish(_:)`` won't block for long. Borrowed.
    package var resultDescriptor: Int32 { result.raw }

    /// Waits for the helper's answer and takes its artifact over.
    ///
    /// - Throws: ``GuestError``: the module is invalid, a limit was met, a system call failed.
    func finish(limits: Compiler.Limits) throws(GuestError) {
        isFinished = true
        defer { _ = martlet_unlock(lock.raw) }
        var answer: [UInt8] = []
        do throws(SystemCallError) {
            var buffer = [UInt8](repeating: 0, count: 32 << 10)
            while true {
                let count = try systemCall("read", "compiler") {
                    buffer.withUnsafeMutableBytes { read(result.raw, $0.baseAddress, $0.count) }
                }
                if count == 0 { break }
                answer += buffer.prefix(count)
            }
            reap()
            if case .compiled(let kind) = CompileResult(answer) {
                return try adopt(kind)
            }
        } catch {
            discard()
            throw GuestError(error)
        }
        discard()
        switch CompileResult(answer) {
        case .present, .compiled:
            return
        case .invalid(let message):
            throw GuestError(.invalidModule, "\(name) can't be compiled: \(EngineError.sentence(message))")
        case .failed(let message):
            throw GuestError(.compilerFailed, "\(name) was not compiled: \(message)")
        case nil:
            throw GuestError(
                .compilerFailed,
                "\(name) was not compiled: the compiler died, most likely at one of its limits (\(limits.memory >> 20) MiB of "
                    + "memory, \(limits.cpuSeconds) s of CPU time, \(limits.artifact >> 20) MiB of artifact)")
        }
    }

    private func adopt(_ kind: ArtifactKind) throws(SystemCallError) {
        // First, so that who finds the component finds it too.
        if let lowered, cache.hasContent(lowered) {
            try cache.adopt(lowered, as: digest, .lowered)
        } else if let lowered {
            cache.discard(lowered)
        }
        try cache.adopt(temporary, as: digest, kind)
    }

    private func discard() {
        cache.discard(temporary)
        if let lowered { cache.discard(lowered) }
    }

    /// Leaves no zombie. Where the process ignores SIGCHLD there is none, and ECHILD says so.
    private func reap() {
        _ = attempt { waitpid(pid, nil, 0) }
    }
}
