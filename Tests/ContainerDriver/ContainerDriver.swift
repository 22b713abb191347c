internal import CLinux
internal import ContainerInit
internal import EngineProtocol
internal import FoundationEssentials
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import Seccomp
internal import SystemPackage

// Stands for engine and shim in tests of ContainerInit: makes one container of a bundle, in a process that has one
// thread, and says on its standard output what the container reports, a line each. On its standard input it takes
// "start"; the end of it gives the container up. The container's own output goes to the bundle's file "output".
//
// Environment: DRIVER_GUEST=1 runs a guest in this program instead of process.args; DRIVER_PROCS names cgroup.procs
// files, with colons between; DRIVER_HOLD=1, with a new user namespace, waits for the end of an init that fails while
// the first child, held at its own end by ptrace(2), is still its parent.

@main
enum ContainerDriver {
    static func main() throws {
        let bundle = CommandLine.arguments[1]
        warmUp()
        do {
            let plan = try makePlan(bundle)
            for warning in plan.warnings { tell("warning \(warning)") }
            try drive(plan)
        } catch let error as SpecError {
            say(ContainerFailure(error))
        }
    }

    static func makePlan(_ bundle: String) throws -> ContainerPlan {
        let json = try Data(contentsOf: URL(filePath: bundle + "/config.json"))
        let spec = try Spec.decode(json, file: nil)
        let procs = variable("DRIVER_PROCS")?.split(separator: ":").map(String.init) ?? []
        let request = CreateRequest(
            id: splitLast(bundle).last ?? "test", bundle: bundle, rootfs: bundle + "/rootfs", entrypoint: .native,
            cgroup: CgroupPlacement(entryFiles: procs), guestMemoryLimit: nil, descriptors: [],
            options: CreateOptions())
        var plan = try ContainerPlan(spec, request: request)
        plan.profile = try spec.linux?.seccomp.flatMap { try SeccompFilter.compile($0) }
        if variable("DRIVER_GUEST") != nil { plan.guestFilter = try SeccompFilter.builtIn(.guest) }
        let output = try openFile(bundle + "/output", O_WRONLY | O_CREAT | O_APPEND, mode: 0o666).release()
        plan.standardIO = [nil, output, output]
        return plan
    }

    static func drive(_ plan: ContainerPlan) throws {
        try becomeSubreaper()
        let (own, other) = try MessageChannel.socketPair()
        // As in the engine, for the child to find it so.
        _ = signal(SIGCHLD, SIG_IGN)
        let isGuest = variable("DRIVER_GUEST") != nil
        let title = ProcessTitle(arguments: ["guest"], name: "guest")
        try plan.forkFirstChild(
            control: other,
            program: isGuest ? .guest(Program.Guest(code: [], title: title, run: guest)) : .native)
        _ = signal(SIGCHLD, SIG_DFL)
        _ = close(other)
        try serve(plan, MessageChannel(owning: OwnedFileDescriptor(owning: own)))
    }

    /// Does the shim's part.
    static func serve(_ plan: ContainerPlan, _ channel: consuming MessageChannel) throws {
        var initPID: Int32?
        var held: HeldProcess?
        var master: Int32?
        var isOver = false
        while !isOver {
            guard let received = try channel.receive(ContainerReport.self) else {
                tell("running")
                break
            }
            switch received.message {
            case .initStarted(let pid):
                for pidfd in received.descriptors { _ = close(pidfd) }
                initPID = pid
                tell("init \(pid)")
                if let held {
                    held.waitUntilItEnds()
                    tell("held init is \(HeldProcess.fate(of: pid))")
                    held.release()
                }
            case .mapUsers(let pid):
                if variable("DRIVER_HOLD") != nil { held = HeldProcess(pid) }
                try writeIDMaps(
                    of: pid, uidMap: lines(plan.namespaces.uidMappings), gidMap: lines(plan.namespaces.gidMappings))
                try channel.send(ContainerCommand.usersMapped)
            case .runHooks:
                tell("hooks")
                try channel.send(ContainerCommand.hooksRun)
            case .console:
                master = received.descriptors.first
                tell("console")
            case .seccompListener: tell("listener")
            case .created:
                tell("created")
                guard readLine() == "start" else { exit(0) }
                // A container that has ended meanwhile shows at the next receive.
                try? channel.send(ContainerCommand.start)
            case .failed(let failure):
                say(failure)
                isOver = true
            case .declined, .compiling, .running: break
            }
        }
        if let master {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(master, &buffer, buffer.count)
                guard count > 0 else { break }
                tell("terminal \(String(decoding: buffer.prefix(count), as: UTF8.self).debugDescription)")
            }
        }
        while let child = try Reaper.next(blocking: true) {
            if child.pid == initPID { tell("exit \(child.end.status)") }
        }
    }

    /// Says that it runs, and waits for a signal when its argument is "wait".
    static func guest() -> Never {
        let text = "guest runs\n"
        _ = write(1, text, text.utf8.count)
        if variable("DRIVER_GUEST") == "wait" { while true { pause() } }
        _exit(7)
    }

    static func say(_ failure: ContainerFailure) {
        tell(
            "failed \(failure.code.rawValue) \(failure.errno ?? 0) "
                + failure.description.split(separator: "\n").joined(separator: "; "))
    }

    /// Not by print: a child of this process would print its buffer once more.
    static func tell(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = write(1, bytes, bytes.count)
    }

    static func lines(_ mappings: [IDMapping]) -> String {
        mappings.map { "\($0.containerID) \($0.hostID) \($0.size)\n" }.joined()
    }

    static func variable(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }
}
