/// What the indices of a module become where it is merged with others.
struct IndexMap {
    /// The indices of one kind: first what is imported, then what the module has itself.
    struct Space {
        var imported: [UInt32] = []
        /// What the first of its own becomes; the others follow.
        var base: UInt32 = 0
        var count: UInt32 = 0

        /// - Throws: ``CompositionError`` if there is nothing of that index.
        func callAsFunction(_ index: UInt32) throws(CompositionError) -> UInt32 {
            if Int(index) < imported.count { return imported[Int(index)] }
            let own = index - UInt32(imported.count)
            guard own < count else { throw CompositionError("the index \(index) is of nothing") }
            return base + own
        }

        func isImported(_ index: UInt32) -> Bool { Int(index) < imported.count }
    }

    var types: [UInt32] = []
    var functions = Space()
    var tables = Space()
    var memories = Space()
    var globals = Space()
    var elements = Space()
    var data = Space()

    func type(_ index: UInt32) throws(CompositionError) -> UInt32 {
        guard Int(index) < types.count else { throw CompositionError("the type \(index) is missing") }
        return types[Int(index)]
    }
}
