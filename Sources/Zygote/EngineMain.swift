internal import CLinux
internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import SystemPackage
package import WasmHost

/// The engine's program.
package enum EngineMain {
    /// Serves the shim that holds the other end of `EngineSocket.descriptor`, until that end is closed.
    ///
    /// What can't be told to the shim goes to stderr, which the shim has made its log.
    package static func run() -> Never {
        run { (zygote) throws in try zygote.serve() }
    }

    /// As the program that knows HTTP: takes one create from an engine, then ends. It is one that is served or, by the
    /// argument `EngineSocket.command`, a command that sends requests.
    ///
    /// - Parameter http: serves components that answer HTTP requests, and sends those of commands.
    package static func runServer(_ http: any GuestService & GuestClient) -> Never {
        let isForCommand = CommandLine.arguments.dropFirst().first == EngineSocket.command
        run(service: isForCommand ? nil : http, client: http) { (zygote) throws in try zygote.serveOne() }
    }

    /// As martlet-probe: does what the engine does, and looks at what modules do.
    ///
    /// - Parameters:
    ///   - once: takes one create from an engine, then ends, instead of serving a runtime.
    ///   - client: sends the requests of commands.
    package static func runTracing(once: Bool, client: any GuestClient, _ tracing: @escaping TracerMaker) -> Never {
        run(client: client, tracing: tracing) { (zygote) throws in
            if once { try zygote.serveOne() } else { try zygote.serve() }
        }
    }

    private static func run(
        service: (any GuestService)? = nil, client: (any GuestClient)? = nil, tracing: TracerMaker? = nil,
        _ body: (inout Zygote) throws -> Void
    ) -> Never {
        var type: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(EngineSocket.descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0 else {
            fail("this program is started by containerd-shim-martlet-v1, with a socket as descriptor 3")
        }
        do {
            let shim = MessageChannel(owning: OwnedFileDescriptor(owning: EngineSocket.descriptor))
            guard case .configure(let settings)? = try shim.receive(EngineRequest.self)?.message else {
                fail("the shim's first message is not the settings")
            }
            // Children that end are nobody's business here: the first children of containers are done when they
            // end, and compilers answer through a pipe.
            _ = signal(SIGCHLD, SIG_IGN)
            var zygote = try Zygote(
                shim: shim, settings: settings, service: service, client: client, tracing: tracing)
            try body(&zygote)
        } catch let error as SystemCallError where error.errno == .brokenPipe {
            // The shim has ended before it was answered: the end, as any other.
        } catch {
            fail("\(error)")
        }
        exit(0)
    }

    private static func fail(_ message: String) -> Never {
        _ = "martlet-engine: \(message)\n".withCString { write(2, $0, strlen($0)) }
        exit(1)
    }
}
