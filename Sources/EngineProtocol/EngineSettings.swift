internal import LinuxSystem

/// How an engine is set up for its whole life: the first message that it is sent (`EngineRequest.configure`).
///
/// The shim fills it from the configuration file; the names are that file's keys.
package struct EngineSettings: Codable, Hashable, Sendable {
    /// Where compiled modules are kept; absolute, made when it is absent.
    package var cacheDirectory = "/var/lib/martlet/cache"
    /// Bytes that the cache may take before the least recently used artifacts go.
    package var cacheLimit: UInt64 = 2 << 30
    /// Bytes of memory that compiling one module may take.
    package var compilerMemoryLimit: UInt64 = 2 << 30
    package var features = EngineFeatures()
    /// Only for martlet-probe; the engine has none.
    package var instruments: Instruments?

    package init() {}
}

/// What martlet-probe does beside running a module.
package struct Instruments: Codable, Hashable, Sendable {
    package var trace: TraceSettings?
    package var profile: ProfileSettings?
    package var perf: PerfFormat?
    /// Whether debuggers can look into guests.
    package var debugInfo = false

    package init() {}
}

/// How perf(1) is told of the functions of guests.
package enum PerfFormat: String, Codable, CaseIterable, Sendable {
    case map, jitdump
}

/// How a module's stack is sampled.
package struct ProfileSettings: Codable, Hashable, Sendable {
    /// An absolute path, for the Firefox profiler's JSON.
    package var output: String
    /// What the profile calls the module.
    package var name: String
    /// Milliseconds between two samples.
    package var interval: Int32

    package init(output: String, name: String, interval: Int32) {
        self.output = output
        self.name = name
        self.interval = interval
    }
}

/// How the calls of a module are written down.
package struct TraceSettings: Codable, Hashable, Sendable {
    /// An absolute path; nil: the guest's standard error.
    package var output: String?
    /// Whether the container's annotation asked for it, instead of a person on the node: `output` is a path in the
    /// container, which the guest's process opens as the container's user.
    package var isByAnnotation = false
    /// Not each call, but how many there were of each function, and how long they took.
    package var summary = false
    /// How many bytes of a text are shown.
    package var shown = 64

    package init() {}
}

/// What guests may use, where that is not wasmtime's own default (nil), and how much of it.
/// All of it is part of an artifact's cache key.
package struct EngineFeatures: Codable, Hashable, Sendable {
    package var gc: Bool?
    package var exceptions: Bool?
    package var threads: Bool?
    package var memory64: Bool?
    package var tailCalls: Bool?
    package var relaxedSIMD: Bool?
    package var multiMemory: Bool?
    package var functionReferences: Bool?
    /// Bytes of native stack that a guest may use.
    package var maxWasmStack: UInt64?

    package init() {}
}

/// What a process that serves counts in memory with a name (`SharedCounter`), for `martlet ps`.
package enum ServedFigures {
    /// Requests that were answered, or broken off.
    package static let requests = "martlet-requests"
}

/// The descriptors that the shim passes to a new engine on exec.
package enum EngineSocket {
    /// Its socket.
    package static let descriptor: Int32 = 3
    /// The read-only tree that it is executed from, if there is one; open for the engine's whole life.
    package static let tree: Int32 = 4
    /// The argument of martlet-probe by which it takes one create and ends.
    package static let once = "once"
    /// The argument of martlet-server by which it runs a command that sends requests, as the engine runs others.
    package static let command = "command"
    /// The variable by which a program in that tree finds its library: its own notion of where it lies ends at the mount.
    package static var libraries: String { "LD_LIBRARY_PATH=\(pathOf(descriptor: tree))/lib/martlet" }
}
