internal import Cgroups
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import ShimService

extension RuntimeContainer {
    /// Removes a container that has ended; one that was never started is ended for it, as runc does.
    ///
    /// - Parameter force: end it also when it runs.
    package func delete(force: Bool) throws {
        let status = status
        if status == .running || status == .paused, !force {
            throw RuntimeError(
                .wrongState, "cannot delete container \(record.id) that is not stopped: \(status.rawValue)",
                remedy: "martlet kill \(record.id) KILL, or delete --force")
        }
        try RolledBack.throwAny(clear())
    }

    /// Why it could not be made, when nothing is left of it.
    func undone(by error: any Error) -> any Error {
        let failures = clear()
        return failures.isEmpty ? error : RolledBack(error: error, cleanUpFailures: failures)
    }

    /// Ends what there is of it, and gives everything back; the record last, so that it may be tried again.
    ///
    /// - Returns: what went wrong with that.
    func clear() -> [any Error] {
        var failures: [any Error] = []
        func attempt(_ body: () throws -> Void) {
            do { try body() } catch { failures.append(error) }
        }
        if let process = record.process?.open() {
            attempt { try signal(SIGKILL, all: false) }
            _ = try? process.descriptor.waitForEnd(milliseconds: 10_000)
        }
        if let cgroup {
            attempt { try cgroup.kill(signal: SIGKILL) }
            attempt { try cgroup.remove() }
        }
        guard failures.isEmpty else { return failures }
        if record.process != nil, let spec = try? spec {
            runtime.hooks.runAll(spec.hooks?.poststop, stage: "poststop", state: state(spec, .stopped))
        }
        if let own = record.ownFolder { attempt { try removeTree(own) } }
        if failures.isEmpty { attempt { try folder.remove() } }
        return failures
    }
}

extension Runtime {
    /// Removes what is left of a container; with `force` it is no error that there is none.
    package func delete(_ id: String, force: Bool) throws {
        do {
            try container(id).delete(force: force)
        } catch let error as RuntimeError where error.code == .notFound && force {}
    }
}
