package import ArgumentParser
internal import Glibc
internal import LinuxSystem
internal import Logging
internal import OCIRuntime
internal import ShimService

/// What stands before the command's name: the global flags of runc.
package struct GlobalOptions: ParsableArguments {
    package enum LogFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
        case text, json
    }

    @Option(help: ArgumentHelp("Where the states of containers are kept.", valueName: "folder"))
    package var root = Runtime.defaultRoot

    @Option(help: ArgumentHelp("A file for messages; standard error if none is named.", valueName: "file"))
    package var log: String?

    @Option(help: "How the log is written: text or json.")
    package var logFormat = LogFormat.text

    @Flag(help: "Log more.")
    package var debug = false

    @Flag(help: "Make cgroups as scopes of systemd: cgroupsPath is slice:prefix:name.")
    package var systemdCgroup = false

    @Option(help: .hidden)
    package var rootless: String?

    package init() {}

    /// Does a command's work; what goes wrong is written to the log, too.
    func withRuntime<Value>(_ body: (Runtime) throws -> Value) throws -> Value {
        // A reader that goes away is an error of a write, and not the end.
        signal(SIGPIPE, SIG_IGN)
        let descriptor: Int32
        if let log {
            descriptor = try openFile(log, O_WRONLY | O_CREAT | O_APPEND, mode: 0o644).release()
        } else {
            descriptor = STDERR_FILENO
        }
        let level: Logger.Level = debug ? .debug : .warning
        let format = logFormat
        let logger = Logger(label: "martlet") { _ -> any LogHandler in
            switch format {
            case .text: return LogfmtHandler(descriptor: descriptor, level: level)
            case .json: return JSONLogHandler(descriptor: descriptor, level: level)
            }
        }
        do {
            var options = Runtime.Options(
                root: absolutePath(root),
                engine: try EngineLocation.find(besideShim: try EngineLocation.ownExecutable()),
                configuration: try ConfigurationReader.read())
            options.systemdCgroup = systemdCgroup
            return try body(Runtime(options, logger: logger))
        } catch let code as ExitCode {
            throw code
        } catch {
            if log != nil { logger.error("\(error)") }
            throw error
        }
    }
}

/// A path from the working directory, if it is relative; links are left as they are.
func absolutePath(_ path: String) -> String {
    guard !path.hasPrefix("/"), let folder = try? workingDirectory() else { return path }
    return path == "." ? folder : "\(folder == "/" ? "" : folder)/\(path)"
}
