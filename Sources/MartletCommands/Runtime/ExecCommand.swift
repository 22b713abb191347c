package import ArgumentParser
internal import LinuxSystem
internal import OCIRuntime
internal import OCISpec

/// `martlet exec`
package struct ExecCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "exec", abstract: "Run another program or module in a container.",
        discussion: """
            The exit status is the program's.

            EXAMPLES
              martlet exec hello /tool.wasm --verbose
              martlet exec -t --env TERM=xterm hello sh
              martlet exec --process process.json --detach --pid-file pid hello
            """)

    @ParentCommand var martlet: MartletCommand

    @Option(name: .shortAndLong, help: "A file with the process as config.json has it.", completion: .file())
    package var process: String?

    @Option(help: "The working directory.")
    package var cwd: String?

    @Option(name: .shortAndLong, parsing: .singleValue, help: "A variable, as NAME=value; again for more.")
    package var env: [String] = []

    @Option(name: .shortAndLong, help: "The user, as UID or UID:GID.")
    package var user: String?

    @Option(name: [.customShort("g"), .long], parsing: .singleValue, help: "A further group's number.")
    package var additionalGids: [UInt32] = []

    @Option(name: [.customShort("c"), .long], parsing: .singleValue, help: "A further capability, such as CAP_KILL.")
    package var cap: [String] = []

    @Flag(name: .shortAndLong, help: "Give it a terminal.")
    package var tty = false

    @Flag(name: .shortAndLong, help: "Do not wait for its end.")
    package var detach = false

    @Flag(help: "Let nothing that it executes gain privileges.")
    package var noNewPrivs = false

    @Option(help: "Its AppArmor profile.")
    package var apparmor: String?

    @Option(help: "Its SELinux label.")
    package var processLabel: String?

    @OptionGroup package var options: CreationOptions

    @Argument(help: "The container.", completion: .ids)
    package var id: String

    @Argument(parsing: .captureForPassthrough, help: "The program with its arguments.")
    package var arguments: [String] = []

    package init() {}

    package func validate() throws {
        guard process != nil || !arguments.isEmpty else {
            throw ValidationError("what is to be run? Name a program after the container, or a file with --process")
        }
    }

    package func run() throws {
        let inherited = try options.inheritedDescriptors()
        let signals = detach ? nil : AttendedSignals.block()
        try martlet.global.withRuntime { runtime in
            let attended: AttendedProcess?
            do {
                // Locked only for as long as the process is being made.
                let container = try runtime.container(id)
                let streams = ProcessStreams(
                    consoleSocket: options.consoleSocket, isAttended: !detach, inherited: inherited)
                attended = try container.exec(
                    try described(container.processTemplate), streams, pidFile: options.pidFile)
            }
            guard let attended, let signals else { return }
            throw ExitCode(try attended.wait(signals))
        }
    }

    private func described(_ template: @autoclosure () throws -> Process) throws -> Process {
        if let process {
            var described = try decodeJSON(Process.self, from: readText(process).utf8, file: process)
            if tty { described.terminal = true }
            return described
        }
        var described = try template()
        described.args = arguments
        described.env = (described.env ?? []) + env
        if let cwd { described.cwd = cwd }
        if let user {
            guard let parsed = User(numbers: user) else {
                throw ValidationError("--user \(user): expected UID or UID:GID, as numbers")
            }
            described.user = parsed
        }
        if !additionalGids.isEmpty { described.user?.additionalGids = additionalGids }
        described.terminal = tty
        if noNewPrivs { described.noNewPrivileges = true }
        if let apparmor { described.apparmorProfile = apparmor }
        if let processLabel { described.selinuxLabel = processLabel }
        if !cap.isEmpty {
            var sets = described.capabilities ?? Capabilities()
            for member in [\Capabilities.bounding, \.effective, \.permitted] {
                sets[keyPath: member] = (sets[keyPath: member] ?? []) + cap
            }
            described.capabilities = sets
        }
        return described
    }
}

extension User {
    /// `UID` or `UID:GID`; nil for anything else.
    init?(numbers text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let uid = UInt32(parts[0]), let gid = parts.count == 2 ? UInt32(parts[1]) : 0 else {
            return nil
        }
        self.init(uid: uid, gid: gid)
    }
}
