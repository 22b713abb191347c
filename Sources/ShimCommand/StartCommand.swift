internal import Bundle
internal import Glibc
internal import LinuxSystem
internal import OCISpec
package import ShimService
internal import SystemPackage

/// `start`: finds the shim that serves the container, or makes this process that shim.
package struct StartCommand {
    package var arguments: Arguments
    /// argv[0], for the title.
    package var program: String
    package var environment: [String: String]
    package var configurationFile = ShimConfiguration.path
    package var socketFolder = SocketAddress.folder
    /// The engine's executable; nil: it is looked for beside the shim's.
    package var engine: String?
    /// Whether the calling containerd is known to speak version 3 of the task service.
    package var callerKnowsVersion3 = false

    package init(arguments: Arguments, program: String, environment: [String: String]) {
        self.arguments = arguments
        self.program = program
        self.environment = environment
    }

    /// What came of it, and the answer for containerd.
    package enum Outcome {
        /// There is a shim for the container.
        case served(answer: [UInt8])
        /// This process is to be the shim, with a listening socket that the caller owns.
        case serving(answer: [UInt8], ShimServerSettings, socket: Int32, SocketAddress)
    }

    /// Does all that comes before serving. Nothing is left of a start that throws, or of `early` unless this process
    /// is to serve.
    ///
    /// - Parameters:
    ///   - folder: the bundle, which is the working directory; absolute.
    ///   - early: an engine that was started ahead.
    package func run(in folder: String, input: [UInt8], early: EngineProcess? = nil) throws -> Outcome {
        var isServing = false
        defer { if !isServing { early?.abandon() } }
        let bundle = try Bundle(path: folder)
        let config = try config(of: bundle)
        let input = try StartInput(input, id: arguments.id, namespace: arguments.namespace)
        let options = input.options
        let bootstrap = input.bootstrap
        var configuration = try ConfigurationReader.read(file: configurationFile)
        if let level = options.logLevel { configuration.logLevel = level }
        if let level = bootstrap?.logLevel, level == .debug || configuration.logLevel == nil {
            configuration.logLevel = level
        }
        let engine = try engine ?? EngineLocation.find(besideShim: EngineLocation.ownExecutable())
        let group = config?.spec.shimGroup(id: arguments.id) ?? arguments.id
        let address = SocketAddress(
            containerd: bootstrap?.grpcAddress ?? arguments.address, namespace: arguments.namespace, group: group,
            folder: bootstrap?.socketFolder ?? socketFolder)
        let answer = StartAnswer(
            to: input, mostVersion: environment["MAX_SHIM_VERSION"], callerKnowsVersion3: callerKnowsVersion3)

        if let known = try addressOfPod(group, bundle: bundle), known != address, try ShimSocket.answers(at: known) {
            try bundle.write(known.text, to: .address)
            return .served(answer: try answer.bytes(known))
        }
        let bytes = try answer.bytes(address)
        switch try ShimSocket.listen(at: address) {
        case .served:
            try bundle.write(address.text, to: .address)
            return .served(answer: bytes)
        case .listening(let socket):
            do {
                try bundle.write(address.text, to: .address)
                if !options.shimCgroup.isEmpty { try ShimCgroup.enter(options.shimCgroup, with: early) }
                try bundle.write("\(getpid())", to: .shimPid)
            } catch {
                unlink(address.path)
                try? bundle.remove(.address)
                throw error
            }
            isServing = true
            let events = bootstrap?.ttrpcAddress ?? environment["TTRPC_ADDRESS"]
            let settings = ShimServerSettings(
                namespace: arguments.namespace, id: arguments.id, bundle: bundle, config: config,
                options: options, eventsAddress: events.flatMap { $0.isEmpty ? nil : $0 }, engine: engine, early: early,
                configuration: configuration)
            return .serving(answer: bytes, settings, socket: socket.release(), address)
        }
    }

    /// nil when there is none: the bundle of a sandbox, whose configuration comes with CreateSandbox.
    private func config(of bundle: Bundle) throws -> LoadedConfig? {
        do {
            return try bundle.loadConfig()
        } catch let error as BundleError where error.code == .notFound {
            // The bundle itself must be there.
            _ = try openFile(bundle.path, O_RDONLY | O_DIRECTORY)
            return nil
        }
    }

    /// Where the shim of the pod listens, by the bundle of the pod's first container: elsewhere than a container that is
    /// started today would look, if another containerd, with another `socket_dir`, started the pod.
    private func addressOfPod(_ group: String, bundle: Bundle) throws -> SocketAddress? {
        guard group != arguments.id, ShimMain.isPlainName(group) else { return nil }
        return try Bundle(path: bundle.sibling(group)).shimAddress()
    }
}
