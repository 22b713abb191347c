/// Finds out what each import of the main module comes from.
struct CoreWiring {
    private let shape: ComponentShape
    private let bytes: UnsafeRawBufferPointer
    private var modules: [CoreModule] = []

    /// How many core instances there may be: each import is looked for in each.
    private static let most = 256

    init(_ shape: ComponentShape, _ bytes: UnsafeRawBufferPointer) throws(CompositionError) {
        self.shape = shape
        self.bytes = bytes
        guard shape.instances.count <= Self.most else { throw unsuitable("there are too many instances") }
        for range in shape.modules { modules.append(try CoreModule(bytes, in: range)) }
    }

    func unsuitable(_ what: String) -> CompositionError { CompositionError("it can't be lowered: \(what)") }

    func module(
        handling interface: String, knowing known: Set<String>
    ) throws(CompositionError) -> [UInt8] {
        let lift = try shape.lifted(interface, LoweredComponent.Name.handle)
        guard case .exported(let main, let handle) = try shape.function(lift.function) else {
            throw unsuitable("a function that is lifted is no module's")
        }
        let (module, arguments) = try instance(main)
        guard module.isSelfContained else { throw unsuitable("the main module imports more than functions") }
        var exports = [(LoweredComponent.Name.handle, handle)]
        if let name = lift.options.postReturn {
            exports.append((LoweredComponent.Name.postReturn, try own(name, of: main)))
        }
        var needs = lift.options
        var imports: [(module: String, name: String)] = []
        for item in module.imports {
            guard let argument = arguments[item.module] else { throw unsuitable("an import has no argument") }
            switch try origin(of: item.name, in: argument) {
            case .lowered(let function, let options):
                try needs.merge(options)
                let imported = try shape.imported(function)
                let name = Self.name(imported.interface)
                guard known.contains("\(name)#\(imported.function)") else {
                    throw unsuitable("\(name)#\(imported.function) is not known")
                }
                imports.append((name, imported.function))
            case .drop: imports.append((LoweredComponent.Name.resource, LoweredComponent.Name.drop))
            case .exported: throw unsuitable("an import is another module's")
            }
        }
        if let memory = needs.memory {
            guard case .exported(main, let name) = try shape.memory(memory) else {
                throw unsuitable("the memory is not the main module's")
            }
            exports.append((LoweredComponent.Name.memory, name))
        }
        if let realloc = needs.realloc { exports.append((LoweredComponent.Name.realloc, try own(realloc, of: main))) }
        if let start = try initializer(besides: main) {
            exports.append((LoweredComponent.Name.initialize, try own(start, of: main)))
        }
        return try module.rewritten(imports: imports, exports: exports)
    }

    /// Without a version of WASI 0.2, whose versions are compatible with each other; with any other.
    private static func name(_ interface: String) -> String {
        let parts = interface.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1].hasPrefix("0.2."), parts[1].dropFirst(4).allSatisfy(\.isNumber) else {
            return interface
        }
        return String(parts[0])
    }

    private func own(_ function: UInt32, of main: UInt32) throws(CompositionError) -> String {
        guard case .exported(main, let name) = try shape.function(function) else {
            throw unsuitable("a function of an option is not the main module's")
        }
        return name
    }

    private func instance(_ index: UInt32) throws(CompositionError) -> (CoreModule, arguments: [String: UInt32]) {
        guard case .instantiated(let module, let arguments) = try shape.instance(index),
            Int(module) < modules.count
        else { throw unsuitable("an instance is of no module") }
        return (modules[Int(module)], arguments)
    }

    /// What a function of an instance, which is an argument for a module, is in the end.
    private func origin(of name: String, in instance: UInt32) throws(CompositionError) -> ComponentShape.Function {
        switch try shape.instance(instance) {
        case .instantiated: return try target(name, of: instance)
        case .exports(let items):
            guard case .function(let index)? = items[name] else { throw unsuitable("an argument lacks a function") }
            let function = try shape.function(index)
            guard case .exported(let instance, let name) = function else { return function }
            return try target(name, of: instance)
        }
    }

    /// What is called by way of a module that calls through its table, once another has filled that.
    private func target(_ name: String, of trampolines: UInt32) throws(CompositionError) -> ComponentShape.Function {
        let (module, _) = try instance(trampolines)
        guard let slot = try module.slot(of: name), let table = module.exportedTable else {
            throw unsuitable("an import is another module's")
        }
        for filler in shape.instances {
            guard case .instantiated(let index, let arguments) = filler, Int(index) < modules.count,
                let filling = try modules[Int(index)].filling, slot < filling.functions.count,
                try self.table(filling.table, arguments) == .exported(trampolines, table)
            else { continue }
            let function = filling.functions[slot]
            guard let argument = arguments[function.module], case .exports(let items) = try shape.instance(argument),
                case .function(let index)? = items[function.name]
            else { continue }
            return try shape.function(index)
        }
        throw unsuitable("a table is not filled")
    }

    /// What a module's import of a table is.
    private func table(
        _ item: CoreModule.Import, _ arguments: [String: UInt32]
    ) throws(CompositionError) -> ComponentShape.Item? {
        guard let argument = arguments[item.module] else { return nil }
        switch try shape.instance(argument) {
        case .instantiated: return .exported(argument, item.name)
        case .exports(let items):
            guard case .table(let index)? = items[item.name] else { return nil }
            return try shape.table(index)
        }
    }

    /// The function that a module beside the main one calls as it starts; nil if there is none.
    private func initializer(besides main: UInt32) throws(CompositionError) -> UInt32? {
        var found: UInt32?
        for (number, candidate) in shape.instances.enumerated() where number != Int(main) {
            guard case .instantiated(let index, let arguments) = candidate, Int(index) < modules.count else {
                continue
            }
            let module = modules[Int(index)]
            let filling = try module.filling
            if module.isTrampolines || filling != nil { continue }
            guard let start = module.startsImport, found == nil, let argument = arguments[start.module],
                case .exports(let items) = try shape.instance(argument),
                case .function(let function)? = items[start.name]
            else { throw unsuitable("several modules matter") }
            found = function
        }
        return found
    }
}
