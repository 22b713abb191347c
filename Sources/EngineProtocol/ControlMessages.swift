/// What a container's processes tell the shim over their control channel, from Create to Start.
package enum ContainerReport: Codable, Sendable {
    /// A container that was begun can't go on: its process ends, and the engine is to make another.
    case declined
    /// The module is not in the artifact cache: it is being compiled, and nothing else will come until it is.
    case compiling
    /// The first child has made its user namespace: write the maps of this pid, then send `usersMapped`.
    case mapUsers(pid: Int32)
    /// The init process, as the shim's pid namespace numbers it; its pidfd goes with this message, because it may have
    /// ended and be reaped by the time that this is read. It says so itself, first of all; the first child ends
    /// meanwhile, which makes it the shim's child.
    case initStarted(pid: Int32)
    /// Everything is mounted below the root filesystem's path in the container's mount namespace, and the root is not
    /// switched yet: run the prestart and createRuntime hooks, then send `hooksRun`. Sent only if there are some.
    case runHooks
    /// The pty's master goes with this message.
    case console
    /// The seccomp listener goes with this message: before `created`, or after `start`.
    case seccompListener
    /// Set up; waits for `start`.
    case created
    /// The guest's code runs from here on. The end of the channel without `failed` says the same, and is what ends a
    /// set-up: a native entrypoint's end of the channel is close-on-exec, a guest's is closed once its seccomp
    /// filters, which may forbid to send, are in force.
    case running
    /// The end: nothing else will come, and the process ends.
    case failed(ContainerFailure)
}

/// What the shim tells a container's processes.
package enum ContainerCommand: Codable, Sendable {
    /// To a container that was begun: the rest of it. The descriptors go with this message, but for the control
    /// channel, which is this one.
    case create(CreateRequest)
    case usersMapped
    case hooksRun
    case start
}

/// Why a container could not be made or started.
package struct ContainerFailure: Error, Codable, Hashable, Sendable, CustomStringConvertible {
    /// What kind of failure it is; the shim maps it to a status code.
    package enum Code: String, Codable, Sendable {
        /// A field of the specification is wrong, or asks for what can't be done.
        case invalidSpec
        case unsupported
        /// A file that the specification names is not there.
        case notFound
        /// The entrypoint is no module or can't run here: not wasm, truncated, unknown import, absent export.
        case badModule
        /// A system call failed.
        case systemCall
        /// A hook failed.
        case hook
        /// The peer vanished or said what it may not.
        case protocolViolation
    }

    package var code: Code
    /// The step that failed, as a noun phrase: `mounts[3] (/data)`, `hostname`.
    package var step: String
    package var message: String
    /// The errno, when a system call is the cause.
    package var errno: Int32?

    package init(_ code: Code, step: String, message: String, errno: Int32? = nil) {
        self.code = code
        self.step = step
        self.message = message
        self.errno = errno
    }

    package var description: String {
        step.isEmpty ? message : "\(step): \(message)"
    }
}
