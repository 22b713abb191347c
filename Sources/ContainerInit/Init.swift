internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec

/// The container's first process, from its fork to its program.
func runInit(
    _ plan: ContainerPlan, sources: MountSources, _ proc: ProcDirectory,
    _ control: ControlChannel, _ program: Program
) -> Never {
    // Before the mounts: it needs /proc as it is in the host.
    program.title?.apply()
    do throws(ContainerFailure) {
        let start = try setUp(plan, sources: sources, proc, control, program)
        try control.report(.created)
        try control.wait(for: .start)
        try run(plan, start, control, program)
    } catch {
        control.end(error)
    }
}

/// What the hooks of the container are told of it, and what is to be run.
private struct Prepared {
    var state: ContainerState
    var process: ReadyProcess
}

/// Everything up to "created".
private func setUp(
    _ plan: ContainerPlan, sources: MountSources, _ proc: ProcDirectory,
    _ control: ControlChannel, _ program: Program
) throws(ContainerFailure) -> Prepared {
    var state = plan.state
    state.pid = try introduce(plan, proc, control)

    let hostsMounts = try leaveHostsMounts(plan)
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
    try connect(plan, bindAtConsole: true, root: root, control)
    try hidePaths(plan, root: root)
    // Before the root may become read-only.
    _ = try step("process.cwd") { try root.openMakingDirectories(plan.process.workingDirectory) }
    let environment = executableEnvironment(plan.process, root: root)
    try makeReadOnly(root, plan)
    if let hostsMounts {
        try enterRoot(root, inMountsOf: hostsMounts, plan)
    } else {
        try enterRoot(root, plan)
    }

    // What the container's namespaces are called and how they act.
    try setNames(plan)
    try setSysctls(plan, proc)

    let process = try becomeProcess(plan, environment: environment, proc, control, program)
    return Prepared(state: state, process: process)
}

/// From "start" to the program.
private func run(
    _ plan: ContainerPlan, _ prepared: Prepared, _ control: ControlChannel, _ program: Program
) throws(ContainerFailure) -> Never {
    var state = prepared.state
    state.status = .created
    try runHooks(plan.hooks.startContainer, stage: "startContainer", state: state)
    try runProgram(plan, prepared.process, control, program)
}
