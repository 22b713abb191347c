package import Wasm

/// Sees what a core module does. Only a program that a person asked for has one.
package protocol GuestTracer {
    /// Descriptors that it writes to, to be kept open in the guest's process; borrowed.
    var descriptors: [Int32] { get }

    /// Why components are refused, as the rest of a sentence.
    var refusal: String { get }

    /// Links a module so that it is seen. That it can be linked was checked.
    ///
    /// - Parameter linker: what links guests that nobody looks at.
    func link(_ module: Module, _ linker: Linker) throws(EngineError) -> LinkedModule

    /// In the guest's process, before all else of the guest's.
    ///
    /// - Throws: what it writes to can't be opened there.
    func open() throws(GuestError)

    /// The guest's store is made, in its process, and nothing of the guest's has run.
    func begin(_ store: Store)

    /// The guest has ended.
    func finish()
}
