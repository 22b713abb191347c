internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCISpec
internal import ProbeProtocol
internal import Seccomp
package import WasmHost
internal import Zygote

// Design rule of this target: the engine's own code, asked by the command in a process that ends with the answer. It is
// in a program of its own, so that what only a person asks for is not in the memory of any pod.

/// The program `martlet-probe`.
package enum ProbeMain {
    /// Answers the request of the command line.
    ///
    /// - Parameter http: serves components that answer HTTP requests, and sends those of commands, as in martlet-server.
    package static func run(_ http: any GuestService & GuestClient) -> Never {
        let arguments = CommandLine.arguments.dropFirst()
        if arguments.isEmpty || arguments.first == EngineSocket.once {
            // As an engine: the command's, or for one container of an engine's.
            EngineMain.runTracing(once: !arguments.isEmpty, client: http) { settings, host, loader in
                let instruments = settings.instruments
                if let trace = instruments?.trace { return try CallTracer(trace, host, loader) }
                return try instruments?.profile.map { try StackSampler($0, host) }
            }
        }
        guard arguments.count == 1, let text = arguments.first, text.hasPrefix("{") else {
            fail("this program is started by martlet, with a request as its only argument")
        }
        do {
            let request = try decodeJSON(ProbeRequest.self, from: text.utf8, file: nil)
            switch request.work {
            case .check: try answer(Check.run(request, http))
            case .compile: try answer(Ahead.run(request, http))
            case .verify: try answer(Verification(request, http).run())
            case .assemble: try Assembly.run(request)
            }
        } catch {
            fail("\(error)")
        }
        exit(0)
    }

    private static func answer(_ report: ProbeReport) throws {
        try write(try encodeJSON(report), to: 1)
    }

    static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        try bytes.withUnsafeBytes { bytes in try writeAll(bytes, to: descriptor, name: "the answer") }
    }

    private static func fail(_ message: String) -> Never {
        _ = "martlet-probe: \(message)\n".withCString { Glibc.write(2, $0, strlen($0)) }
        exit(1)
    }
}

extension ProbeReport {
    init() { self.init(engine: EngineConfiguration.engineVersion) }

    /// What `look` finds out about a module; that it could not be run is part of the answer.
    static func onModule(_ look: (inout ProbeReport) throws -> Void) throws -> ProbeReport {
        var report = ProbeReport()
        do {
            try look(&report)
        } catch let error as GuestError {
            report.problem = ProbeReport.Problem(error)
        }
        return report
    }
}

extension ProbeReport.Problem {
    init(_ error: GuestError) { self.init(code: error.code.rawValue, message: error.message) }
}
