package import LinuxSystem
package import OCISpec

/// The further components of an image that its entrypoint's is composed with, as an annotation names them.
///
///     martlet.dev/components: auth.wasm, lib/db.wasm
///     martlet.dev/components.NAME: the same, for the container of that name in its pod
package struct ComponentList: Hashable, Sendable {
    package static let annotation = "martlet.dev/components"

    /// The annotation that names them.
    package let field: String
    /// As they are named: absolute, or looked up as an entrypoint is.
    package let paths: [String]
    /// Whether it is meant for this container alone, and not for all of the pod that it fits.
    package let isOfContainer: Bool

    /// - Returns: nil when there are none.
    package init?(_ annotations: [String: String]) {
        let own = annotations["io.kubernetes.cri.container-name"].map { "\(Self.annotation).\($0)" }
        let field = own.flatMap { annotations[$0] == nil ? nil : $0 } ?? Self.annotation
        guard let text = annotations[field] else { return nil }
        paths = text.split { $0 == "," || $0 == " " || $0 == "\n" }.map(String.init)
        guard !paths.isEmpty else { return nil }
        self.field = field
        isOfContainer = field == own
    }
}

extension EntrypointResolver {
    /// Opens the further components, in order.
    ///
    /// - Parameter process: whose working directory and search path count.
    package func open(_ list: ComponentList, for process: Process) throws(EntrypointError) -> [HeldComponent] {
        var components: [HeldComponent] = []
        for path in list.paths {
            do throws(EntrypointError) {
                components.append(try open(path, for: process))
            } catch {
                var error = error
                error.field = list.field
                throw error
            }
        }
        return components
    }

    private func open(_ path: String, for process: Process) throws(EntrypointError) -> HeldComponent {
        var other = process
        other.args = [path]
        switch try resolve(other) {
        case .native: throw EntrypointError(.notWasm, path: path, "found no component of that name in the container")
        case .wasm(let found):
            let (path, format) = (found.path, found.format)
            guard format != .module else {
                throw EntrypointError(.notWasm, path: path, "found a module; expected a component")
            }
            return HeldComponent(path: path, file: HeldDescriptor(found.takeFile()))
        }
    }
}

/// A component's open file.
package struct HeldComponent: Sendable {
    package let path: String
    package let file: HeldDescriptor

    package init(path: String, file: HeldDescriptor) {
        self.path = path
        self.file = file
    }
}
