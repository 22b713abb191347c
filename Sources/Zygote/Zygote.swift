internal import CLinux
internal import ContainerInit
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import WasmHost

// Design rule of this target: all that takes time and can be known beforehand is done once, before the fork: the
// engine, the linkers, the module's code, the seccomp programs. There is one thread, and nothing that would start
// another: a child of `fork` may only rely on the thread that forked.

/// Makes the first processes of containers: for a shim, until the shim ends, or for one create.
struct Zygote: ~Copyable {
    private let shim: MessageChannel
    private let settings: EngineSettings
    private var guests: GuestSupply
    /// Nil in a sibling of the engine's.
    private let server: SiblingProgram?
    private var bundles = PreparedBundles()
    private var compiling: [Compilation] = []

    /// - Parameters:
    ///   - service: of the program that serves; nil in the one that each pod has.
    ///   - client: of a program that sends requests for commands; nil in the one that each pod has.
    ///   - tracing: of the program that traces.
    init(
        shim: consuming MessageChannel, settings: EngineSettings, service: (any GuestService)? = nil,
        client: (any GuestClient)? = nil, tracing: TracerMaker? = nil
    ) throws {
        self.shim = shim
        self.settings = settings
        guests = try GuestSupply(settings: settings, service: service, client: client, tracing: tracing)
        server = service == nil && client == nil && tracing == nil ? SiblingProgram(.server) : nil
    }

    /// Takes one request and sees it through.
    mutating func serveOne() throws {
        guard let received = try shim.receive(EngineRequest.self) else { return }
        handle(received)
        while let compilation = compiling.popLast() {
            var polled = pollfd(fd: compilation.job.resultDescriptor, events: Int16(POLLIN), revents: 0)
            try systemCall("poll") { poll(&polled, 1, -1) }
            finish(compilation)
        }
    }

    /// Returns when the shim has closed its end.
    mutating func serve() throws {
        try shim.send(EngineReport.ready(engineVersion: EngineConfiguration.engineVersion))
        // After "ready", so that the shim does not wait for it.
        warmUp()
        // For the containers' first processes, which else take a hundred page faults on their way to the guest. Smaller
        // segments are not worth the page that this costs.
        _ = martlet_hand_on_pages(256 << 10)
        while true {
            var polled = [pollfd(fd: shim.raw, events: Int16(POLLIN), revents: 0)]
            polled += compiling.map { pollfd(fd: $0.job.resultDescriptor, events: Int16(POLLIN), revents: 0) }
            try systemCall("poll") { poll(&polled, nfds_t(polled.count), -1) }

            // From the last to the first: what is finished leaves the list.
            for index in compiling.indices.reversed() where polled[index + 1].revents != 0 {
                finish(compiling.remove(at: index))
            }
            if polled[0].revents != 0 {
                guard let received = try shim.receive(EngineRequest.self) else { return }
                handle(received)
            }
        }
    }

    private mutating func handle(_ received: Received<EngineRequest>) {
        switch received.message {
        case .configure:
            break
        case .prepare(let request):
            bundles.prepare(request.bundle)
        case .begin(let request):
            begin(request, received.descriptors)
        case .create(let request):
            // Without a control channel there is nobody to tell: the shim sees its end of it closed.
            guard let pending = try? PendingCreate(request, descriptors: received.descriptors) else { return }
            create(pending)
        }
    }

    /// Begins a container, if that can be. Else its control channel ends, and Create makes it from the beginning, or tells
    /// what is wrong.
    private mutating func begin(_ request: BeginRequest, _ descriptors: [Int32]) {
        defer { for descriptor in descriptors { _ = close(descriptor) } }
        guard descriptors.count == 1, let bundle = try? bundles.take(request.bundle) else { return }
        let isBegun =
            bundle.isTraced ? false : try? BegunContainer(request, bundle, guests).begin(control: descriptors[0])
        if isBegun != true { bundles.keep(bundle, for: request.bundle) }
    }

    /// Takes a create as far as it goes without waiting: to the fork, or to the compiler.
    private mutating func create(_ pending: PendingCreate) {
        do {
            let bundle = try bundles.take(pending.request.bundle)
            guard case .wasm(let path, _) = pending.request.entrypoint else {
                return try fork(pending, bundle, code: nil)
            }
            if bundle.isTraced, pending.request.exec == nil, server != nil { return try trace(pending, bundle) }
            guard let module = pending.descriptors[.module] else {
                throw ContainerFailure(
                    .protocolViolation, step: path, message: "the module's file did not come with the request")
            }
            if let better = try guests.suiting(module) { guests = better }
            let servesModule = try pending.request.servesModule(bundle)
            switch try guests.load(module, name: path, servesModule: servesModule) {
            case .ready(let code):
                try fork(pending, bundle, code: code)
            case .served:
                try hand(pending, to: .serve)
            case .compiling(let job):
                pending.report(.compiling)
                compiling.append(Compilation(create: pending, bundle: bundle, job: job))
            }
        } catch {
            retry(pending, after: error)
        }
    }

    /// Tries again without a pool, or tells why it can't be done.
    private mutating func retry(_ pending: PendingCreate, after error: any Error) {
        // What is wrong with a component that does not fit is said in many ways, and never to be relied on.
        guard let supply = try? guests.withoutPool() else {
            return pending.report(.failed(ContainerFailure(error)))
        }
        guests = supply
        create(pending)
    }

    private func fork(_ pending: PendingCreate, _ bundle: PreparedBundle, code: GuestCode?) throws {
        switch code.flatMap(guests.host.lacks) {
        case .service: return try hand(pending, to: .serve)
        case .client: return try hand(pending, to: .send)
        case nil: break
        }
        try ContainerFork(pending.request, pending.descriptors, bundle, code: code, guests)
            .run(control: pending.control)
    }

    private func hand(_ pending: PendingCreate, to purpose: SiblingProgram.Purpose) throws {
        guard let server else {
            throw ContainerFailure(
                .systemCall, step: "serve HTTP", message: "what answers HTTP requests is not served here")
        }
        try server.start(pending, settings, to: purpose)
    }

    private func trace(_ pending: PendingCreate, _ bundle: PreparedBundle) throws {
        var settings = settings
        var instruments = Instruments()
        instruments.trace = try bundle.traceSettings(of: pending.request)
        settings.instruments = instruments
        try SiblingProgram(.probe).start(pending, settings, to: .trace)
    }

    /// Goes on with a create whose module was being compiled, or tells why it can't be compiled.
    private mutating func finish(_ compilation: Compilation) {
        do {
            let code = try guests.finish(compilation.job)
            try fork(compilation.create, compilation.bundle, code: code)
        } catch {
            retry(compilation.create, after: error)
        }
    }

    /// A create that waits for its module.
    private struct Compilation {
        let create: PendingCreate
        let bundle: PreparedBundle
        let job: CompileJob
    }
}
