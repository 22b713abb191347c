import Foundation
import Testing

/// A scope of systemd, as systemd and the kernel tell it.
struct ScopeFacts: Sendable {
    /// Its name.
    let unit: String
    /// The slices that it is in, from the top.
    let slices: [String]

    /// As /proc/PID/cgroup names it.
    var place: String { "/" + (slices + [unit]).joined(separator: "/") }
    var folder: CgroupFolder { CgroupFolder(path: "/sys/fs/cgroup\(place)") }

    /// Properties by their names, as `systemctl show` prints them.
    func properties(_ names: [String]) async throws -> [String: String] {
        var found: [String: String] = [:]
        for line in try await systemctl("show", "--property", names.joined(separator: ","), unit).split(separator: "\n")
        {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { found[String(parts[0])] = String(parts[1]) }
        }
        return found
    }

    /// Neither has it any more: systemd forgets a unit when it next has nothing else to do.
    func expectRemoved() async throws {
        #expect(!folder.exists)
        try await eventually("\(unit) to be forgotten") {
            try await properties(["LoadState"]) == ["LoadState": "not-found"]
        }
    }
}

/// What it prints; throws if it fails.
@discardableResult
func systemctl(_ words: String...) async throws -> String {
    let outcome = try await Command("/usr/bin/systemctl", words, environment: ["PATH": "/usr/bin:/bin"]).outcome()
    guard outcome.status == 0 else { throw FixtureError(description: "systemctl \(words): \(outcome.stderr)") }
    return outcome.stdout.trimmingCharacters(in: .whitespacesAndNewlines)
}
