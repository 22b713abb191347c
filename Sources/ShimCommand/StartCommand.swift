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

    package init(arguments: Arguments, program: String, environment: [String: String]) {
        self.arguments = arguments
        self.program = program
        self.environment = environment
    }

    /// What came of it, and the answer for containerd.
    package enum Outcome {
        /// There is a shim for the container.
        case served(answer: String)
        /// This process is to be the shim, with a listening socket that the caller owns.
        case serving(answer: String, ShimServerSettings, socket: Int32, SocketAddress)
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
        let config = try bundle.loadConfig()
        let options = try StartInput.options(input, id: arguments.id, namespace: arguments.namespace)
        var configuration = try ConfigurationReader.read(file: configurationFile)
        if let level = options.logLevel { configuration.logLevel = level }
        let engine = try engine ?? EngineLocation.find(besideShim: EngineLocation.ownExecutable())
        let address = SocketAddress(
            containerd: arguments.address, namespace: arguments.namespace,
            group: config.spec.shimGroup(id: arguments.id), folder: socketFolder)

        let answer = StartAnswer.text(address: address, mostVersion: environment["MAX_SHIM_VERSION"])

        switch try ShimSocket.listen(at: address) {
        case .served:
            try bundle.write(address.text, to: .address)
            return .served(answer: answer)
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
            let settings = ShimServerSettings(
                namespace: arguments.namespace, id: arguments.id, bundle: bundle, config: config,
                eventsAddress: environment["TTRPC_ADDRESS"].flatMap { $0.isEmpty ? nil : $0 }, engine: engine,
                early: early, configuration: configuration)
            return .serving(answer: answer, settings, socket: socket.release(), address)
        }
    }
}
