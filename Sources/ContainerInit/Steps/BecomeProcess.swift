internal import CLinux
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import Seccomp
internal import SystemPackage

// What the first process of a container and those of exec have in common, from their fork to their program.

/// Tells the shim of this process, and parts it from the session and the keys of whoever made it.
///
/// - Returns: the process's pid as the shim knows it.
func introduce(
    _ plan: some PlannedProcess, _ proc: ProcDirectory, _ control: ControlChannel
) throws(ContainerFailure) -> Int32 {
    // The runtime's /proc says this process's pid as the runtime knows it.
    let pid = try step("/proc") { try proc.ownPID() }
    let own = try step("pidfd") { try ProcessDescriptor(pid: getpid()) }
    try control.report(.initStarted(pid: pid), descriptors: [own.raw])
    _ = consume own
    // Before a terminal can become this session's, and so that no signal of the shim's terminal comes here.
    try step("session") { try becomeSessionLeader() }
    // Before anything that may ask for a key.
    if !plan.noNewKeyring { try step("keyring") { try joinSessionKeyring("_ses.\(plan.id)") } }
    // Modes are as they are said, until the process gets its own mask.
    _ = umask(0)
    return pid
}

/// The standard streams: a terminal of the container's, or what the shim opened.
func connect(
    _ plan: some PlannedProcess, bindAtConsole: Bool, root: borrowing RootDirectory, _ control: ControlChannel
) throws(ContainerFailure) {
    if plan.process.terminal {
        try openConsole(plan.process, bindAtConsole: bindAtConsole, root: root, control)
    } else {
        try connectStandardIO(plan.standardIO, root: root)
    }
}

/// Makes this process, which is in its namespaces and its root, what the specification says of it: from what takes the
/// most privilege to what takes the least.
///
/// - Returns: what there is to be run, and how.
func becomeProcess(
    _ plan: some PlannedProcess, environment: [String], _ proc: ProcDirectory, _ control: ControlChannel,
    _ program: Program
) throws(ContainerFailure) -> ReadyProcess {
    let opened = if case .guest(let guest) = program { guest.open(proc) } else { [] as [Int32] }
    try setScheduling(plan.process)
    try setLimits(plan.process)
    if let persona = plan.persona { try step("linux.personality") { try setPersonality(persona) } }
    let isNative = if case .native = program { true } else { false }
    let labels = try setLabels(plan.process.labels, isExecuted: isNative, proc)
    // A guest is never executed, so it loses nothing by it, and its filters can be set as late as those of
    // processes that ask for it.
    let refusesPrivileges = plan.process.noNewPrivileges || !isNative
    if refusesPrivileges { try step("process.noNewPrivileges") { try Credentials.refuseNewPrivileges() } }
    // Without no_new_privs a filter takes CAP_SYS_ADMIN, which may be gone in a moment.
    if !refusesPrivileges { try installProfile(plan, control) }
    _ = umask(mode_t(plan.process.user.umask ?? 0o022))
    try takeOnUser(plan.process, isExecuted: isNative)

    // From here on it is the container's process. A missing program is said before the start.
    let executable: Executable? =
        isNative ? Executable(path: try findExecutable(plan.process), environment: environment) : nil
    // Ends on SIGTERM while it waits, though it may be the first of its pid namespace; a guest always does.
    try step("signals") {
        try Signals.endOnTermination()
        if case .guest = program {
            try Signals.acceptMemoryLimits()
            if plan.guestFilter != nil { try Signals.answerTrappedOpens() }
        }
    }
    // What is open now would be the guest's: of the engine, the host's /proc, the shim's other containers.
    var kept = [control.raw] + labels.map(\.file) + placesOfPreserved(plan)
    if case .guest(let guest) = program { kept += guest.code + opened }
    // Its executable, its mappings and what stays open are the node's files: nobody in the container may get at
    // them through /proc (a native process is executed from the container's own files instead).
    if !isNative { try step("/proc") { try Credentials.setDumpable(false) } }
    try step("descriptors") {
        try closeDescriptors(except: kept)
        try closeOnExec(control.raw)
    }
    return ReadyProcess(executable: executable, labels: labels)
}

/// A process that waits for its start.
struct ReadyProcess {
    /// The native program.
    let executable: Executable?
    /// A guest's.
    let labels: [PendingLabel]
}

/// Becomes the program, with the last of its filters in force.
func runProgram(
    _ plan: some PlannedProcess, _ ready: ReadyProcess, _ control: ControlChannel, _ program: Program
) throws(ContainerFailure) -> Never {
    switch program {
    case .native:
        // As late as can be: nothing but the execve has to be allowed by it.
        if plan.process.noNewPrivileges { try installProfile(plan, control) }
        guard let executable = ready.executable else { preconditionFailure("no program was looked for") }
        throw execute(executable.path, plan.process, environment: executable.environment)
    case .guest(let guest):
        // The built-in filter first: it lets the second be set, which may not let anything be.
        if let filter = plan.guestFilter { try step("the guest's seccomp filter") { _ = try filter.install() } }
        try installProfile(plan, control)
        for label in ready.labels { try label.takeOn() }
        // The end of the channel tells the shim that the guest runs.
        _ = close(control.raw)
        guest.run()
    case .parked:
        _ = close(control.raw)
        martlet_park()
    }
}

/// The specification's seccomp profile; its listener goes to the shim.
private func installProfile(
    _ plan: some PlannedProcess, _ control: ControlChannel
) throws(ContainerFailure) {
    guard let profile = plan.profile else { return }
    let listener = try step("linux.seccomp") { try profile.install() }
    guard let listener else { return }
    try control.report(.seccompListener, descriptors: [listener])
    _ = close(listener)
}
