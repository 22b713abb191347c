/// What there is to say of a bundle.
package struct BundleReport: Hashable, Sendable, CustomStringConvertible {
    /// What would be run, in words; nil when that could not be found out.
    package var entrypoint: String?
    /// Each keeps the container from running, and names the file and the field.
    package var problems: [String] = []
    /// What the specification asks for and is passed over.
    package var warnings: [String] = []
    /// What to do about the problems.
    package var hints: [String] = []

    package var isUsable: Bool { problems.isEmpty }

    /// A line each; the last says that it is all right, if it is.
    package var description: String {
        var lines = problems.map { "error: \($0)" } + warnings.map { "warning: \($0)" } + hints.map { "hint: \($0)" }
        if isUsable, let entrypoint { lines.append("ok: \(entrypoint)") }
        return lines.joined(separator: "\n")
    }
}
