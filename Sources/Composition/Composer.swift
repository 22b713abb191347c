// Design rule of this target: it reads what images hold, so it runs only where modules are compiled, in a process that
// may do nothing else. It says what it can't read; what does not fit together, the engine's validation says.

/// Makes one component of several: one, the main one, whose exports are those of the whole, and others whose exports are
/// what it, or another of them, imports. What none of them exports is imported by the whole, from the host.
package func compose(
    _ components: [(name: String, bytes: UnsafeRawBufferPointer)]
) throws(CompositionError) -> [UInt8] {
    var scanned: [ScannedComponent] = []
    for component in components { scanned.append(try ScannedComponent(component.bytes, name: component.name)) }
    let wiring = try Wiring(scanned)
    let composer = Composer(scanned, wiring)
    for component in wiring.order { try composer.instantiate(component) }
    return try composer.finish()
}

/// The component that is being written. A type is copied when something needs it that is about to be written.
final class Composer {
    private let components: [ScannedComponent]
    private let wiring: Wiring
    private var output = BinaryWriter()

    // How many there are of each.
    private var types: UInt32 = 0
    private var functions: UInt32 = 0
    private var instances: UInt32 = 0
    private var nested: UInt32 = 0

    /// The types of each component that have been copied, by their indices there.
    private var copied: [[UInt32: UInt32]]
    /// How many types are being copied that need each other.
    private var depth = 0
    /// What is imported from the host, by name.
    private var hosted: [String: UInt32] = [:]
    /// The instances of the components, and what was taken of them.
    private var made: [Int: UInt32] = [:]
    private var taken: [Taken: UInt32] = [:]

    private struct Taken: Hashable {
        let instance: UInt32
        let sort: Sort
        let name: String
    }

    init(_ components: [ScannedComponent], _ wiring: Wiring) {
        self.components = components
        self.wiring = wiring
        copied = components.map { _ in [:] }
        output.append(ScannedComponent.preamble)
    }

    // MARK: Components

    /// Writes a component, and an instance of it. What it needs of others has to be there.
    func instantiate(_ component: Int) throws(CompositionError) {
        let scanned = components[component]
        var arguments = BinaryWriter()
        arguments.number(UInt32(scanned.imports.count))
        for (number, wanted) in scanned.imports.enumerated() {
            guard let sort = wanted.description.sort else {
                throw CompositionError(
                    "\(scanned.name) imports \(wanted.name.text), which is no function, interface or known type: that "
                        + "can't be composed")
            }
            let index = try self.index(ofImport: number, of: component)
            arguments.text(wanted.name.text)
            arguments.byte(sort.rawValue)
            arguments.number(index)
        }
        output.section(.component, scanned.bytes)
        var instance = BinaryWriter()
        instance.number(1)
        instance.byte(0x00)
        instance.number(next(.component))
        instance.append(arguments.bytes)
        output.section(.instance, instance.bytes)
        made[component] = next(.instance)
    }

    /// Exports what the main component exports.
    func finish() throws(CompositionError) -> [UInt8] {
        guard let main = made[0] else { return output.bytes }
        for export in components[0].exports {
            let index = take(export.name.text, export.sort, of: main)
            var entry = BinaryWriter()
            entry.number(1)
            entry.append(export.encodedName)
            entry.byte(export.sort.rawValue)
            entry.number(index)
            entry.byte(0x00)
            output.section(.export, entry.bytes)
            _ = next(export.sort)
        }
        return output.bytes
    }

    private func next(_ sort: Sort) -> UInt32 {
        switch sort {
        case .function:
            functions += 1
            return functions - 1
        case .type:
            types += 1
            return types - 1
        case .instance:
            instances += 1
            return instances - 1
        case .component:
            nested += 1
            return nested - 1
        }
    }

    // MARK: Imports

    /// What a component gets for an import.
    private func index(ofImport number: Int, of component: Int) throws(CompositionError) -> UInt32 {
        let wanted = components[component].imports[number]
        if let provider = wiring.providers[component][number] {
            guard let instance = made[provider.component] else {
                throw CompositionError("\(components[component].name) needs \(wanted.name.text) of itself")
            }
            return take(provider.export.name.text, provider.export.sort, of: instance)
        }
        switch wanted.description {
        case .type(let index): return try type(index, of: component)
        case .function(let type):
            return try host(wanted, .function) { (entry) throws(CompositionError) in
                entry.byte(0x01)
                entry.number(try self.type(type, of: component))
            }
        case .instance:
            return try host(wanted, .instance) { (entry) throws(CompositionError) in
                entry.byte(0x05)
                entry.number(try self.interface(wanted.name))
            }
        case .other:
            throw CompositionError("\(components[component].name) imports \(wanted.name.text), which can't be composed")
        }
    }

    private func host(
        _ wanted: ScannedComponent.Import, _ sort: Sort,
        description: (inout BinaryWriter) throws(CompositionError) -> Void
    ) throws(CompositionError) -> UInt32 {
        if let known = hosted[wanted.name.text] { return known }
        var entry = BinaryWriter()
        entry.number(1)
        entry.append(wanted.encodedName)
        try description(&entry)
        output.section(.import, entry.bytes)
        let index = next(sort)
        hosted[wanted.name.text] = index
        return index
    }

    /// Something that an instance exports.
    private func take(_ name: String, _ sort: Sort, of instance: UInt32) -> UInt32 {
        let taken = Taken(instance: instance, sort: sort, name: name)
        if let known = self.taken[taken] { return known }
        var entry = BinaryWriter()
        entry.number(1)
        entry.byte(sort.rawValue)
        entry.byte(0x00)
        entry.number(instance)
        entry.text(name)
        output.section(.alias, entry.bytes)
        let index = next(sort)
        self.taken[taken] = index
        return index
    }

    // MARK: Types

    private func type(_ index: UInt32, of component: Int) throws(CompositionError) -> UInt32 {
        if let known = copied[component][index] { return known }
        let scanned = components[component]
        guard Int(index) < scanned.types.count else {
            throw CompositionError(
                "\(scanned.name) is malformed: it imports something of the type \(index), which it lacks")
        }
        depth += 1
        defer { depth -= 1 }
        guard depth < 200 else { throw CompositionError("\(scanned.name) has types that lie too deep in each other") }
        let copy: UInt32
        switch scanned.types[Int(index)] {
        case .defined(let range):
            var reader = BinaryReader(scanned.bytes, in: range, name: scanned.name)
            var definition = BinaryWriter()
            try typeCopy(of: component).definition(&reader, &definition)
            copy = add(definition)
        case .exported(let instance, let name):
            guard Int(instance) < scanned.instances.count, let number = scanned.instances[Int(instance)] else {
                throw CompositionError("\(scanned.name) imports something of the type \(name), which is its own")
            }
            copy = take(name, .type, of: try self.index(ofImport: number, of: component))
        case .imported(let number): copy = try self.index(ofImport: number, of: component)
        case .other: throw CompositionError("\(scanned.name) imports something of a type of its own")
        }
        copied[component][index] = copy
        return copy
    }

    private func typeCopy(of component: Int, scopes: [[UInt32]?] = []) -> TypeCopy {
        TypeCopy(scopes: scopes) { (index) throws(CompositionError) in try self.type(index, of: component) }
    }

    private func add(_ definition: BinaryWriter) -> UInt32 {
        var section = BinaryWriter()
        section.number(1)
        section.append(definition.bytes)
        output.section(.type, section.bytes)
        return next(.type)
    }

    /// The type of an interface of the host: all that any of the components knows of it, since each knows only what it
    /// uses.
    private func interface(_ name: InterfaceName) throws(CompositionError) -> UInt32 {
        var merged = MergedInterface()
        for (component, scanned) in components.enumerated() {
            for (number, wanted) in scanned.imports.enumerated()
            where wanted.name == name && wiring.providers[component][number] == nil {
                guard case .instance(let type) = wanted.description, Int(type) < scanned.types.count,
                    case .defined(let range) = scanned.types[Int(type)]
                else { throw CompositionError("\(scanned.name) is malformed: \(name.text) is no interface") }
                var reader = BinaryReader(scanned.bytes, in: range, name: scanned.name)
                try merged.add(&reader) { self.typeCopy(of: component, scopes: $0) }
            }
        }
        return add(merged.definition)
    }
}
