/// What the indices of a component's core modules become in the one that they are merged into: first the functions of the
/// host, then what each module has, in the order of their instances, then what is made for the whole.
struct MergedIndices {
    /// A function of the host, as it is imported.
    struct Host: Hashable {
        let function: LoweringPlan.HostFunction
        let type: CoreFunctionType
    }

    /// A function that says which allocator the host is to call for what it gives, while it calls one of the host's.
    struct Choice: Hashable {
        let function: UInt32
        let allocator: Int
        let type: CoreFunctionType
    }

    private(set) var types: [CoreFunctionType] = []
    private var typeNumbers: [CoreFunctionType: UInt32] = [:]
    /// The functions of the host, as they are imported.
    private(set) var hosts: [Host] = []
    private var hostNumbers: [Host: UInt32] = [:]
    private(set) var choices: [Choice] = []
    private var choiceNumbers: [Choice: UInt32] = [:]
    private(set) var maps: [UInt32: IndexMap] = [:]
    /// The types of the functions that each module has itself.
    private(set) var functions: [UInt32: [CoreFunctionType]] = [:]
    /// How many there are of the modules' own, and of the host's.
    private(set) var functionCount: UInt32 = 0
    private(set) var globalCount: UInt32 = 0

    /// Bytes of all modules. An index may become longer, and lowering has the memory that compilation left.
    private static let most = 64 << 20

    init(_ plan: LoweringPlan) throws(CompositionError) {
        var size = 0
        for instance in plan.instances {
            let module = try plan.wiring.module(of: instance)
            size += module.size
            guard size <= Self.most else { throw CoreWiring.unsuitable("the modules are too large") }
            guard module.isKnown else { throw CoreWiring.unsuitable("a module has a section that is not known") }
            let types = try module.types()
            try addTypes(types, module, instance)
            for (item, target) in zip(module.imports(.function), plan.functions[instance] ?? []) {
                guard case .host(let function, let allocator) = target else { continue }
                let number = addHost(Host(function: function, type: try Self.type(item, types)))
                guard let allocator, allocator > 0 else { continue }
                addChoice(Choice(function: number, allocator: allocator, type: hosts[Int(number)].type))
            }
        }
        functionCount = UInt32(hosts.count)
        var next = IndexMap()
        next.functions.base = functionCount
        for instance in plan.instances {
            try place(plan.wiring.module(of: instance), instance, &next)
        }
        functionCount = next.functions.base
        globalCount = next.globals.base
        for instance in plan.instances { try connect(instance, plan) }
    }

    mutating func type(_ type: CoreFunctionType) -> UInt32 {
        if let number = typeNumbers[type] { return number }
        let number = UInt32(types.count)
        types.append(type)
        typeNumbers[type] = number
        return number
    }

    private static func type(
        _ item: CoreModule.Import, _ types: [CoreFunctionType]
    ) throws(CompositionError) -> CoreFunctionType {
        guard Int(item.type) < types.count else { throw CoreWiring.unsuitable("a type is missing") }
        return types[Int(item.type)]
    }

    private mutating func addHost(_ host: Host) -> UInt32 {
        if let number = hostNumbers[host] { return number }
        let number = UInt32(hosts.count)
        hosts.append(host)
        hostNumbers[host] = number
        return number
    }

    private mutating func addChoice(_ choice: Choice) {
        guard choiceNumbers[choice] == nil else { return }
        choiceNumbers[choice] = UInt32(choices.count)
        choices.append(choice)
    }

    private mutating func addTypes(
        _ types: [CoreFunctionType], _ module: CoreModule, _ instance: UInt32
    ) throws(CompositionError) {
        var map = IndexMap()
        for type in types { map.types.append(self.type(type)) }
        var own: [CoreFunctionType] = []
        for index in try module.functions() {
            guard Int(index) < types.count else { throw CoreWiring.unsuitable("a type is missing") }
            own.append(types[Int(index)])
        }
        functions[instance] = own
        maps[instance] = map
    }

    /// Gives what a module has itself its indices.
    ///
    /// - Parameter next: the first indices that are free.
    private mutating func place(
        _ module: CoreModule, _ instance: UInt32, _ next: inout IndexMap
    ) throws(CompositionError) {
        guard var map = maps[instance] else { return }
        let kinds: [(WritableKeyPath<IndexMap, IndexMap.Space>, CoreModule.Section)] = [
            (\.functions, .function), (\.tables, .table), (\.memories, .memory), (\.globals, .global),
            (\.elements, .element), (\.data, .data),
        ]
        for (kind, section) in kinds {
            let count = UInt32(try module.count(section))
            map[keyPath: kind] = IndexMap.Space(base: next[keyPath: kind].base, count: count)
            next[keyPath: kind].base += count
        }
        maps[instance] = map
    }

    /// Finds what a module imports among what others have.
    private mutating func connect(_ instance: UInt32, _ plan: LoweringPlan) throws(CompositionError) {
        guard var map = maps[instance] else { return }
        let module = try plan.wiring.module(of: instance)
        let types = try module.types()
        for (item, target) in zip(module.imports(.function), plan.functions[instance] ?? []) {
            switch target {
            case .host(let function, let allocator):
                let host = Host(function: function, type: try Self.type(item, types))
                map.functions.imported.append(index(of: host, allocator))
            case .defined(let owner, let index):
                guard try type(ofFunction: index, of: owner, plan) == Self.type(item, types) else {
                    throw CoreWiring.unsuitable("a function is of another type than what it is for")
                }
                map.functions.imported.append(try self.index(.function, of: owner, index, plan))
            }
        }
        for (kind, space) in [(CoreKind.table, \IndexMap.tables), (.memory, \.memories), (.global, \.globals)] {
            for item in module.imports(kind) {
                guard case .defined(let owner, let index) = try plan.wiring.origin(of: item, in: instance) else {
                    throw CoreWiring.unsuitable("an import is of another kind")
                }
                map[keyPath: space].imported.append(try self.index(kind, of: owner, index, plan))
            }
        }
        maps[instance] = map
    }

    private func index(of host: Host, _ allocator: Int?) -> UInt32 {
        let number = hostNumbers[host] ?? 0
        guard let allocator, allocator > 0,
            let choice = choiceNumbers[Choice(function: number, allocator: allocator, type: host.type)]
        else { return number }
        return functionCount + choice
    }

    private func type(
        ofFunction index: UInt32, of owner: UInt32, _ plan: LoweringPlan
    ) throws(CompositionError) -> CoreFunctionType? {
        let own = Int(index) - (try plan.wiring.module(of: owner).imports(.function).count)
        guard let types = functions[owner], types.indices.contains(own) else { return nil }
        return types[own]
    }

    /// What the index of something that a module has itself becomes.
    func index(
        _ kind: CoreKind, of owner: UInt32, _ index: UInt32, _ plan: LoweringPlan
    ) throws(CompositionError) -> UInt32 {
        guard let map = maps[owner] else { throw CoreWiring.unsuitable("an instance is missing") }
        let space =
            switch kind {
            case .function: map.functions
            case .table: map.tables
            case .memory: map.memories
            case .global: map.globals
            }
        let imported = UInt32(try plan.wiring.module(of: owner).imports(kind).count)
        guard index >= imported, index - imported < space.count else {
            throw CoreWiring.unsuitable("the index \(index) is of nothing")
        }
        return space.base + index - imported
    }
}
