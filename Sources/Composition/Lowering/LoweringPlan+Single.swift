extension LoweringPlan {
    /// The main module with other imports and exports, where it is the only one that matters: its code stays where it is,
    /// so that what its DWARF says is right. Nil if there is more to it.
    var onlyModule: [UInt8]? {
        get throws(CompositionError) {
            let module = try wiring.module(of: main)
            guard module.imports.allSatisfy({ $0.kind == .function }), allocators.count <= 1 else { return nil }
            var imports: [(module: String, name: String)] = []
            for target in functions[main] ?? [] {
                guard case .host(let function, _) = target else { return nil }
                imports.append((function.module, function.name))
            }
            var exports: [(name: String, export: CoreModule.Export)] = []
            func add(_ name: String, _ kind: CoreKind, _ entity: CoreWiring.Entity) -> Bool {
                guard case .defined(main, let index) = entity else { return false }
                exports.append((name, CoreModule.Export(kind: kind, index: index)))
                return true
            }
            guard add(LoweredComponent.Name.handle, .function, handle),
                postReturn.map({ add(LoweredComponent.Name.postReturn, .function, $0) }) ?? true,
                memory.map({ add(LoweredComponent.Name.memory, .memory, $0) }) ?? true,
                allocators.first.map({ add(LoweredComponent.Name.realloc, .function, $0) }) ?? true
            else { return nil }
            // Beside it there may be what calls one of its functions as it starts; what it calls itself it goes on to.
            let starts = starts.filter { $0.instance != main }
            guard instances == [main], starts.count <= 1,
                starts.first.map({ add(LoweredComponent.Name.initialize, .function, $0.function) }) ?? true
            else { return nil }
            return module.rewritten(imports: imports, exports: exports)
        }
    }
}
