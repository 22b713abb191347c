internal import SystemPackage

/// Why an image can't be used: which part of it, and what is wrong.
package struct ImageError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The file or folder is no image that is known here.
        case notAnImage
        /// A blob, a file or a platform that is named is not there.
        case notFound
        /// It is not as its format has it.
        case malformed
        /// Its content is not what its digest says.
        case wrongDigest
        /// It asks for what is not done here.
        case unsupported
    }

    package let code: Code
    /// The file, blob or entry.
    package let subject: String
    package let message: String

    package init(_ code: Code, _ subject: String, _ message: String) {
        self.code = code
        self.subject = subject
        self.message = message
    }

    package var description: String { "\(subject): \(message)" }
}
