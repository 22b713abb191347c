package import SystemPackage

/// A system call that failed: which one, on what, why, and what would mend it.
///
/// The errno is taken on the line after the call, before any string is built.
package struct SystemCallError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The call by its man-page name: `openat2`, `mount`.
    package let call: String
    /// The path, name or number that the call was about, as a person would write it.
    package let subject: String?
    package let errno: Errno
    /// One sentence on what would help, where there is something to say.
    package let remedy: String?

    package init(_ call: String, _ subject: String? = nil, errno: Errno, remedy: String? = nil) {
        self.call = call
        self.subject = subject
        self.errno = errno
        self.remedy = remedy
    }

    package var description: String {
        var text = call
        if let subject { text += " \(subject)" }
        text += ": \(errno)"
        if let remedy { text += " (\(remedy))" }
        return text
    }
}
