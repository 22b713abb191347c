internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import Seccomp
internal import SystemPackage

/// The container's first process, from its fork to its program.
func runInit(
    _ plan: ContainerPlan, sources: MountSources, _ proc: ProcDirectory,
    _ control: ControlChannel, _ program: Program
) -> Never {
    // Before the mounts: it needs /proc as it is in the host.
    if case .guest(let guest) = program { guest.title.apply() }
    do throws(ContainerFailure) {
        let start = try setUp(plan, sources: sources, proc, control, program)
        try control.report(.created)
        try control.wait(for: .start)
        try run(plan, start, control, program)
    } catch {
        control.end(error)
    }
}

/// What is known of the native program when the container is created.
private struct Executable {
    let path: String
    let environment: [String]
}

/// What the hooks of the container are told of it, and where its program is.
private struct Prepared {
    var state: ContainerState
    var executable: Executable?
}

/// Everything up to "created".
private func setUp(
    _ plan: ContainerPlan, sources: MountSources, _ proc: ProcDirectory,
    _ control: ControlChannel, _ program: Program
) throws(ContainerFailure) -> Prepared {
    // The runtime's /proc says this process's pid as the runtime knows it.
    var state = plan.state
    state.pid = try step("/proc") { try proc.ownPID() }
    let own = try step("pidfd") { try ProcessDescriptor(pid: getpid()) }
    try control.report(.initStarted(pid: state.pid ?? 0), descriptors: [own.raw])
    _ = consume own
    // Before a terminal can become this session's, and so that no signal of the shim's terminal comes here.
    try step("session") { try becomeSessionLeader() }
    // Before anything that may ask for a key.
    if !plan.noNewKeyring { try step("keyring") { try joinSessionKeyring("_ses.\(plan.id)") } }
    // Modes are as they are said, until the process gets its own mask.
    _ = umask(0)

    // The filesystem. All of it before the root is entered: see `prepareRoot`.
    let root = try prepareRoot(plan)
    try makeMounts(plan, sources: sources, root: root)
    // After the mounts, of which /dev is one.
    try makeDevices(plan, root: root)
    // With everything mounted and the host's tree still there: these hooks add devices and mounts of the host.
    if !(plan.hooks.prestart ?? []).isEmpty || !(plan.hooks.createRuntime ?? []).isEmpty {
        try control.report(.runHooks)
        try control.wait(for: .hooksRun)
    }
    try runHooks(plan.hooks.createContainer, stage: "createContainer", state: state)
    try connect(plan, root, control)
    try hidePaths(plan, root: root)
    // Before the root may become read-only.
    _ = try step("process.cwd") { try root.openMakingDirectories(plan.process.workingDirectory) }
    let environment = executableEnvironment(plan.process, root: root)
    try makeReadOnly(root, plan)
    try enterRoot(root, plan)

    // What the container's namespaces are called and how they act.
    try setNames(plan)
    try setSysctls(plan, proc)

    // The process: from what takes the most privilege to what takes the least.
    try setScheduling(plan.process)
    try setLimits(plan.process)
    if let persona = plan.persona { try step("linux.personality") { try setPersonality(persona) } }
    let isNative = if case .native = program { true } else { false }
    try setLabels(plan.process.labels, isExecuted: isNative, proc)
    // A guest is never executed, so it loses nothing by it, and its filters can be set as late as those of
    // processes that ask for it.
    let refusesPrivileges = plan.process.noNewPrivileges || !isNative
    if refusesPrivileges { try step("process.noNewPrivileges") { try Credentials.refuseNewPrivileges() } }
    // Without no_new_privs a filter takes CAP_SYS_ADMIN, which may be gone in a moment.
    if !refusesPrivileges { try installProfile(plan, control) }
    _ = umask(mode_t(plan.process.user.umask ?? 0o022))
    try takeOnUser(plan.process)

    // From here on it is the container's process. A missing program is said at Create.
    let executable: Executable? =
        isNative ? Executable(path: try findExecutable(plan.process), environment: environment) : nil
    // Ends on SIGTERM while it waits, though it may be the first of its pid namespace; a guest always does.
    try step("signals") { try Signals.endOnTermination() }
    // What is open now would be the guest's: of the engine, the host's /proc, the shim's other containers.
    var kept = [control.raw]
    if case .guest(let guest) = program {
        kept += guest.code
        // Its executable, its mappings and what stays open are the node's files: nobody in the container may get at
        // them through /proc (a native process is executed from the container's own files instead).
        try step("/proc") { try Credentials.setDumpable(false) }
    }
    try step("descriptors") {
        try closeDescriptors(except: kept)
        try closeOnExec(control.raw)
    }
    return Prepared(state: state, executable: executable)
}

/// The standard streams: a terminal of the container's, or what the shim opened.
private func connect(
    _ plan: ContainerPlan, _ root: borrowing RootDirectory, _ control: ControlChannel
) throws(ContainerFailure) {
    if plan.process.terminal {
        try openConsole(plan.process, bindAtConsole: true, root: root, control)
    } else {
        try connectStandardIO(plan.standardIO, root: root)
    }
}

/// From "start" to the program.
private func run(
    _ plan: ContainerPlan, _ prepared: Prepared, _ control: ControlChannel, _ program: Program
) throws(ContainerFailure) -> Never {
    var state = prepared.state
    state.status = .created
    try runHooks(plan.hooks.startContainer, stage: "startContainer", state: state)
    switch program {
    case .native:
        // As late as can be: nothing but the execve has to be allowed by it.
        if plan.process.noNewPrivileges { try installProfile(plan, control) }
        guard let executable = prepared.executable else { preconditionFailure("no program was looked for") }
        throw execute(executable.path, plan.process, environment: executable.environment)
    case .guest(let guest):
        // The built-in filter first: it lets the second be set, which may not let anything be.
        if let filter = plan.guestFilter { try step("the guest's seccomp filter") { _ = try filter.install() } }
        try installProfile(plan, control)
        // The end of the channel tells the shim that the guest runs.
        _ = close(control.raw)
        guest.run()
    }
}

/// The specification's seccomp profile; its listener goes to the shim.
private func installProfile(
    _ plan: ContainerPlan, _ control: ControlChannel
) throws(ContainerFailure) {
    guard let profile = plan.profile else { return }
    let listener = try step("linux.seccomp") { try profile.install() }
    guard let listener else { return }
    try control.report(.seccompListener, descriptors: [listener])
    _ = close(listener)
}
