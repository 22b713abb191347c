internal import Glibc

/// Which core modules answer HTTP requests: a command is run for each, CGI style, where an annotation says so.
///
///     martlet.dev/http-module: wagi
///     martlet.dev/http-module.NAME: wagi or none, for the container of that name in its pod
package enum ServedModules {
    package static let annotation = "martlet.dev/http-module"
    private static let containerName = "io.kubernetes.cri.container-name"

    /// Whether a container's module is to be served.
    ///
    /// - Throws: ``GuestError`` `invalidArgument` that names the annotation.
    package static func areWanted(_ annotations: [String: String]) throws(GuestError) -> Bool {
        let own = annotations[containerName].map { "\(annotation).\($0)" }
        let field = own.flatMap { annotations[$0] == nil ? nil : $0 } ?? annotation
        switch annotations[field] {
        case nil, "none": return false
        case "wagi": return true
        case let word?: throw GuestError(.invalidArgument, "\(field) is \"\(word)\": wagi or none is needed")
        }
    }

    /// Whether a file may be a core module, by its first bytes; one of text may.
    ///
    /// - Parameter file: open for reading; borrowed.
    package static func mayBe(_ file: Int32) -> Bool {
        var head = [UInt8](repeating: 0, count: 64)
        let count = head.withUnsafeMutableBytes { pread(file, $0.baseAddress, $0.count, 0) }
        guard count > 0, let kind = try? ModuleKind(head: head.prefix(count), name: "") else { return false }
        return kind == .module || kind == .text
    }
}
