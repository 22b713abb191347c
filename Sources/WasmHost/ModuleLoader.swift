internal import Glibc
internal import LinuxSystem
internal import SystemPackage
package import Wasm

/// A module or component whose code is mapped.
package struct GuestCode {
    enum Kind {
        case module(Module)
        /// With the component that brings out what the first has not flushed.
        case component(Component, flush: Component)
    }

    let kind: Kind
    /// Whether it is a component that answers HTTP requests.
    package fileprivate(set) var servesHTTP = false
    /// Our components beside it, for one that can be served: see ``ModuleLoader``.
    fileprivate(set) var helpers: ServedHelpers?
    /// The core module that a served component was lowered to, if it could be and all that it imports is there: it serves
    /// in the component's place then, and needs no helpers.
    fileprivate(set) var lowered: LinkedModule?
    /// Whether it is lowered, where it serves.
    package var isLowered: Bool { lowered != nil }
    /// What a command imports.
    fileprivate(set) var imports: [String] = []
    /// Whether it is a command that may send HTTP requests.
    package var sendsHTTP: Bool { Self.sendHTTP(imports) }
    /// Our component beside one that does, where there is a ``GuestClient``.
    fileprivate(set) var client: Component?
    /// The descriptors that must be open while the guest is instantiated and run: wasmtime maps the initial contents of
    /// memories from the artifact's file each time. They belong to the engine and are closed with the code.
    package fileprivate(set) var descriptors: [Int32]

    /// Whether it is a core module.
    package var isModule: Bool {
        if case .module = kind { true } else { false }
    }

    /// Whether a component that imports these may send HTTP requests.
    static func sendHTTP(_ imports: [String]) -> Bool { imports.contains { $0.hasPrefix("wasi:http/") } }

    fileprivate init(kind: Kind, descriptors: [Int32]) {
        self.kind = kind
        self.descriptors = descriptors
    }
}

/// Gets the code of modules: out of the artifact cache, or by having them compiled.
package final class ModuleLoader {
    package enum Loaded {
        case ready(GuestCode)
        /// Not in the cache: call ``ModuleLoader/finish(_:)`` when the job's descriptor is readable.
        case compiling(CompileJob)
    }

    private let host: GuestHost
    private var engine: Engine { host.engine }
    private let cache: ArtifactCache
    private let compiler: Compiler
    /// Loaded when the first component is.
    private var flush: Artifact?
    private var input, output, others: Artifact?
    private var log: Artifact?
    private var client: Artifact?
    /// Whether components that answer HTTP requests are loaded to be served.
    private var serves: Bool { host.service != nil }
    private let copies: Bool

    /// - Parameters:
    ///   - host: with a service, components that answer HTTP requests are loaded to be served; the engine must be able to
    ///     interrupt them (`EngineConfiguration.epochInterruption`).
    ///   - copies: whether code is copied into memory of the process, and not mapped; see `EngineConfiguration.perf`.
    ///   - confine: runs in each compile helper before it touches the module; it must leave open what is open.
    package init(
        host: GuestHost, cache: ArtifactCache, limits: Compiler.Limits = .init(), copies: Bool = false,
        confine: @escaping () throws -> Void
    ) {
        self.host = host
        self.cache = cache
        self.copies = copies
        compiler = Compiler(
            engine: host.engine, cache: cache, limits: limits, service: host.service, confine: confine)
    }

    /// Maps a module's code, or starts to compile it. Reads the whole file only if it is not known yet.
    ///
    /// - Parameters:
    ///   - file: open for reading; borrowed.
    ///   - name: the file, as messages shall name it.
    /// - Throws: ``GuestError`` if the file can't be a module, or a system call fails.
    package func load(_ file: Int32, name: String) throws(GuestError) -> Loaded {
        let identity = try FileIdentity(of: file, name: name)
        if let digest = cache.digest(of: identity), let code = try map(digest) {
            return .ready(code)
        }
        let copy = try copy(file, identity, name: name)
        if let code = try map(copy.digest) {
            return .ready(code)
        }
        return .compiling(try start(copy, name: name))
    }

    /// Maps a module's code if it is in the cache. Nil: `load` it.
    ///
    /// - Parameters:
    ///   - file: open for reading; borrowed.
    ///   - name: the file, as messages shall name it.
    ///   - largestCopy: bytes; a larger file is only found if it is known.
    ///   - compilesOwn: whether components of our own may be compiled; no process is started else.
    package func loadFromCache(
        _ file: Int32, name: String, largestCopy: Int, compilesOwn: Bool = false
    ) throws(GuestError) -> GuestCode? {
        let identity = try FileIdentity(of: file, name: name)
        if let digest = cache.digest(of: identity) { return try map(digest, compilesOwn: compilesOwn) }
        guard identity.size <= largestCopy else { return nil }
        return try map(try copy(file, identity, name: name).digest, compilesOwn: compilesOwn)
    }

    private func copy(_ file: Int32, _ identity: FileIdentity, name: String) throws(GuestError) -> ModuleCopy {
        try checkHead(of: file, name)
        let copy = try ModuleCopy(copying: file, size: identity.size, name: name)
        // Only if the file is still as it was when the copying began.
        if try FileIdentity(of: file, name: name).key == identity.key {
            cache.remember(copy.digest, of: identity)
        }
        return copy
    }

    private func start(_ module: borrowing ModuleCopy, name: String) throws(GuestError) -> CompileJob {
        do throws(SystemCallError) {
            return try compiler.start(module, name: name)
        } catch {
            throw GuestError(error)
        }
    }

    /// Waits for a compilation and maps the code.
    ///
    /// - Throws: ``GuestError`` if the module is invalid or the compiler failed.
    package func finish(_ job: CompileJob) throws(GuestError) -> GuestCode {
        try job.finish(limits: compiler.limits)
        guard let code = try map(job.digest) else {
            throw GuestError(.engine, "\(job.name) was compiled, but the artifact can't be loaded")
        }
        return code
    }

    /// Says at once what is wrong with a file that is no module at all.
    private func checkHead(of file: Int32, _ name: String) throws(GuestError) {
        var head = [UInt8](repeating: 0, count: 64)
        do throws(SystemCallError) {
            let count = try systemCall("pread", name) {
                head.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
            }
            head.removeLast(head.count - count)
        } catch {
            throw GuestError(error)
        }
        _ = try ModuleKind(head: head, name: name)
    }

    /// The code of an artifact of the cache, with what it needs to run; nil if it is not there.
    private func map(_ digest: String, compilesOwn: Bool = true) throws(GuestError) -> GuestCode? {
        guard let artifact = mapArtifact(digest) else {
            return nil
        }
        switch artifact.code {
        case .module(let module):
            return GuestCode(kind: .module(module), descriptors: artifact.descriptors)
        case .component(let component):
            guard let (flush, descriptors) = try loadOwn(\.flush, OutputFlush.text, compiles: compilesOwn) else {
                return nil
            }
            var code = GuestCode(
                kind: .component(component, flush: flush), descriptors: artifact.descriptors + descriptors)
            let exports = component.exports(engine)
            guard exports.first(where: { $0.name.isHandler || $0.name.isCommand })?.name.isHandler == true else {
                code.imports = component.imports(engine)
                if host.client != nil, code.sendsHTTP {
                    guard let (client, more) = try loadOwn(\.client, ClientComponent.text, compiles: compilesOwn) else {
                        return nil
                    }
                    code.client = client
                    code.descriptors += more
                }
                return code
            }
            code.servesHTTP = true
            if serves {
                if let lowered = mapArtifact(digest, [.lowered]), case .module(let module) = lowered.code {
                    code.lowered = try? host.loweredLinker().link(module)
                    if code.lowered != nil {
                        code.descriptors += lowered.descriptors
                        return code
                    }
                }
                guard
                    let (input, first) = try loadOwn(\.input, StreamComponents.input, compiles: compilesOwn),
                    let (output, second) = try loadOwn(\.output, StreamComponents.output, compiles: compilesOwn),
                    let (others, third) = try loadOwn(\.others, StreamComponents.others, compiles: compilesOwn),
                    let (log, fourth) = try loadOwn(\.log, LogComponent.text, compiles: compilesOwn),
                    let (client, fifth) = try loadOwn(\.client, ClientComponent.text, compiles: compilesOwn)
                else {
                    return nil
                }
                code.helpers = ServedHelpers(input: input, output: output, others: others, log: log, client: client)
                code.descriptors += first + second + third + fourth + fifth
            }
            return code
        }
    }

    /// Loads a component of our own. Once per node it must be compiled, which blocks for some 10 ms; nil if it may not
    /// be.
    private func loadOwn(
        _ place: ReferenceWritableKeyPath<ModuleLoader, Artifact?>, _ text: String, compiles: Bool
    ) throws(GuestError) -> (Component, descriptors: [Int32])? {
        if let loaded = self[keyPath: place], case .component(let component) = loaded.code {
            return (component, loaded.descriptors)
        }
        let copy = try ModuleCopy(of: text)
        if mapArtifact(copy.digest) == nil {
            guard compiles else { return nil }
            try start(copy, name: "a component of the engine's own").finish(limits: compiler.limits)
        }
        let artifact = mapArtifact(copy.digest)
        guard let artifact, case .component(let component) = artifact.code else {
            throw GuestError(.engine, "a component of the engine's own was compiled, but can't be loaded")
        }
        self[keyPath: place] = artifact
        return (component, artifact.descriptors)
    }

    /// Loads a module of our own that has neither memories nor tables, nor anything else that its artifact's file must be
    /// open for; blocks while it is compiled.
    package func loadOwnModule(_ text: String) throws(GuestError) -> Module {
        let copy = try ModuleCopy(of: text)
        if mapArtifact(copy.digest) == nil {
            try start(copy, name: "a module of the engine's own").finish(limits: compiler.limits)
        }
        guard case .module(let module)? = mapArtifact(copy.digest)?.code else {
            throw GuestError(.engine, "a module of the engine's own was compiled, but can't be loaded")
        }
        return module
    }

    private struct Artifact {
        enum Code {
            case module(Module)
            case component(Component)
        }

        let code: Code
        let descriptors: [Int32]
    }

    /// Maps an artifact of the cache. One that wasmtime refuses is removed: it is a miss.
    private func mapArtifact(_ digest: String, _ kinds: [ArtifactKind] = [.module, .component]) -> Artifact? {
        guard let (raw, kind) = cache.open(digest, kinds) else {
            return nil
        }
        let artifact = OwnedFileDescriptor(owning: raw)
        // The very file that was checked, whatever its name stands for by now.
        let path = "/proc/self/fd/\(artifact.raw)"
        // wasmtime opens it anew, and gets the lowest free number.
        let next = dup(artifact.raw)
        if next >= 0 { _ = close(next) }
        do throws(EngineError) {
            if copies { return try copyArtifact(path, kind) }
            let code: Artifact.Code =
                switch kind {
                case .module, .lowered: .module(try Module(mapping: path, with: engine))
                case .component: .component(try Component(mapping: path, with: engine))
                }
            return Artifact(code: code, descriptors: Self.isSameFile(next, artifact.raw) ? [next] : [])
        } catch {
            cache.remove(digest, kind)
            return nil
        }
    }

    /// - Returns: nil if it can't be read.
    private func copyArtifact(_ path: String, _ kind: ArtifactKind) throws(EngineError) -> Artifact? {
        guard let file = try? openFile(path, O_RDONLY),
            let bytes = try? readToEnd(of: file.raw, limit: .max, name: path)
        else { return nil }
        let code = bytes.withUnsafeBytes { bytes in
            Result { () throws(EngineError) in
                switch kind {
                case .module, .lowered: try Artifact.Code.module(Module(copying: bytes, with: engine))
                case .component: try Artifact.Code.component(Component(copying: bytes, with: engine))
                }
            }
        }
        return Artifact(code: try code.get(), descriptors: [])
    }

    private static func isSameFile(_ left: Int32, _ right: Int32) -> Bool {
        var first = stat()
        var second = stat()
        return fstat(left, &first) == 0 && fstat(right, &second) == 0 && first.st_dev == second.st_dev
            && first.st_ino == second.st_ino
    }
}
