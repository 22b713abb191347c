/// What becomes of a component's core modules: which of their instances are needed, what each imports, and what the host
/// is to have of them.
struct LoweringPlan {
    /// A function of the host, as it is imported.
    struct HostFunction: Hashable {
        let module: String
        let name: String
    }

    /// What an imported function is.
    enum Target: Hashable {
        /// What the host allocates for it, it allocates with the allocator, of those in ``allocators``.
        case host(HostFunction, allocator: Int?)
        case defined(instance: UInt32, index: UInt32)
    }

    let wiring: CoreWiring
    private let known: Set<String>
    /// Those that have something of their own, in the order in which they are made.
    private(set) var instances: [UInt32] = []
    /// Of each instance, in the order of its imports of functions.
    private(set) var functions: [UInt32: [Target]] = [:]
    /// The functions that make room for what the host gives; the first is that of the main module.
    private(set) var allocators: [CoreWiring.Entity] = []
    private(set) var memory: CoreWiring.Entity?
    let handle: CoreWiring.Entity
    private(set) var postReturn: CoreWiring.Entity?
    /// The instance that has `handle`.
    let main: UInt32
    /// What is called as instances start, in their order.
    private(set) var starts: [(instance: UInt32, function: CoreWiring.Entity)] = []

    init(
        _ wiring: CoreWiring, handling interface: String, knowing known: Set<String>
    ) throws(CompositionError) {
        self.wiring = wiring
        self.known = known
        let lift = try wiring.shape.lifted(interface, LoweredComponent.Name.handle)
        handle = try wiring.function(lift.function)
        guard case .defined(let main, _) = handle else {
            throw CoreWiring.unsuitable("a function that is lifted is no module's")
        }
        self.main = main
        var found: Set<UInt32> = []
        try include(main, &found)
        if let function = lift.options.postReturn { postReturn = try own(function, &found) }
        try use(lift.options, &found)
        try includeWhatActs(&found)
        instances = found.sorted()
        var used: Set<UInt32> = []
        for instance in instances {
            guard case .instantiated(let module, _) = try wiring.shape.instance(instance),
                used.insert(module).inserted
            else { throw CoreWiring.unsuitable("a module is instantiated twice") }
        }
    }

    // MARK: Instances

    /// All that does something when it is instantiated.
    private mutating func includeWhatActs(_ found: inout Set<UInt32>) throws(CompositionError) {
        var fillers: [(instance: UInt32, trampolines: UInt32)] = []
        for instance in wiring.shape.instances.indices.map(UInt32.init) {
            guard case .instantiated = try wiring.shape.instance(instance) else { continue }
            let module = try wiring.module(of: instance)
            if let trampolines = wiring.trampolines(filledBy: instance) {
                fillers.append((instance, trampolines))
            } else if module.acts, !module.isEmpty {
                try include(instance, &found)
            }
            guard let index = module.start else { continue }
            let function = try wiring.entity(.function, index, in: instance)
            guard case .defined(let owner, _) = function else {
                throw CoreWiring.unsuitable("a function of the host is called at the start")
            }
            try include(owner, &found)
            starts.append((instance, function))
        }
        // A table that nothing calls through need not be filled. What is called by way of one may bring in others.
        while let place = fillers.firstIndex(where: { found.contains($0.trampolines) }) {
            try include(fillers.remove(at: place).instance, &found)
        }
    }

    private mutating func include(_ first: UInt32, _ found: inout Set<UInt32>) throws(CompositionError) {
        var waiting = [first]
        while let instance = waiting.popLast() {
            guard found.insert(instance).inserted else { continue }
            let module = try wiring.module(of: instance)
            var targets: [Target] = []
            for item in module.imports {
                switch try wiring.origin(of: item, in: instance) {
                case .defined(let owner, let index):
                    if item.kind == .function { targets.append(.defined(instance: owner, index: index)) }
                    waiting.append(owner)
                case let entity: targets.append(try host(entity, &waiting))
                }
            }
            functions[instance] = targets
        }
    }

    private mutating func use(_ options: ComponentShape.Options, _ found: inout Set<UInt32>) throws(CompositionError) {
        var waiting: [UInt32] = []
        _ = try use(options, &waiting)
        for instance in waiting { try include(instance, &found) }
    }

    private mutating func own(
        _ function: UInt32, _ found: inout Set<UInt32>
    ) throws(CompositionError) -> CoreWiring.Entity {
        let entity = try wiring.function(function)
        guard case .defined(let owner, _) = entity else {
            throw CoreWiring.unsuitable("a function of an option is no module's")
        }
        try include(owner, &found)
        return entity
    }

    // MARK: The host's functions

    private mutating func host(
        _ entity: CoreWiring.Entity, _ waiting: inout [UInt32]
    ) throws(CompositionError) -> Target {
        guard case .lowered(let index) = entity,
            case .lowered(let function, let options) = try wiring.shape.function(index)
        else {
            let drop = HostFunction(module: LoweredComponent.Name.resource, name: LoweredComponent.Name.drop)
            return .host(drop, allocator: nil)
        }
        let imported = try wiring.shape.imported(function)
        let interface = Self.name(imported.interface)
        guard known.contains("\(interface)#\(imported.function)") else {
            throw CoreWiring.unsuitable("\(interface)#\(imported.function) is not known")
        }
        return .host(
            HostFunction(module: interface, name: imported.function),
            allocator: try use(options, &waiting))
    }

    /// - Returns: the number of the allocator.
    private mutating func use(
        _ options: ComponentShape.Options, _ waiting: inout [UInt32]
    ) throws(CompositionError) -> Int? {
        if let index = options.memory {
            let memory = try wiring.memory(index)
            guard self.memory ?? memory == memory, case .defined(let owner, _) = memory else {
                throw CoreWiring.unsuitable("functions use several memories")
            }
            self.memory = memory
            waiting.append(owner)
        }
        guard let index = options.realloc else { return nil }
        let allocator = try wiring.function(index)
        guard case .defined(let owner, _) = allocator else {
            throw CoreWiring.unsuitable("a function of an option is no module's")
        }
        waiting.append(owner)
        if let number = allocators.firstIndex(of: allocator) { return number }
        allocators.append(allocator)
        return allocators.count - 1
    }

    /// Without a version of WASI 0.2, whose versions are compatible with each other; with any other.
    private static func name(_ interface: String) -> String {
        let parts = interface.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasPrefix("0.2."), parts[1].dropFirst(4).allSatisfy(\.isNumber) else {
            return interface
        }
        return String(parts[0])
    }
}
