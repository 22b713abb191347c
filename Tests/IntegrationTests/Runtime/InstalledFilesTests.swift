import Foundation
import Testing

extension Integration {
    /// What an installed tree has beside its programs.
    @Suite(.needsInstalledTree)
    struct InstalledFilesTests {
        private let share = "\(Requirement.prefix ?? "")/share"

        private func shell(_ script: String) async throws -> Outcome {
            try await Command(
                "/bin/bash", ["-c", script, share], environment: ["PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"]
            ).outcome()
        }

        @Test func bashCompletesCommandsAndTheirOptions() async throws {
            let script = """
                source "$0/bash-completion/completions/martlet"
                words() {
                  COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*" COMP_POINT=${#COMP_LINE}
                  COMPREPLY=()
                  _martlet martlet "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                  echo "${COMPREPLY[@]}"
                }
                words martlet insp
                words martlet cache ver
                words martlet trace --summ
                """
            let outcome = try await shell(script)
            #expect(outcome.stdout == "inspect\nverify\n--summary\n", "\(outcome)")
        }

        @Test func theManualPageHasEveryCommand() async throws {
            let page = try String(contentsOfFile: "\(share)/man/man1/martlet.1", encoding: .utf8)
            #expect(page.hasPrefix(".TH MARTLET 1"))
            #expect(page.utf8.allSatisfy { $0 < 0x80 })
            for command in [
                "run", "inspect", "trace", "profile", "cache add", "doctor", "shim", "top", "create", "features",
            ] {
                #expect(page.contains("\n.SS \(command)\n"), "\(command)")
            }
            let groff = try await shell(
                "command -v groff >/dev/null || exit 0; groff -man -Tutf8 -ww -z $0/man/man1/martlet.1")
            #expect(groff.status == 0 && groff.stderr.isEmpty, "\(groff.stderr)")
        }
    }
}
