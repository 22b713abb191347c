internal import Composition
package import Wasm

/// A guest that has been checked and can be run: its imports are there and so is the function to call. All of it
/// is done before the fork; no guest code has run.
package struct GuestProgram {
    enum Entry {
        /// Functions of a core module, in the order they are called, each with the number of its results.
        case module(LinkedModule, calls: [(name: String, results: Int)])
        /// A function of a component.
        case component(ComponentEntry)
        /// What answers HTTP requests.
        case server(Served)
    }

    /// What is served, by its kind.
    package enum Served {
        case component(ServedEntry)
        /// A command: a run for each request.
        case module(ServedModule)
    }

    package struct ServedModule {
        package let module: LinkedModule
        /// The functions to call, in this order, each with the number of its results.
        package let calls: [(name: String, results: Int)]
    }

    /// What a lowered component exports.
    package enum LoweredExport {
        package static let memory = LoweredComponent.Name.memory
        package static let realloc = LoweredComponent.Name.realloc
        package static let handle = LoweredComponent.Name.handle
        package static let postReturn = LoweredComponent.Name.postReturn
        package static let initialize = LoweredComponent.Name.initialize
    }

    package struct ServedEntry {
        package let component: Component
        /// `handle` of `wasi:http/incoming-handler`.
        package let handle: ComponentExport
        /// Of one that is not lowered.
        package let helpers: ServedHelpers?
        /// The module that the component was lowered to, if it could be: it serves then.
        package let lowered: LinkedModule?
        /// The names of what the component imports, with versions.
        package let imports: [String]
        package var sights: GuestSights { GuestSights(imports: imports) }
    }

    /// What is served, of a guest that is to be served by a ``GuestService``.
    package var served: Served? {
        if case .server(let entry) = entry { entry } else { nil }
    }

    struct ComponentEntry {
        let component: Component
        let export: ComponentExport
        let hasResult: Bool
        /// See `OutputFlush`.
        let flush: Component
        let linker: ComponentLinker
        /// See ``client``.
        let client: Component?
    }

    /// Our component beside a command that sends HTTP requests, for a ``GuestClient``; nil for any other guest.
    package var client: Component? {
        if case .component(let entry) = entry { entry.client } else { nil }
    }

    let entry: Entry

    /// Checks that the guest can run.
    ///
    /// - Parameters:
    ///   - name: the module's file, as messages shall name it.
    ///   - function: the function to call (what follows `#` in the entrypoint). Nil means `_start` of a module. A
    ///     component is what the first of its exports that is `wasi:http/incoming-handler` or `wasi:cli/run` says,
    ///     a server or a command, whatever is asked for; of one without, `function` is an exported function, or
    ///     `interface#function`.
    ///   - servesModule: whether a core module is to be served: see ``ServedModules``.
    /// - Throws: ``GuestError`` `unknownImport`, `unsuitableExport` or `unsupportedWorld`.
    package init(
        _ code: GuestCode, name: String, function: String?, host: GuestHost, servesModule: Bool = false
    ) throws(GuestError) {
        switch code.kind {
        case .module(let module) where servesModule && host.service != nil:
            let linker: Linker
            do throws(EngineError) {
                linker = try host.servedModuleLinker()
            } catch {
                throw GuestError(error)
            }
            let (linked, calls) = try Self.check(module, name, function: function ?? "_start", host, linker: linker)
            entry = .server(.module(ServedModule(module: linked, calls: calls)))
        case .module(let module):
            let (linked, calls) = try Self.check(module, name, function: function ?? "_start", host)
            entry = .module(linked, calls: calls)
        case .component(let component, let flush):
            if let tracer = host.tracer {
                throw GuestError(.unsupportedWorld, "\(name) is a component: \(tracer.refusal)")
            }
            if code.servesHTTP {
                entry = .server(.component(try Self.server(component, code, name, host)))
                return
            }
            let (export, hasResult) = try Self.entry(of: component, name, function, host)
            let linker: ComponentLinker
            do throws(EngineError) {
                linker = try host.commandLinker(code.imports)
            } catch {
                throw GuestError(error)
            }
            try Self.checkImports(of: component, name, host, linker)
            entry = .component(
                ComponentEntry(
                    component: component, export: export, hasResult: hasResult, flush: flush, linker: linker,
                    client: code.client))
        }
    }

    // MARK: Core modules

    private static func check(
        _ module: Module, _ name: String, function: String, _ host: GuestHost, linker: Linker? = nil
    ) throws(GuestError) -> (LinkedModule, calls: [(name: String, results: Int)]) {
        let linked: LinkedModule
        do throws(EngineError) {
            if let tracer = host.tracer {
                linked = try tracer.link(module, host.linker)
            } else {
                linked = try (linker ?? host.linker).link(module)
            }
        } catch {
            throw unknownImport(of: module, name, host, error)
        }
        let exports = module.exports
        guard let export = exports.first(where: { $0.name == function }) else {
            let found = exports.compactMap { if case .function = $0.kind { $0.name } else { nil } }
            throw GuestError(.unsuitableExport, "\(name) exports no function \(function): it exports \(list(found))")
        }
        guard case .function(let parameters, let results) = export.kind else {
            throw GuestError(
                .unsuitableExport, "\(name) exports \(function) as a \(export.kind.name), not as a function")
        }
        guard parameters == 0 else {
            throw GuestError(
                .unsuitableExport,
                "\(name)'s function \(function) takes \(parameters) parameters: only one without can be run")
        }
        var calls = [(name: function, results: results)]
        // A reactor sets itself up in `_initialize`, before anything else is called (WASI application ABI).
        let isReactor = exports.contains { $0.name == "_initialize" && $0.kind == .function(parameters: 0, results: 0) }
        if isReactor && function != "_initialize" {
            calls.insert(("_initialize", 0), at: 0)
        }
        return (linked, calls)
    }

    /// Names the imports that nothing answers to; if there are none, one has another type than the host's.
    private static func unknownImport(
        of module: Module, _ name: String, _ host: GuestHost, _ error: EngineError
    ) -> GuestError {
        let store = Store(host.engine)
        let missing = module.imports.filter { !host.linker.defines(module: $0.module, name: $0.name, in: store) }
        guard !missing.isEmpty else {
            return GuestError(.unknownImport, "\(name) can't be linked: \(EngineError.sentence(error.message))")
        }
        let names = missing.map { "\($0.module).\($0.name) (\($0.kind.name))" }
        return GuestError(
            .unknownImport, "\(name) imports \(list(names)), which the host does not have: it has WASI preview 1")
    }

    // MARK: Components

    private static func entry(
        of component: Component, _ name: String, _ function: String?, _ host: GuestHost
    ) throws(GuestError) -> (ComponentExport, hasResult: Bool) {
        let exports = component.exports(host.engine)
        for export in exports {
            if export.name.isCommand, let run = component.export(export.name, "run") {
                return (run, true)
            }
        }
        guard let function else {
            throw GuestError(
                .unsupportedWorld,
                "\(name) is no command: it exports no wasi:cli/run, but \(list(exports.map(\.name))); a function can be "
                    + "named after a # in the entrypoint")
        }
        let (item, place) = find(function, in: component, exports, host)
        guard let item, let place else {
            throw GuestError(
                .unsuitableExport, "\(name) exports no function \(function): it exports \(list(exports.map(\.name)))")
        }
        guard case .function(let parameters, let hasResult) = item else {
            throw GuestError(.unsuitableExport, "\(name)'s export \(function) is no function")
        }
        guard parameters == 0 else {
            throw GuestError(
                .unsuitableExport,
                "\(name)'s function \(function) takes \(parameters) parameters: only one without can be run")
        }
        return (place, hasResult)
    }

    private static func server(
        _ component: Component, _ code: GuestCode, _ name: String, _ host: GuestHost
    ) throws(GuestError) -> ServedEntry {
        guard let handler = component.exports(host.engine).first(where: { $0.name.isHandler })?.name,
            let handle = component.export(handler, "handle"),
            component.item("handle", ofInstance: handler, host.engine) == .function(parameters: 2, hasResult: false)
        else {
            throw GuestError(.unsuitableExport, "\(name) exports \(handlerPrefix)… without a handle(request, response)")
        }
        guard code.lowered != nil || code.helpers != nil else {
            throw GuestError(.unsupportedWorld, "\(name) exports \(handler), and was compiled as what is no server")
        }
        try checkImports(of: component, name, host, nil)
        return ServedEntry(
            component: component, handle: handle, helpers: code.helpers, lowered: code.lowered,
            imports: component.imports(host.engine))
    }

    private static func find(
        _ function: String, in component: Component, _ exports: [(name: String, item: ComponentItem)], _ host: GuestHost
    ) -> (ComponentItem?, ComponentExport?) {
        guard let separator = function.lastIndex(of: "#") else {
            return (exports.first { $0.name == function }?.item, component.export(function))
        }
        let instance = String(function[..<separator])
        let member = String(function[function.index(after: separator)...])
        let item = component.item(member, ofInstance: instance, host.engine)
        return (item, component.export(instance, member))
    }

    /// Lets the engine resolve and check the imports, in a store that has no room for an instance, so that nothing
    /// can run.
    ///
    /// - Parameter linker: nil for what is served.
    private static func checkImports(
        of component: Component, _ name: String, _ host: GuestHost, _ linker: ComponentLinker?
    ) throws(GuestError) {
        let store = Store(host.engine)
        store.limit(instances: 0)
        do throws(EngineError) {
            let linker = if let linker { linker } else { try host.servedLinker(for: component) }
            _ = try linker.instantiate(component, in: store)
        } catch  where !error.isInstanceLimit {
            throw GuestError(.unknownImport, "\(name) can't be linked: \(EngineError.sentence(error.message))")
        } catch {}
    }

    /// At most ten names, for a message.
    private static func list(_ names: [String]) -> String {
        guard !names.isEmpty else { return "nothing" }
        let rest = names.count > 10 ? " and \(names.count - 10) more" : ""
        return names.prefix(10).joined(separator: ", ") + rest
    }
}
