/// A component as a host can run it that does the canonical ABI itself (component model, CanonicalABI.md): its core
/// modules as one, with each import named after the function of an interface that it stands for.
///
///     imports: "wasi:http/types" "[method]fields.get", …, without versions of WASI 0.2
///              "resource" "drop", of a handle to whatever resource
///     exports: "memory", "realloc" (if anything needs it), "handle", "post-return" and "initialize" (if there are any)
///
/// `wit-component`, which makes nearly all components there are, puts two small modules beside the others, so that
/// imports can be lowered before the memory that they use is there: one with functions that call through a table, and
/// one that fills the table. A host needs neither. Where one module is left then, it stays as it is but for its imports
/// and exports; several, as the main one and an adapter from WASI preview 1, are merged.
package enum LoweredComponent {
    /// What is exported, and imported from no interface.
    package enum Name {
        package static let memory = "memory"
        package static let realloc = "realloc"
        package static let handle = "handle"
        package static let postReturn = "post-return"
        package static let initialize = "initialize"
        package static let resource = "resource"
        package static let drop = "drop"
    }

    /// - Parameters:
    ///   - bytes: a component; borrowed.
    ///   - interface: the name of the exported interface, without a version, of which `handle` is the function.
    ///   - known: the functions that there are, as `interface#function`, without versions of WASI 0.2.
    /// - Returns: a core module in the binary format; nil if the component is not of a form that can be lowered: it has
    ///   components in it, resources of its own, a module of which there are two instances, imports that are no functions
    ///   that are known, strings in another encoding than UTF-8, several memories that the host would use, or something
    ///   that is not known here. It need not be valid: only the engine can tell that.
    package static func module(
        of bytes: UnsafeRawBufferPointer, handling interface: String, knowing known: Set<String>
    ) -> [UInt8]? {
        do throws(CompositionError) {
            let wiring = try CoreWiring(ComponentShape(bytes), bytes)
            let plan = try LoweringPlan(wiring, handling: interface, knowing: known)
            if let module = try plan.onlyModule { return module }
            var merger = try ModuleMerger(plan)
            return try merger.module()
        } catch {
            return nil
        }
    }
}
