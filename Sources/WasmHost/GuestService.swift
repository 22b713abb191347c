package import Wasm

/// What serves guests that answer HTTP requests. It needs a server and threads, so it is no part of this library,
/// nor of the engine that each pod has: a program that has one gives it to its ``GuestHost``.
package protocol GuestService: Sendable {
    /// How many requests are served at once, at the most.
    var mostGuests: Int { get }

    /// Whether a guest has so much for its memories to begin with that it is mapped, and not copied for each instance.
    ///
    /// - Parameter module: open for reading; borrowed.
    func mapsMemories(of module: Int32) -> Bool

    /// Defines the interfaces of a served component's world, in a linker that has WASI 0.2.
    ///
    /// - Parameter imports: the names of what the component imports. Those that are there by these very names are found
    ///   sooner, each time that there is an instance.
    func define(in linker: ComponentLinker, imports: [String]) throws(EngineError)

    /// What lowered components may import, as `interface#function`, without versions of WASI 0.2.
    var loweredFunctions: Set<String> { get }

    /// Defines what lowered components may import: see `LoweredComponent`.
    func defineLowered(in linker: Linker) throws(EngineError)

    /// Defines functions for modules that are served, in the place of some of WASI preview 1.
    func define(in linker: Linker) throws(EngineError)

    /// Checks how a guest is to be served. Starts no thread.
    ///
    /// - Parameters:
    ///   - program: one that is a server.
    ///   - annotations: the container's.
    ///   - report: takes what there is to say of a guest that was stopped; called from any thread.
    /// - Returns: serves until the process is told to end. To be called in a process with one thread.
    /// - Throws: ``GuestError`` `invalidArgument` that names the variable or the annotation.
    func plan(
        _ program: GuestProgram, _ invocation: GuestInvocation, annotations: [String: String], host: GuestHost,
        report: @escaping @Sendable (String) -> Void
    ) throws(GuestError) -> () throws(GuestError) -> Void
}
