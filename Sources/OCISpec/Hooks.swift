/// Commands that are run at the stages of a container's life (config.md, "POSIX-platform Hooks").
package struct Hooks: Codable, Hashable, Sendable {
    package var prestart: [Hook]?
    package var createRuntime: [Hook]?
    package var createContainer: [Hook]?
    package var startContainer: [Hook]?
    package var poststart: [Hook]?
    package var poststop: [Hook]?

    package init() {}

    /// The stages by their names, in the order of a container's life.
    package enum Stage: String, CaseIterable, Sendable {
        case prestart, createRuntime, createContainer, startContainer, poststart, poststop
    }

    package subscript(stage: Stage) -> [Hook] {
        get { self[keyPath: Self.member(stage)] ?? [] }
        set { self[keyPath: Self.member(stage)] = newValue }
    }

    private static func member(_ stage: Stage) -> WritableKeyPath<Hooks, [Hook]?> {
        switch stage {
        case .prestart: \.prestart
        case .createRuntime: \.createRuntime
        case .createContainer: \.createContainer
        case .startContainer: \.startContainer
        case .poststart: \.poststart
        case .poststop: \.poststop
        }
    }
}

/// A command of a stage.
package struct Hook: Codable, Hashable, Sendable {
    /// Absolute.
    package var path: String
    /// The whole argv, `argv[0]` included; `[path]` when absent.
    package var args: [String]?
    package var env: [String]?
    /// Seconds after which the hook is killed; greater than zero.
    package var timeout: Int?

    package init(path: String, args: [String]? = nil, env: [String]? = nil, timeout: Int? = nil) {
        self.path = path
        self.args = args
        self.env = env
        self.timeout = timeout
    }
}

/// What a hook is given on its standard input, and what `state` answers (runtime.md, "State").
package struct ContainerState: Codable, Hashable, Sendable {
    /// The states that the specification names.
    package enum Status: String, Codable, Sendable {
        case creating, created, running, stopped
    }

    package var ociVersion: String
    package var id: String
    package var status: Status
    /// The init process in the runtime's pid namespace.
    package var pid: Int32?
    /// Absolute.
    package var bundle: String
    package var annotations: [String: String]?

    package init(
        ociVersion: String, id: String, status: Status, pid: Int32?, bundle: String, annotations: [String: String]?
    ) {
        self.ociVersion = ociVersion
        self.id = id
        self.status = status
        self.pid = pid
        self.bundle = bundle
        self.annotations = annotations
    }
}
