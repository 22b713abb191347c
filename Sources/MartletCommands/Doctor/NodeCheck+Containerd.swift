internal import Glibc
internal import LinuxSystem

extension NodeCheck {
    /// The first of these names in root's PATH, as a path of the machine.
    func program(_ name: String) -> String? {
        Self.searchPath.lazy.map { "\($0)/\(name)" }.first { access(path($0), X_OK) == 0 }
    }

    /// Root's.
    static let searchPath = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"]

    private static let socket = "/run/containerd/containerd.sock"

    var containerd: Finding {
        guard let program = program("containerd") else {
            return Finding(
                "containerd", .fair, "it is not installed",
                remedy: "pods need it; martlet run and podman do without it")
        }
        guard let (version, major, minor) = version(of: program) else {
            return Finding(
                "containerd", .fair, "\(program) --version does not tell its version",
                remedy: "use containerd 1.6 or later")
        }
        guard (major, minor) >= (1, 6) else {
            return Finding("containerd", .fair, "\(program) \(version)", remedy: "use containerd 1.6 or later")
        }
        guard access(path(Self.socket), F_OK) == 0 else {
            return Finding(
                "containerd", .fair, "\(program) \(version), not running",
                remedy: "systemctl start containerd; martlet run does without it")
        }
        return Finding("containerd", .good, "\(program) \(version)")
    }

    /// `containerd github.com/containerd/containerd v1.7.24 REVISION`; Debian has no `v`, and a suffix.
    private func version(of program: String) -> (text: String, major: Int, minor: Int)? {
        guard let words = ask.run(program, ["--version"])?.output.split(whereSeparator: \.isWhitespace), words.count > 2
        else { return nil }
        let text = words[2].drop { $0 == "v" }.prefix { $0.isNumber || $0 == "." }
        let numbers = text.split(separator: ".").compactMap { Int($0) }
        return numbers.count < 2 ? nil : (String(text), numbers[0], numbers[1])
    }

    /// Of containerd: what it makes of its file and those that this imports.
    func containerdConfiguration() -> (findings: [Finding], runtimes: [ContainerdRuntime]) {
        let file = ContainerdConfiguration.file
        guard let program = program("containerd") else { return ([], []) }
        guard let said = ask.run(program, ["config", "dump"], onlyOutput: true) else { return ([], []) }
        guard said.succeeded else {
            let words = ask.run(program, ["config", "dump"])?.output ?? ""
            return (
                [
                    Finding(
                        "containerd's configuration", .bad, "\(file): \(words.split(separator: "\n").last ?? "")",
                        remedy: "mend it: containerd does not start so")
                ], []
            )
        }
        do {
            let configuration = try ContainerdConfiguration(said.output)
            guard configuration.hasCRI else {
                let found = Finding(
                    "containerd's configuration", .fair, "\(file): disabled_plugins has the CRI plug-in",
                    remedy: "Kubernetes needs it: take it out there, and restart containerd")
                return ([found], configuration.runtimes)
            }
            let isThere = access(path(file), F_OK) == 0
            let found = Finding(
                "containerd's configuration", .good,
                (isThere ? file : "as by default") + ", version \(configuration.version)")
            return ([found], configuration.runtimes)
        } catch {
            return (
                [
                    Finding(
                        "containerd's configuration", .fair, "what containerd config dump says can't be read: \(error)")
                ], []
            )
        }
    }

    /// What Kubernetes' RuntimeClass names: those of containerd's runtimes that are Martlet's.
    func handlers(_ runtimes: [ContainerdRuntime]) -> [Finding] {
        let subject = "RuntimeClass handler"
        let ours = runtimes.filter(\.isOurs)
        guard !ours.isEmpty else {
            return [
                Finding(
                    subject, .fair, "\(ContainerdConfiguration.file) names no runtime of Martlet",
                    remedy: "for Kubernetes, merge runtimeclass/containerd/version-2.toml (containerd 1.x) or "
                        + "version-3.toml (2.x) into it, and restart containerd")
            ]
        }
        return ours.map { runtime in
            let name = "\(runtime.handler) (\(runtime.type))"
            // As containerd finds it: by the type's last two words, or where it is told.
            guard runtime.path.map({ access(path($0), X_OK) == 0 }) ?? (program(runtime.shim) != nil) else {
                return Finding(
                    subject, .bad, "\(name): there is no \(runtime.path ?? runtime.shim)",
                    remedy: "hack/install --prefix /usr/local installs the shim under both names")
            }
            guard runtime.passesAnnotations else {
                return Finding(
                    subject, .fair, "\(name): its pod_annotations have no martlet.dev/*",
                    remedy: "pods' annotations do not reach the shim: see runtimeclass/containerd")
            }
            return Finding(subject, .good, name)
        }
    }
}
