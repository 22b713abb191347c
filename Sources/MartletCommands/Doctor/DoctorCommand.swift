package import ArgumentParser
internal import OCISpec

/// `martlet doctor`
package struct DoctorCommand: ParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Say whether this machine has what it takes, and how to mend what it lacks.",
        discussion: """
            Nothing is changed. The exit status is 1 when something keeps containers from running.

            EXAMPLES
              martlet doctor
              martlet doctor --format json
            """)

    @Option(name: .shortAndLong, help: "table or json.")
    package var format = OutputFormat.table

    package init() {}

    package func run() throws {
        let findings = NodeCheck().run()
        if format == .json {
            try printJSON(findings)
        } else {
            print(Style().verdicts(findings.map(\.description).joined(separator: "\n")))
        }
        if findings.contains(where: { $0.verdict == .bad }) { throw ExitCode.failure }
    }
}
