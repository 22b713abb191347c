internal import Bundle
internal import FoundationEssentials
internal import Glibc
internal import LinuxSystem
internal import Logging
internal import ShimService
internal import SwiftProtobuf
internal import SystemPackage

/// The shim's executable, whatever its file is called.
package enum ShimMain {
    /// Does what the command line says, and ends the process.
    package static func run() -> Never {
        do {
            try run(CommandLine.arguments)
        } catch {
            // One line: containerd shows it as it is.
            fail(oneLine(error))
        }
    }

    private static func run(_ words: [String]) throws -> Never {
        let program = words.first ?? "containerd-shim-martlet-v1"
        let arguments: Arguments
        do {
            arguments = try Arguments(Array(words.dropFirst()))
        } catch {
            fail("\(error)\n\(UsageError.usage)")
        }
        if arguments.showsVersion {
            let name = program.split(separator: "/").last ?? ""
            finish("\(name):\n  Version:  \(MartletVersion.version)\n  Runtime:  \(MartletVersion.runtime)\n\n")
        }
        if arguments.showsInfo {
            let info: [UInt8] = try InfoCommand.run(input: StartInput.read()).serializedBytes()
            // Without this mark containerd is answered as 1.7 would be.
            try? KnownCallers().add(getppid())
            finish(info)
        }
        guard let action = arguments.action else { fail(UsageError.usage) }
        guard !arguments.namespace.isEmpty else { fail("the shim's -namespace is missing") }
        guard isPlainName(arguments.id) else {
            fail("found -id \"\(arguments.id)\"; expected the name of a container")
        }
        switch action {
        case .start: try start(arguments, program)
        case .delete: try delete(arguments)
        }
    }

    private static func start(_ arguments: Arguments, _ program: String) throws -> Never {
        let folder = try workingDirectory()
        let caller = getppid()
        let environment = ProcessInfo.processInfo.environment
        try OOMScore.adjust(below: caller)
        try OwnCores.claim(environment)
        let answer = try Delegate.run { report in
            let early = EarlyEngine.start(in: folder)
            var command = StartCommand(
                arguments: arguments, program: program, environment: environment)
            command.callerKnowsVersion3 = KnownCallers().contains(caller)
            switch try command.run(in: folder, input: StartInput.read(), early: early) {
            case .served(let answer):
                report(answer)
            case .serving(let answer, let settings, let socket, let address):
                try ServerProcess.run(
                    settings, socket: socket, address: address, arguments: arguments, program: program,
                    report: report, answer: answer)
            }
        }
        finish(answer)
    }

    private static func delete(_ arguments: Arguments) throws -> Never {
        // containerd's working directory is a bundle; of the container itself or, in a pod, maybe of another.
        let folder =
            try arguments.bundle.isEmpty
            ? Bundle(path: workingDirectory()).sibling(arguments.id) : arguments.bundle
        let level: Logger.Level = arguments.debug ? .debug : .warning
        let logger = Logger(label: "martlet") { _ in LogfmtHandler(descriptor: STDERR_FILENO, level: level) }
        let response = try DeleteCommand(id: arguments.id, folder: folder, logger: logger).run()
        finish(try response.serializedBytes() as [UInt8])
    }

    /// Whether an id can be part of a path.
    static func isPlainName(_ id: String) -> Bool {
        !id.isEmpty && id != "." && id != ".." && !id.contains("/") && !id.utf8.contains(0)
    }

    private static func finish(_ text: String) -> Never {
        finish(Array(text.utf8))
    }

    private static func finish(_ bytes: [UInt8]) -> Never {
        exit(writeWhole(bytes, to: STDOUT_FILENO) ? 0 : 1)
    }

    static func oneLine(_ error: any Error) -> String {
        "\(error)".split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    private static func fail(_ text: String) -> Never {
        _ = writeWhole(Array("\(text)\n".utf8), to: STDERR_FILENO)
        exit(1)
    }

    static func writeWhole(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let result = attempt { rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) } }
            guard case .success(let count) = result else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }
}
