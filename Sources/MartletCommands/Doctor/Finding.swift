/// What was found of one thing that containers need.
package struct Finding: Encodable, Hashable, Sendable, CustomStringConvertible {
    package enum Verdict: String, Encodable, Sendable {
        case good = "ok"
        /// Something does without it.
        case fair = "warning"
        /// Containers do not run.
        case bad = "error"
    }

    package var subject: String
    package var verdict: Verdict
    /// What is there.
    package var found: String
    /// What to do about it.
    package var remedy: String?

    package init(_ subject: String, _ verdict: Verdict, _ found: String, remedy: String? = nil) {
        self.subject = subject
        self.verdict = verdict
        self.found = found
        self.remedy = remedy
    }

    package var description: String {
        "\(verdict.rawValue): \(subject): \(found)" + (remedy.map { "\n  -> \($0)" } ?? "")
    }
}
