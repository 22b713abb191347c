internal import Bundle
internal import CLinux
internal import Glibc
internal import LinuxSystem
internal import OCISpec
package import ShimService
internal import SystemPackage

/// `start`: answers the address of the shim that serves the container, and makes that shim when there is none.
///
/// It has one thread up to the fork, so that Swift may run after it. containerd reads stdout and stderr as one: nothing
/// but the answer may be written.
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

    /// Starts the shim.
    ///
    /// - Parameters:
    ///   - folder: the bundle, which is the working directory; absolute.
    ///   - serve: runs in the new process, as the shim; ends it.
    /// - Returns: the answer. Nothing is left of a start that throws.
    package func run(
        in folder: String, input: [UInt8], serve: (ShimServerSettings, Int32, SocketAddress, Arguments) -> Never
    ) throws -> String {
        let bundle = try Bundle(path: folder)
        let config = try bundle.loadConfig()
        let options = try StartInput.options(input, id: arguments.id, namespace: arguments.namespace)
        var configuration = try ConfigurationReader.read(file: configurationFile)
        if let level = options.logLevel { configuration.logLevel = level }
        let engine = try engine ?? EngineLocation.find(besideShim: EngineLocation.ownExecutable())
        let address = SocketAddress(
            containerd: arguments.address, namespace: arguments.namespace,
            group: config.spec.shimGroup(id: arguments.id), folder: socketFolder)

        switch try ShimSocket.listen(at: address) {
        case .served:
            try bundle.write(address.text, to: .address)
        case .listening(let socket):
            do {
                try bundle.write(address.text, to: .address)
                try OOMScore.adjust(below: getppid())
                if !options.shimCgroup.isEmpty { try ShimCgroup.enter(options.shimCgroup) }
                let settings = ShimServerSettings(
                    namespace: arguments.namespace, bundle: bundle, config: config,
                    eventsAddress: environment["TTRPC_ADDRESS"].flatMap { $0.isEmpty ? nil : $0 }, engine: engine,
                    configuration: configuration)
                let pid = try systemCall("fork") { martlet_fork() }
                if pid == 0 { serve(settings, socket.release(), address, arguments) }
                do {
                    try bundle.write("\(pid)", to: .shimPid)
                } catch {
                    kill(pid, SIGKILL)
                    throw error
                }
            } catch {
                unlink(address.path)
                try? bundle.remove(.address)
                throw error
            }
        }
        return StartAnswer.text(address: address, mostVersion: environment["MAX_SHIM_VERSION"])
    }
}
