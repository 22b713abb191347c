/// Finds out what a component's core modules import in the end: past instances that are made of others' exports, modules
/// that export what they import, and trampolines.
struct CoreWiring {
    /// What a name stands for.
    enum Entity: Hashable {
        /// A component's function, by its index among the core functions.
        case lowered(UInt32)
        /// Drops a handle.
        case drop
        /// What an instance's module has itself, by its index in that module.
        case defined(instance: UInt32, index: UInt32)
    }

    let shape: ComponentShape
    let modules: [CoreModule]
    /// By what instance of trampolines its table is filled, where one alone has that table, and does nothing else.
    private var fillers: [UInt32: (instance: UInt32, functions: [CoreModule.Import])] = [:]

    /// How many core instances there may be: each import is looked for in each.
    private static let most = 256
    /// How many times a name may stand for another.
    private static let longest = 300

    init(_ shape: ComponentShape, _ bytes: UnsafeRawBufferPointer) throws(CompositionError) {
        self.shape = shape
        guard shape.instances.count <= Self.most else { throw Self.unsuitable("there are too many instances") }
        var modules: [CoreModule] = []
        for range in shape.modules { modules.append(try CoreModule(bytes, in: range)) }
        self.modules = modules
        try findFillers()
    }

    static func unsuitable(_ what: String) -> CompositionError { CompositionError("it can't be lowered: \(what)") }

    private mutating func findFillers() throws(CompositionError) {
        // Who imports tables of trampolines.
        var users: [UInt32: [UInt32]] = [:]
        for number in shape.instances.indices.map(UInt32.init) {
            guard case .instantiated(_, let arguments) = try shape.instance(number) else { continue }
            for item in try module(of: number).imports(.table) {
                guard let argument = arguments[item.module],
                    case .defined(let owner, 0) = try resolve(.table, item.name, of: argument),
                    try module(of: owner).isTrampolines
                else { continue }
                users[owner, default: []].append(number)
            }
        }
        for (owner, users) in users where users.count == 1 {
            guard let functions = try module(of: users[0]).filling else { continue }
            fillers[owner] = (users[0], functions)
        }
    }

    // MARK: Instances

    /// - Throws: ``CompositionError`` if it is made of no module.
    func module(of instance: UInt32) throws(CompositionError) -> CoreModule { try instantiated(instance).module }

    private func instantiated(
        _ instance: UInt32
    ) throws(CompositionError) -> (module: CoreModule, arguments: [String: UInt32]) {
        guard case .instantiated(let module, let arguments) = try shape.instance(instance), Int(module) < modules.count
        else { throw Self.unsuitable("an instance is of no module") }
        return (modules[Int(module)], arguments)
    }

    /// Of what trampolines an instance fills the table and does nothing else; nil if that is not what it is for.
    func trampolines(filledBy instance: UInt32) -> UInt32? { fillers.first { $0.value.instance == instance }?.key }

    // MARK: What a name stands for

    func function(_ index: UInt32, depth: Int = 0) throws(CompositionError) -> Entity {
        switch try shape.function(index) {
        case .lowered: .lowered(index)
        case .drop: .drop
        case .exported(let instance, let name): try resolve(.function, name, of: instance, depth: depth + 1)
        }
    }

    func memory(_ index: UInt32) throws(CompositionError) -> Entity {
        let item = try shape.item(.init(kind: .memory, index: index))
        return try resolve(.memory, item.name, of: item.instance)
    }

    /// What an instance imports.
    func origin(of item: CoreModule.Import, in instance: UInt32, depth: Int = 0) throws(CompositionError) -> Entity {
        guard let argument = try instantiated(instance).arguments[item.module] else {
            throw Self.unsuitable("an import has no argument")
        }
        return try resolve(item.kind, item.name, of: argument, depth: depth + 1)
    }

    /// What an index of an instance's module is of.
    func entity(
        _ kind: CoreKind, _ index: UInt32, in instance: UInt32, depth: Int = 0
    ) throws(CompositionError) -> Entity {
        let imports = try module(of: instance).imports(kind)
        guard Int(index) < imports.count else { return .defined(instance: instance, index: index) }
        return try origin(of: imports[Int(index)], in: instance, depth: depth + 1)
    }

    private func resolve(
        _ kind: CoreKind, _ name: String, of instance: UInt32, depth: Int = 0
    ) throws(CompositionError) -> Entity {
        // Trampolines can lead in a circle.
        guard depth < Self.longest else { throw Self.unsuitable("a name stands for too many others") }
        switch try shape.instance(instance) {
        case .exports(let items):
            guard let export = items[name], export.kind == kind else {
                throw Self.unsuitable("an argument lacks what is imported")
            }
            if kind == .function { return try function(export.index, depth: depth + 1) }
            let item = try shape.item(export)
            return try resolve(kind, item.name, of: item.instance, depth: depth + 1)
        case .instantiated:
            let module = try module(of: instance)
            guard let export = module.exports[name], export.kind == kind else {
                throw Self.unsuitable("an instance lacks what is imported")
            }
            if kind == .function, let filler = fillers[instance], let slot = module.slot(ofFunction: export.index),
                slot < filler.functions.count
            {
                return try origin(of: filler.functions[slot], in: filler.instance, depth: depth + 1)
            }
            return try entity(kind, export.index, in: instance, depth: depth + 1)
        }
    }
}
