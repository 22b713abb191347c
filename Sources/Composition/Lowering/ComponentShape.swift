/// How the core modules of a component are wired, without what its types say (component model, Binary.md).
struct ComponentShape {
    /// A core function.
    enum Function: Equatable {
        /// A component's function, for core modules.
        case lowered(UInt32, Options)
        /// Drops a handle.
        case drop
        /// One that an instance of a core module exports.
        case exported(UInt32, String)
    }

    /// A core table, memory or global: what it is the export of.
    struct Item {
        let instance: UInt32
        let name: String
    }

    /// What a core instance exports that is made of things that are there: by kind, and by index among those.
    struct Export {
        let kind: CoreKind
        let index: UInt32
    }

    enum Instance {
        case instantiated(module: UInt32, arguments: [String: UInt32])
        case exports([String: Export])
    }

    /// Of the canonical ABI, by core indices.
    struct Options: Equatable {
        var memory: UInt32?
        var realloc: UInt32?
        var postReturn: UInt32?
    }

    struct Lift {
        let function: UInt32
        let options: Options
    }

    /// A component's function.
    private enum ComponentFunction {
        case imported(instance: Int, name: String)
        case lifted(Lift)
        case other
    }

    private enum ComponentInstance {
        case imported(String)
        /// Its functions, by name.
        case functions([String: UInt32])
        case other
    }

    /// Where the core modules lie in the file.
    private(set) var modules: [Range<Int>] = []
    private(set) var instances: [Instance] = []
    private var functions: [Function] = []
    private var tables: [Item] = []
    private var memories: [Item] = []
    private var globals: [Item] = []
    private var componentFunctions: [ComponentFunction] = []
    private var componentInstances: [ComponentInstance] = []
    /// Of each component in it, by what it exports: the name of the argument that it comes from.
    private var components: [[String: String]] = []
    /// The names of interfaces, with versions.
    private var exported: [(name: String, instance: UInt32)] = []

    private let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) throws(CompositionError) {
        self.bytes = bytes
        guard bytes.starts(with: ScannedComponent.preamble) else { throw CompositionError("it is not a component") }
        var reader = BinaryReader(bytes, in: ScannedComponent.preamble.count..<bytes.count, name: "component")
        while !reader.isAtEnd {
            let id = try reader.byte()
            let range = try reader.range()
            var section = BinaryReader(bytes, in: range, name: "component")
            switch id {
            case 0: continue
            case 1:
                modules.append(range)
                continue
            case 4:
                components.append(try ForwardingComponent(bytes, in: range).exports)
                continue
            case 2: try each(&section) { (shape, section) throws(CompositionError) in try shape.coreInstance(&section) }
            case 5: try each(&section) { (shape, section) throws(CompositionError) in try shape.instance(&section) }
            case 6: try each(&section) { (shape, section) throws(CompositionError) in try shape.alias(&section) }
            case 7:
                try each(&section) { (_, section) throws(CompositionError) in
                    // A resource of the component's own.
                    if (0x3e...0x3f).contains(try section.peek()) { throw section.malformed("an own resource") }
                    try TypeCopy.skip(&section)
                }
            case 8: try each(&section) { (shape, section) throws(CompositionError) in try shape.canonical(&section) }
            case 10: try each(&section) { (shape, section) throws(CompositionError) in try shape.import(&section) }
            case 11: try each(&section) { (shape, section) throws(CompositionError) in try shape.export(&section) }
            default: throw reader.malformed("a section of kind \(id)")
            }
            guard section.isAtEnd else { throw section.malformed("a section is longer than what is in it") }
        }
    }

    private mutating func each(
        _ section: inout BinaryReader,
        _ read: (inout Self, inout BinaryReader) throws(CompositionError) -> Void
    ) throws(CompositionError) {
        for _ in 0..<(try section.count()) { try read(&self, &section) }
    }

    // MARK: Sections

    private mutating func coreInstance(_ section: inout BinaryReader) throws(CompositionError) {
        switch try section.byte() {
        case 0x00:
            let module = try section.number()
            var arguments: [String: UInt32] = [:]
            for _ in 0..<(try section.count()) {
                let name = try section.text()
                guard try section.byte() == 0x12 else { throw section.malformed("an argument that is no instance") }
                arguments[name] = try section.number()
            }
            instances.append(.instantiated(module: module, arguments: arguments))
        case 0x01:
            var exports: [String: Export] = [:]
            for _ in 0..<(try section.count()) {
                let name = try section.text()
                let kind = CoreKind(rawValue: try section.byte())
                let index = try section.number()
                if let kind { exports[name] = Export(kind: kind, index: index) }
            }
            instances.append(.exports(exports))
        default: throw section.malformed("a core instance of an unknown kind")
        }
    }

    private mutating func instance(_ section: inout BinaryReader) throws(CompositionError) {
        var given: [String: UInt32] = [:]
        switch try section.byte() {
        case 0x00:
            let component = Int(try section.number())
            for _ in 0..<(try section.count()) {
                let name = try section.text()
                if try section.sort() == .function {
                    given[name] = try section.number()
                } else {
                    _ = try section.number()
                }
            }
            guard component < components.count else { throw section.malformed("the component \(component)") }
            componentInstances.append(.functions(components[component].compactMapValues { given[$0] }))
        case 0x01:
            for _ in 0..<(try section.count()) {
                let (name, _) = try section.externName()
                if try section.sort() == .function {
                    given[name] = try section.number()
                } else {
                    _ = try section.number()
                }
            }
            componentInstances.append(.functions(given))
        default: throw section.malformed("an instance of an unknown kind")
        }
    }

    private mutating func alias(_ section: inout BinaryReader) throws(CompositionError) {
        let sort = try section.byte()
        let core = sort == 0 ? try section.byte() : nil
        switch try section.byte() {
        case 0x00:
            let instance = Int(try section.number())
            let name = try section.text()
            switch sort {
            case 0x01: componentFunctions.append(.imported(instance: instance, name: name))
            case 0x03: break
            case 0x05: componentInstances.append(.other)
            default: throw section.malformed("an alias of another component's modules")
            }
        case 0x01:
            let item = Item(instance: try section.number(), name: try section.text())
            switch core.flatMap(CoreKind.init(rawValue:)) {
            case .function: functions.append(.exported(item.instance, item.name))
            case .table: tables.append(item)
            case .memory: memories.append(item)
            case .global: globals.append(item)
            case nil: throw section.malformed("an alias of an unknown kind")
            }
        default: throw section.malformed("an alias of what surrounds it")
        }
    }

    private mutating func canonical(_ section: inout BinaryReader) throws(CompositionError) {
        switch try section.byte() {
        case 0x00:
            guard try section.byte() == 0 else { throw section.malformed("a lift of an unknown kind") }
            let function = try section.number()
            let options = try options(&section)
            _ = try section.number()
            componentFunctions.append(.lifted(Lift(function: function, options: options)))
        case 0x01:
            guard try section.byte() == 0 else { throw section.malformed("a lowering of an unknown kind") }
            let function = try section.number()
            functions.append(.lowered(function, try options(&section)))
        case 0x03:
            _ = try section.number()
            functions.append(.drop)
        default: throw section.malformed("a function of an unknown kind")
        }
    }

    private func options(_ section: inout BinaryReader) throws(CompositionError) -> Options {
        var options = Options()
        for _ in 0..<(try section.count()) {
            switch try section.byte() {
            case 0x00: break
            case 0x03: options.memory = try section.number()
            case 0x04: options.realloc = try section.number()
            case 0x05: options.postReturn = try section.number()
            default: throw section.malformed("an option that is not known")
            }
        }
        return options
    }

    private mutating func `import`(_ section: inout BinaryReader) throws(CompositionError) {
        let (name, _) = try section.externName()
        guard try section.byte() == 0x05 else { throw section.malformed("an import that is no interface") }
        _ = try section.number()
        componentInstances.append(.imported(name))
    }

    private mutating func export(_ section: inout BinaryReader) throws(CompositionError) {
        let (name, _) = try section.externName()
        let sort = try section.sort()
        let index = try section.number()
        if try section.byte() != 0 { try TypeCopy.skipDescription(&section) }
        switch sort {
        case .instance:
            exported.append((name, index))
            // What is exported has a new index.
            componentInstances.append(
                Int(index) < componentInstances.count ? componentInstances[Int(index)] : .other)
        case .function: componentFunctions.append(.other)
        case .type: break
        default: throw section.malformed("an export of a module or a component")
        }
    }

    // MARK: What is where

    private func item<Item>(_ list: [Item], _ index: UInt32) throws(CompositionError) -> Item {
        guard Int(index) < list.count else { throw CompositionError("the index \(index) is of nothing") }
        return list[Int(index)]
    }

    func function(_ index: UInt32) throws(CompositionError) -> Function { try item(functions, index) }

    /// What is no function.
    func item(_ export: Export) throws(CompositionError) -> Item {
        switch export.kind {
        case .table: try item(tables, export.index)
        case .memory: try item(memories, export.index)
        case .global: try item(globals, export.index)
        case .function: throw CompositionError("a function is no item")
        }
    }

    func instance(_ index: UInt32) throws(CompositionError) -> Instance { try item(instances, index) }

    /// Which function of which imported interface one is.
    func imported(_ function: UInt32) throws(CompositionError) -> (interface: String, function: String) {
        guard case .imported(let instance, let name) = try item(componentFunctions, function),
            case .imported(let interface) = try item(componentInstances, UInt32(instance))
        else { throw CompositionError("a function that is lowered is no import") }
        return (interface, name)
    }

    /// The function of an exported interface.
    ///
    /// - Parameter interface: without its version.
    func lifted(_ interface: String, _ name: String) throws(CompositionError) -> Lift {
        guard let export = exported.first(where: { $0.name.hasPrefix("\(interface)@0.2.") }),
            case .functions(let functions) = try item(componentInstances, export.instance), let index = functions[name],
            case .lifted(let lift) = try item(componentFunctions, index)
        else { throw CompositionError("the exported function is not found") }
        return lift
    }
}
