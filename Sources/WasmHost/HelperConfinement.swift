internal import CLinux
internal import Glibc
internal import LinuxSystem

/// What a process gives up before it parses or compiles what a module's author wrote.
package enum HelperConfinement {
    /// Takes from this process what it does not need: descriptors, resources, privileges, the network.
    ///
    /// - Parameters:
    ///   - kept: the descriptors that stay open, beside 0 to 2, which become /dev/null.
    ///   - confine: comes last, and installs the seccomp filter.
    package static func enter(keeping kept: [Int32], limits: Compiler.Limits, confine: () throws -> Void) throws {
        let null = try openFile("/dev/null", O_RDWR).release()
        for descriptor: Int32 in 0...2 {
            try systemCall("dup2", "/dev/null") { dup2(null, descriptor) }
        }
        try closeDescriptors(except: kept)
        try setLimit(.data, soft: limits.memory, hard: limits.memory)
        try setLimit(.cpu, soft: limits.cpuSeconds, hard: limits.cpuSeconds)
        try setLimit(.fileSize, soft: limits.artifact, hard: limits.artifact)
        try setLimit(.core, soft: 0, hard: 0)
        if geteuid() == 0 {
            try unshareNamespaces([.network, .ipc])
            try Credentials.setGroups([])
            try Credentials.setGroup(nobody)
            // This drops the capabilities as well (capabilities(7)).
            try Credentials.setUser(nobody)
            // A change of user clears it.
            try dieWithParent()
        }
        try Credentials.refuseNewPrivileges()
        try confine()
    }

    private static let nobody: UInt32 = 65534
}
