internal import Bundle
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
package import OCISpec
internal import ShimService

extension RuntimeContainer {
    /// Makes a process in the container and lets it run.
    ///
    /// - Parameter pidFile: where its pid is written once it runs.
    package func exec(_ process: Process, _ streams: ProcessStreams, pidFile: String?) throws -> AttendedProcess? {
        if streams.isAttended { try becomeSubreaper() }
        let status = status
        guard status == .running || status == .created, let initial = record.process?.open() else {
            throw wrongState("exec in", status, expected: "created or running")
        }
        let place = "/proc/\(initial.descriptor.pid)/root"
        let root = HeldDescriptor(try openFile(place, OpenFlag.path | O_DIRECTORY))
        // Only then it is sure whose root was opened.
        if try initial.descriptor.waitForEnd(milliseconds: 0) {
            throw wrongState("exec in", .stopped, expected: "running")
        }
        let raw = root.descriptor.raw
        // The configuration as it was at Create.
        let bundle = try folder.bundle
        let target = ExecTarget(process: process, initPid: initial.descriptor.pid)
        let cgroup = try requireCgroup()
        let launch = ProcessLaunch(runtime: runtime, record: record, spec: try spec, streams: streams)
        let launched = try launch.run(
            process, resolver: EntrypointResolver(bundle: bundle, rootfs: pathOf(descriptor: raw), mounts: []),
            others: [(.containerInit, initial.descriptor.raw), (.root, raw)]
        ) { entrypoint, descriptors in
            try engineRequest(entrypoint, descriptors, bundle: bundle.path, cgroup, exec: target)
        }
        withExtendedLifetime(root) {}
        do {
            if launched.isGuest { try add(guest: launched.pid) }
            let attended = streams.isAttended ? try AttendedProcess(launched) : nil
            try conversation(try spec, pid: launched.pid).serve(launched.control) {
                try $0.send(ContainerCommand.start)
            }
            try runtime.writePidFile(pidFile, launched.pid)
            return attended
        } catch {
            try? launched.process.descriptor.send(signal: SIGKILL)
            throw error
        }
    }

    /// The process that an exec is when only its arguments are told: as the container's first, with its own arguments.
    package var processTemplate: Process {
        get throws {
            guard var process = try spec.process else { preconditionFailure("a container without a process") }
            process.args = []
            process.terminal = false
            process.consoleSize = nil
            return process
        }
    }
}
