internal import Bundle
internal import Cgroups
internal import ContainerInit
internal import EngineProtocol
internal import Glibc
internal import OCISpec
internal import Seccomp

/// Reads a bundle as the shim and the engine do before they fork, and goes on after the first mistake.
package struct BundleCheck: Sendable {
    /// Absolute.
    private let path: String
    private let rootfs: String?

    /// - Parameters:
    ///   - bundle: from the working directory when it is relative; so is `rootfs`.
    ///   - rootfs: looked into instead of the bundle's own.
    package init(bundle: String, rootfs: String? = nil) {
        path = Self.absolute(bundle)
        self.rootfs = rootfs.map(Self.absolute)
    }

    package func run() -> BundleReport {
        var report = BundleReport()
        let bundle: Bundle
        let spec: Spec
        do {
            bundle = try Bundle(path: path)
            spec = try bundle.loadConfig().spec
        } catch {
            report.problems.append("\(error)")
            if let error = error as? BundleError, error.code == .notFound {
                report.hints.append("name the folder that holds config.json; containerd's are in \(Self.containerds)")
            }
            return report
        }
        let entrypoint = checkEntrypoint(of: spec, in: bundle, &report)
        let file = bundle.path(of: .config)
        collect(&report, file) { report in
            report.warnings = try ContainerPlan(spec, request: request(entrypoint, bundle, spec)).warnings
        }
        collect(&report, file) { _ in _ = try CgroupPath(spec.linux?.cgroupsPath, id: id) }
        collect(&report, file) { _ in _ = try TracePlace(spec.annotations) }
        if let profile = spec.linux?.seccomp {
            collect(&report, file) { _ in _ = try SeccompFilter.compile(profile) }
        }
        return report
    }

    private func collect(_ report: inout BundleReport, _ file: String, _ check: (inout BundleReport) throws -> Void) {
        do {
            try check(&report)
        } catch {
            report.problems.append("\(file): \(error)")
        }
    }

    private func checkEntrypoint(of spec: Spec, in bundle: Bundle, _ report: inout BundleReport) -> Entrypoint {
        let file = bundle.path(of: .config)
        let root = rootfs ?? bundle.rootfs(of: spec)
        let remedy = "name the mounted root filesystem with --rootfs, or unpack the image in \(root)"
        let resolver = EntrypointResolver(bundle: bundle, rootfs: root, mounts: spec.mounts ?? [])
        do throws(EntrypointError) {
            switch try resolver.resolve(spec.process) {
            case .native:
                report.entrypoint = "native program \(spec.process?.args?.first ?? "")"
                // Whether it can be executed, execve(2) says; but there is nothing here to execute.
                if Self.isEmpty(root) {
                    report.problems.append("\(file): root.path: found nothing in \(root)")
                    report.hints.append(remedy)
                }
            case .wasm(let found):
                let function = found.function.map { ", function \($0)" } ?? ""
                report.entrypoint = "module \(found.path) (\(found.format.name)\(function))"
                return .wasm(path: found.path, function: found.function)
            }
        } catch {
            report.problems.append("\(file): \(error)")
            if Self.isEmpty(root) { report.hints.append(remedy) }
        }
        return .native
    }

    private func request(_ entrypoint: Entrypoint, _ bundle: Bundle, _ spec: Spec) -> CreateRequest {
        CreateRequest(
            id: id, bundle: path, rootfs: rootfs ?? bundle.rootfs(of: spec), entrypoint: entrypoint,
            cgroup: CgroupPlacement(entryFiles: []), guestMemoryLimit: nil, descriptors: [], options: CreateOptions())
    }

    /// containerd names a bundle after the container.
    private var id: String { path.split(separator: "/").last.map(String.init) ?? "container" }

    private static let containerds = "/run/containerd/io.containerd.runtime.v2.task/NAMESPACE/ID"

    private static func absolute(_ path: String) -> String {
        if let real = resolve(path) { return real }
        // What is not there is missed later.
        return path.hasPrefix("/") ? path : "\(resolve(".") ?? "")/\(path)"
    }

    private static func resolve(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static func isEmpty(_ folder: String) -> Bool {
        guard let stream = opendir(folder) else { return true }
        defer { closedir(stream) }
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { return false }
        }
        return true
    }
}

extension WasmEntrypoint.Format {
    fileprivate var name: String {
        switch self {
        case .module: "wasm module"
        case .component: "wasm component"
        case .text: "WebAssembly text"
        }
    }
}
