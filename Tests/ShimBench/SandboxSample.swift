/// What holds a pod's namespaces, from nothing until it runs.
package struct SandboxSample: Codable, Hashable, Sendable {
    /// From before the shim's `start` is spawned to the answer of the last call, milliseconds.
    package var milliseconds: Double
    /// PSS of its process a moment later, kB; it is the only one of its kind then.
    package var pss: Int
}
