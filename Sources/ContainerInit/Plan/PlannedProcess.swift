package import EngineProtocol
package import LinuxSystem
package import Seccomp

/// A process that is planned: a container's first, or one of exec. What is said here is the same for both, and so are
/// the steps that come of it.
package protocol PlannedProcess: Sendable {
    /// The container's.
    var id: String { get }
    var process: ProcessPlan { get }
    var cgroup: CgroupPlacement { get }
    var noNewKeyring: Bool { get }
    var persona: UInt? { get }
    /// The specification's seccomp profile, compiled.
    var profile: SeccompFilter? { get set }
    /// The built-in filter of wasm guests.
    var guestFilter: SeccompFilter? { get set }
    /// Descriptors that become 0, 1 and 2; borrowed, none of them below 3. Nil is /dev/null. Not used when the process
    /// has a terminal.
    var standardIO: [Int32?] { get set }
    /// Descriptors that a native process has from 3 on, in order; borrowed. Nothing else that the process needs lies at
    /// these numbers.
    var preserved: [Int32] { get set }

    /// Forks the first child, which forks the process and ends. To be called in a process that has one thread.
    ///
    /// - Parameter control: the process's line to the shim, borrowed; `ContainerReport` and `ContainerCommand` say
    ///   what passes.
    func forkFirstChild(control: Int32, program: Program) throws(SystemCallError)
}
