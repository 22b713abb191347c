internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import SystemPackage

/// Gives the process a pseudo-terminal of the container's own devpts as its descriptors 0 to 2 and controlling
/// terminal, binds it at /dev/console, and hands the master to the shim.
///
/// No path of the container is trusted: the master is known by the kind of its filesystem, the slave is opened through
/// the master.
func openConsole(
    _ process: ProcessPlan, bindAtConsole: Bool, root: borrowing RootDirectory, _ control: ControlChannel
) throws(ContainerFailure) {
    let master = try step("process.terminal") { try openMaster(root) }
    let slave = try step("process.terminal") { try openTerminalPeer(of: master.raw) }
    if let size = process.consoleSize {
        try step("process.consoleSize") {
            try setWindowSize(of: slave.raw, rows: size.height, columns: size.width)
        }
    }
    if bindAtConsole {
        try step("/dev/console") {
            let target = try root.openMakingFile("/dev/console")
            try mountFileSystem(
                source: pathOf(descriptor: slave.raw), target: pathOf(descriptor: target.raw), flags: .bind,
                name: "/dev/console")
        }
    }
    try step("process.terminal") {
        try setControllingTerminal(slave.raw)
        for target in Int32(0)...2 { try duplicate(slave.raw, to: target) }
    }
    try control.report(.console, descriptors: [master.raw])
}

private func openMaster(_ root: borrowing RootDirectory) throws(SystemCallError) -> OwnedFileDescriptor {
    let master = try root.open("/dev/pts/ptmx", O_RDWR | O_NOCTTY)
    guard try FileSystemInfo(of: master.raw, name: "/dev/pts/ptmx").type == FileSystemInfo.devpts else {
        throw SystemCallError(
            "open", "/dev/pts/ptmx", errno: .inappropriateIOCTLForDevice,
            remedy: "a terminal needs a mount of type devpts at /dev/pts")
    }
    return master
}

/// Makes the shim's descriptors the process's 0 to 2; what is missing is the null device.
///
/// The null device is always the container's own, also where the shim gave the host's: the guest could change the mode
/// of the host's.
func connectStandardIO(
    _ descriptors: [Int32?], root: borrowing RootDirectory
) throws(ContainerFailure) {
    for (target, source) in zip(Int32(0)...2, descriptors) {
        try step("stdio") {
            if let source, try !isNull(source) {
                try duplicate(source, to: target)
            } else {
                let null = try root.open("/dev/null", O_RDWR | O_NOFOLLOW)
                guard try isNull(null.raw) else {
                    throw SystemCallError("open", "/dev/null", errno: .operationNotSupportedByDevice)
                }
                try duplicate(null.raw, to: target)
            }
        }
    }
}

private func isNull(_ descriptor: Int32) throws(SystemCallError) -> Bool {
    let status = try FileStatus(of: descriptor)
    return status.kind == .characterDevice && status.representedDevice == DevicePlan.null
}
