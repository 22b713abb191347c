package import OCISpec

/// Where the calls of a container's module are written, as an annotation says.
///
///     martlet.dev/trace: stderr           the container's standard error
///     martlet.dev/trace: /tmp/calls       a file of the container
///     martlet.dev/trace.NAME: the same, for the container of that name in its pod
package enum TracePlace: Hashable, Sendable {
    case standardError
    /// An absolute path inside the container. The container's user makes it, in the container.
    case file(String)

    package static let annotation = "martlet.dev/trace"

    /// - Returns: nil when the container is not to be traced.
    /// - Throws: `SpecError`: the annotation says something else.
    package init?(_ annotations: [String: String]?) throws(SpecError) {
        guard let annotations, let (field, text) = Self.find(annotations) else { return nil }
        switch text {
        case "", "stderr": self = .standardError
        case _ where text.hasPrefix("/") && !text.hasSuffix("/"): self = .file(text)
        default:
            throw SpecError(
                .invalid, field: "annotations[\(quoted(field))]",
                "found \(quoted(text)); expected stderr, or the absolute path of a file in the container")
        }
    }

    /// Whether the annotations say anything of it.
    package static func isAsked(_ annotations: [String: String]?) -> Bool {
        annotations.flatMap(find) != nil
    }

    private static func find(_ annotations: [String: String]) -> (field: String, text: String)? {
        if let name = annotations["io.kubernetes.cri.container-name"] {
            let own = "\(annotation).\(name)"
            if let text = annotations[own] { return (own, text) }
        }
        return annotations[annotation].map { (annotation, $0) }
    }
}
