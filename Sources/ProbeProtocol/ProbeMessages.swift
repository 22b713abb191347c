package import EngineProtocol

// Design rule of this target: the words between the command and martlet-probe, which links the engine in the command's
// stead. Nothing else has them, so that neither the shim nor the engine grows by them.

/// What martlet-probe is asked for: its only argument, as JSON. The module is its standard input, the answer its
/// standard output.
package struct ProbeRequest: Codable, Sendable {
    package enum Work: String, Codable, Sendable {
        /// Whether the module is in the cache, and could be run. Changes nothing: what must be compiled for it goes to
        /// `scratch`.
        case check
        /// Puts the module into the cache.
        case compile
        /// Which artifacts of the cache the engine takes.
        case verify
        /// Turns text into the binary format, which is the answer.
        case assemble
    }

    package var work: Work
    /// The node's.
    package var settings: EngineSettings
    /// A folder of this request's own; for `check`.
    package var scratch: String?
    /// The module's file, as messages shall name it.
    package var name: String
    /// The function to run, if one is named.
    package var function: String?
    /// Whether it is compiled as a module that answers HTTP requests, if it is a module; for `compile`.
    package var servesModule = false

    package init(_ work: Work, settings: EngineSettings, scratch: String? = nil, name: String, function: String? = nil)
    {
        self.work = work
        self.settings = settings
        self.scratch = scratch
        self.name = name
        self.function = function
    }
}

/// What martlet-probe answers, but to `assemble`.
package struct ProbeReport: Codable, Hashable, Sendable {
    /// Why a module would not run here.
    package struct Problem: Codable, Hashable, Sendable {
        /// As `GuestError.Code` has it.
        package var code: String
        /// One sentence that names the thing.
        package var message: String

        package init(code: String, message: String) {
            self.code = code
            self.message = message
        }
    }

    package enum Verdict: String, Codable, Sendable {
        case usable
        case refused
        /// Made by another version of the engine, or with other settings.
        case foreign
    }

    /// Of the engine, as `47.0.1`.
    package var engine: String
    /// Whether a compiled module was in the cache before.
    package var wasCached = false
    /// Whether a component that is served is lowered for that: see `LoweredComponent`.
    package var isLowered: Bool?
    /// Whether it is a component that answers HTTP requests.
    package var isServed = false
    package var problem: Problem?
    /// By their names: the answer to `verify`.
    package var artifacts: [String: Verdict] = [:]

    package init(engine: String) {
        self.engine = engine
    }
}
