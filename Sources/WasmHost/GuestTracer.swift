package import Wasm

/// Sees the calls of a core module's imports. Only a program that a person asked for has one.
package protocol GuestTracer {
    /// Descriptors that it writes to, to be kept open in the guest's process; borrowed.
    var descriptors: [Int32] { get }

    /// Links a module so that its calls are seen. That it can be linked was checked.
    func link(_ module: Module) throws(EngineError) -> LinkedModule

    /// The guest has ended.
    func finish()
}
