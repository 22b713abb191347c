package import OCISpec

/// What the shim asks of the engine over the engine's socket.
///
/// The engine answers nothing there but `EngineReport.ready`: what becomes of a request is said on the control
/// channel that goes with it.
package enum EngineRequest: Codable, Sendable {
    /// Sent once, first.
    case configure(EngineSettings)
    /// The shim has been started for this bundle and its Create will come: read what can be read now.
    case prepare(PrepareRequest)
    /// The container's cgroup is there: fork its first process, which waits for `ContainerCommand.create` on the control
    /// channel that goes with this, the only descriptor. A container that can't be begun so is not: the channel ends.
    case begin(BeginRequest)
    /// Make a process of a container: its first, or one of Exec.
    case create(CreateRequest)
}

/// What the engine says of itself.
package enum EngineReport: Codable, Sendable {
    /// Loaded; requests are served from now on.
    case ready(engineVersion: String)
}

/// A bundle whose Create is expected.
package struct PrepareRequest: Codable, Sendable {
    /// Absolute.
    package var bundle: String

    package init(bundle: String) {
        self.bundle = bundle
    }
}

/// A container whose Create is expected, as far as it is known. What Create says must be the same.
package struct BeginRequest: Codable, Sendable {
    package var id: String
    /// Absolute.
    package var bundle: String
    /// Absolute path where the root filesystem will be mounted.
    package var rootfs: String
    package var cgroup: CgroupPlacement

    package init(id: String, bundle: String, rootfs: String, cgroup: CgroupPlacement) {
        self.id = id
        self.bundle = bundle
        self.rootfs = rootfs
        self.cgroup = cgroup
    }
}

/// A process of a container to be made up to "created": the first with the container, one of Exec in it.
package struct CreateRequest: Codable, Sendable {
    package var id: String
    /// Absolute; `config.json` is read from it by the engine.
    package var bundle: String
    /// Absolute path of the mounted root filesystem, in the shim's mount namespace.
    package var rootfs: String
    package var entrypoint: Entrypoint
    package var cgroup: CgroupPlacement
    /// What each of a guest's linear memories may take, in bytes; nil is no limit.
    package var guestMemoryLimit: UInt64?
    /// What each descriptor that came with the message is, in order.
    package var descriptors: [DescriptorRole]
    /// Runtime options that shape the set-up.
    package var options: CreateOptions
    /// Mounts beside those of the specification, in place of those that it has for the same destinations.
    package var podMounts: [Mount]
    /// What is to be made instead of the container's first process.
    package var exec: ExecTarget?

    package init(
        id: String, bundle: String, rootfs: String, entrypoint: Entrypoint, cgroup: CgroupPlacement,
        guestMemoryLimit: UInt64?, descriptors: [DescriptorRole], options: CreateOptions, podMounts: [Mount] = [],
        exec: ExecTarget? = nil
    ) {
        self.id = id
        self.bundle = bundle
        self.rootfs = rootfs
        self.entrypoint = entrypoint
        self.cgroup = cgroup
        self.guestMemoryLimit = guestMemoryLimit
        self.descriptors = descriptors
        self.options = options
        self.podMounts = podMounts
        self.exec = exec
    }
}

/// A process of Exec. The pidfd of the container's first process goes with the request as
/// `DescriptorRole.containerInit`, its root as `DescriptorRole.root`.
package struct ExecTarget: Codable, Sendable {
    package var process: Process
    /// Of the container's first process, in the shim's pid namespace.
    package var initPid: Int32

    package init(process: Process, initPid: Int32) {
        self.process = process
        self.initPid = initPid
    }
}

/// What a container runs.
package enum Entrypoint: Codable, Hashable, Sendable {
    /// A module, component or WAT text, whose open file goes with the message as `DescriptorRole.module`.
    /// `path` is how the specification names it (for messages); `function` is what follows `#`, if anything.
    case wasm(path: String, function: String?)
    /// `execve` of `process.args[0]`, looked up in the container's own PATH.
    case native
    /// Nothing: the process is there for its namespaces, and reaps what becomes its child, until it is ended. A pod's
    /// sandbox.
    case parked
}

/// The part of a descriptor that goes with a message.
package enum DescriptorRole: String, Codable, Sendable {
    /// The child's end of the control channel.
    case control
    case stdin, stdout, stderr
    /// The module's file, open for reading.
    case module
    /// The pidfd of the first process of the container that an exec enters.
    case containerInit
    /// That process's root directory, opened with `O_PATH`.
    case root
    /// One that a native process is to have: the first as 3, the next as 4. The one role that may come again.
    case preserved
}

/// The cgroup that the first child enters before it does anything else.
package struct CgroupPlacement: Codable, Hashable, Sendable {
    /// Absolute paths of the files that the child writes itself to, in order, while it has one thread.
    package var entryFiles: [String]

    package init(entryFiles: [String]) {
        self.entryFiles = entryFiles
    }
}

/// Runtime options that shape a container's set-up.
package struct CreateOptions: Codable, Hashable, Sendable {
    package var noNewKeyring: Bool
    /// How the built-in filter of wasm guests acts.
    package var guestSeccomp: GuestSeccomp
    /// Variables of a native process after those of the specification, as `NAME=value`.
    package var environment: [String] = []

    package init(noNewKeyring: Bool = false, guestSeccomp: GuestSeccomp = .enforce) {
        self.noNewKeyring = noNewKeyring
        self.guestSeccomp = guestSeccomp
    }
}

/// How the built-in seccomp filter of wasm guests acts on a call that the engine does not need.
package enum GuestSeccomp: String, Codable, Sendable {
    /// EPERM.
    case enforce
    /// The kernel logs it and lets it pass.
    case log
    case off
}
