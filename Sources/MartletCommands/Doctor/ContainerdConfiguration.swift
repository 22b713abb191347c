internal import TOMLKit

/// What containerd says that its configuration is (`containerd config dump`).
struct ContainerdConfiguration {
    /// Where it is looked for, if containerd is told nothing else.
    static let file = "/etc/containerd/config.toml"

    /// Of the file's format: 2 for containerd 1.x, 3 for 2.x.
    let version: Int
    /// Whether the kubelet is answered.
    let hasCRI: Bool
    /// The runtimes of CRI, by their handlers' names.
    let runtimes: [ContainerdRuntime]

    /// The plug-ins that CRI's runtimes stand under, in the versions of the format.
    private static let plugins = ["io.containerd.grpc.v1.cri", "io.containerd.cri.v1.runtime"]

    init(_ text: String) throws {
        let table = try TOMLTable(string: text)
        version = table["version"]?.int ?? 1
        let disabled = table["disabled_plugins"]?.array.map { Array($0).compactMap(\.string) } ?? []
        hasCRI = !disabled.contains { $0 == "cri" || Self.plugins.contains($0) }
        runtimes = Self.plugins.flatMap { plugin -> [ContainerdRuntime] in
            let all = table["plugins"]?.table?[plugin]?.table?["containerd"]?.table?["runtimes"]?.table
            return (all?.keys.sorted() ?? []).compactMap { name in
                guard let runtime = all?[name]?.table, let type = runtime["runtime_type"]?.string else { return nil }
                let path = runtime["runtime_path"]?.string ?? ""
                let annotations = runtime["pod_annotations"]?.array.map { Array($0).compactMap(\.string) }
                return ContainerdRuntime(
                    handler: name, type: type, path: path.isEmpty ? nil : path, annotations: annotations ?? [])
            }
        }
    }
}

/// A runtime as CRI knows it.
struct ContainerdRuntime: Hashable {
    /// What a RuntimeClass names.
    let handler: String
    /// `io.containerd.martlet.v1`
    let type: String
    /// Of the shim, if it is not looked for by the type's name.
    let path: String?
    /// The annotations of pods that reach it.
    let annotations: [String]

    /// The file that containerd looks for in its PATH.
    var shim: String { "containerd-shim-" + type.split(separator: ".").suffix(2).joined(separator: "-") }

    /// The second is a name that others have, too; the symbolic link is for it.
    var isOurs: Bool {
        ["io.containerd.martlet.v1", "io.containerd.wasmtime.v1"].contains(type)
            || path?.split(separator: "/").last?.hasPrefix("containerd-shim-martlet") == true
    }

    var passesAnnotations: Bool {
        annotations.contains { ["martlet.dev/*", "martlet.dev*", "martlet.*", "*"].contains($0) }
    }
}
