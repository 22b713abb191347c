/// Makes one core module of those of a component.
///
/// What each does when it is instantiated, it does in its order: segments are copied when the module is instantiated,
/// functions that modules start with are called by `initialize`. A module of which segments go to where another's
/// function was at before is not merged.
///
/// The host knows one allocator. Where functions of the host are lowered with several, `realloc` calls that which a
/// global says, and those of the others are called by functions that set it before and back after: no call of the host
/// comes between, as allocators can't leave the component. After a trap, the instance is used no more.
struct ModuleMerger {
    private let plan: LoweringPlan
    private var indices: MergedIndices
    /// Per section, how many things there are in it, and these.
    private var parts: [CoreModule.Section: (count: UInt32, content: BinaryWriter)] = [:]
    /// What globals begin with; see ``ConstantRewriter``.
    private var constants: [[UInt8]?] = []
    private var referred: Set<UInt32> = []
    private var names = FunctionNames()
    /// What is made for the whole: how many functions.
    private var made: UInt32 = 0

    init(_ plan: LoweringPlan) throws(CompositionError) {
        self.plan = plan
        indices = try MergedIndices(plan)
    }

    mutating func module() throws(CompositionError) -> [UInt8] {
        for instance in plan.instances {
            guard let map = indices.maps[instance] else { continue }
            try append(plan.wiring.module(of: instance), instance, map)
        }
        addChoices()
        let exports = try exports()
        addDeclaration()
        for host in indices.hosts {
            let type = indices.type(host.type)
            add(.import) { writer in
                writer.text(host.function.module)
                writer.text(host.function.name)
                writer.byte(CoreKind.function.rawValue)
                writer.number(type)
            }
        }
        for (name, export) in exports { add(.export) { $0.export(name, export) } }
        for type in indices.types { add(.type) { type.write(to: &$0) } }
        return assembled()
    }

    private func assembled() -> [UInt8] {
        var output = BinaryWriter()
        output.append(CoreModule.preamble)
        let order: [CoreModule.Section] = [
            .type, .import, .function, .table, .memory, .global, .export, .element, .dataCount, .code, .data,
        ]
        for section in order {
            guard let part = parts[section] else { continue }
            if section == .dataCount {
                var count = BinaryWriter()
                count.number(parts[.data]?.count ?? 0)
                output.section(section.rawValue, count.bytes)
                continue
            }
            output.section(section.rawValue, count: part.count, part.content.bytes)
        }
        output.section(CoreModule.Section.custom.rawValue, names.section)
        return output.bytes
    }

    private mutating func add(_ section: CoreModule.Section, _ write: (inout BinaryWriter) -> Void) {
        parts[section, default: (0, BinaryWriter())].count += 1
        write(&parts[section, default: (0, BinaryWriter())].content)
    }

    // MARK: Modules

    private mutating func append(
        _ module: CoreModule, _ instance: UInt32, _ map: IndexMap
    ) throws(CompositionError) {
        for type in indices.functions[instance] ?? [] { addFunction(type) }
        try appendTables(module)
        try appendGlobals(module, map)
        try appendSegments(module, instance, map)
        try appendCode(module, map, count: indices.functions[instance]?.count ?? 0)
        if module.section(.dataCount) != nil { add(.dataCount) { _ in } }
        guard let section = module.names else { return }
        let imported = map.functions.imported.count
        let own = FunctionNames(section, of: imported..<imported + Int(map.functions.count))
        if instance == plan.main { names.name(module: own.module) }
        for (index, name) in own.functions { names.name(try map.functions(index), name) }
    }

    private mutating func addFunction(_ type: CoreFunctionType) {
        let index = indices.type(type)
        add(.function) { $0.number(index) }
    }

    private mutating func appendTables(_ module: CoreModule) throws(CompositionError) {
        for section in [CoreModule.Section.table, .memory] {
            guard var reader = module.section(section) else { continue }
            for _ in 0..<(try reader.count()) {
                let start = reader.offset
                if section == .table { _ = try reader.valueType() }
                try reader.limits()
                let bytes = reader.bytes(since: start)
                add(section) { $0.append(bytes) }
            }
        }
    }

    private mutating func appendGlobals(_ module: CoreModule, _ map: IndexMap) throws(CompositionError) {
        guard var reader = module.section(.global) else { return }
        for _ in 0..<(try reader.count()) {
            let type = try reader.valueType()
            let isMutable = try reader.byte()
            let value = try ConstantRewriter(map: map, globals: constants).expression(&reader)
            constants.append(isMutable == 0 ? value : nil)
            add(.global) { $0.global(type, isMutable, value) }
        }
    }

    private mutating func appendSegments(
        _ module: CoreModule, _ instance: UInt32, _ map: IndexMap
    ) throws(CompositionError) {
        let rewriter = SegmentRewriter(
            map: map, constants: ConstantRewriter(map: map, globals: constants),
            isLate: plan.starts.contains { $0.instance < instance })
        if var reader = module.section(.element) {
            for _ in 0..<(try reader.count()) {
                let segment = try rewriter.elements(&reader)
                add(.element) { $0.append(segment) }
            }
        }
        if var reader = module.section(.data) {
            for _ in 0..<(try reader.count()) {
                let segment = try rewriter.data(&reader)
                add(.data) { $0.append(segment) }
            }
        }
    }

    private mutating func appendCode(
        _ module: CoreModule, _ map: IndexMap, count: Int
    ) throws(CompositionError) {
        guard try module.count(.code) == count else { throw CoreWiring.unsuitable("functions lack code") }
        guard var reader = module.section(.code) else { return }
        var rewriter = InstructionRewriter(map)
        for _ in 0..<(try reader.count()) {
            var body = reader.part(try reader.range())
            let code = try rewriter.body(&body)
            add(.code) { $0.body(code) }
        }
        referred.formUnion(rewriter.referred)
    }

    // MARK: What is made for the whole

    /// - Returns: its index.
    private mutating func make(
        _ type: CoreFunctionType, name: String, _ write: (inout BinaryWriter) -> Void
    ) -> UInt32 {
        addFunction(type)
        // No locals.
        var code = BinaryWriter()
        code.byte(0)
        write(&code)
        code.byte(0x0b)
        add(.code) { $0.body(code.bytes) }
        let index = indices.functionCount + made
        made += 1
        names.name(index, name)
        return index
    }

    /// Their indices are those that ``MergedIndices`` has counted on.
    private mutating func addChoices() {
        let global = indices.globalCount
        for choice in indices.choices {
            _ = make(choice.type, name: indices.hosts[Int(choice.function)].function.name) { code in
                code.set(global, to: UInt32(choice.allocator))
                code.call(choice.function, with: choice.type.parameters.count)
                code.set(global, to: 0)
            }
        }
        if plan.allocators.count > 1 { add(.global) { $0.global(0x7f, 1, [0x41, 0]) } }
    }

    private mutating func exports() throws(CompositionError) -> [(name: String, export: CoreModule.Export)] {
        var exports: [(name: String, export: CoreModule.Export)] = []
        func add(_ name: String, _ kind: CoreKind, _ index: UInt32) {
            exports.append((name, CoreModule.Export(kind: kind, index: index)))
        }
        add(LoweredComponent.Name.handle, .function, try index(.function, plan.handle))
        if let function = plan.postReturn {
            add(LoweredComponent.Name.postReturn, .function, try index(.function, function))
        }
        if let memory = plan.memory { add(LoweredComponent.Name.memory, .memory, try index(.memory, memory)) }
        var allocators: [UInt32] = []
        for allocator in plan.allocators { allocators.append(try index(.function, allocator)) }
        if allocators.count == 1 {
            add(LoweredComponent.Name.realloc, .function, allocators[0])
        } else if allocators.count > 1 {
            add(LoweredComponent.Name.realloc, .function, makeAllocator(allocators))
        }
        var starts: [UInt32] = []
        for start in plan.starts { starts.append(try index(.function, start.function)) }
        if starts.count == 1 {
            add(LoweredComponent.Name.initialize, .function, starts[0])
        } else if starts.count > 1 {
            let type = CoreFunctionType(parameters: [], results: [])
            let index = make(type, name: LoweredComponent.Name.initialize) { code in
                for start in starts { code.call(start, with: 0) }
            }
            add(LoweredComponent.Name.initialize, .function, index)
        }
        return exports
    }

    private func index(_ kind: CoreKind, _ entity: CoreWiring.Entity) throws(CompositionError) -> UInt32 {
        guard case .defined(let owner, let index) = entity else {
            throw CoreWiring.unsuitable("what is exported is no module's")
        }
        return try indices.index(kind, of: owner, index, plan)
    }

    private mutating func makeAllocator(_ allocators: [UInt32]) -> UInt32 {
        let global = indices.globalCount
        let type = CoreFunctionType(parameters: [0x7f, 0x7f, 0x7f, 0x7f], results: [0x7f])
        return make(type, name: LoweredComponent.Name.realloc) { code in
            for (number, allocator) in allocators.enumerated().dropFirst() {
                // global.get; i32.const; i32.eq; if; call; return; end.
                code.byte(0x23)
                code.number(global)
                code.byte(0x41)
                code.signedNumber(UInt32(number))
                code.append([0x46, 0x04, 0x40])
                code.call(allocator, with: 4)
                code.append([0x0f, 0x0b])
            }
            code.call(allocators[0], with: 4)
        }
    }

    /// Code may refer only to functions that are named outside of it, as modules do by their exports too.
    private mutating func addDeclaration() {
        guard !referred.isEmpty else { return }
        let functions = referred.sorted()
        add(.element) { writer in
            writer.append([3, 0])
            writer.number(UInt32(functions.count))
            for function in functions { writer.number(function) }
        }
    }
}
