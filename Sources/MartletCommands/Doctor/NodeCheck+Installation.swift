internal import EngineProtocol
internal import Glibc
internal import LinuxSystem
internal import OCIRuntime
internal import ShimService
internal import SystemPackage

extension NodeCheck {
    private func settings() throws -> ShimConfiguration {
        try ConfigurationReader.read(file: path(ShimConfiguration.path))
    }

    /// The defaults where the file is wrong, which is another finding.
    private var engineSettings: EngineSettings { (try? settings().engine) ?? EngineSettings() }

    var configuration: Finding {
        do {
            let configuration = try settings()
            if configuration.systemdCgroup == true, access(path("/run/systemd/system"), F_OK) != 0 {
                return Finding(
                    "configuration", .bad, "systemd_cgroup is true, and systemd is not running",
                    remedy: "set it to false")
            }
            let isThere = access(path(ShimConfiguration.path), F_OK) == 0
            return Finding("configuration", .good, isThere ? ShimConfiguration.path : "as by default")
        } catch {
            return Finding("configuration", .bad, "\(error)", remedy: "mend it; martlet config looks again")
        }
    }

    /// The folder of compiled modules has to be root's alone.
    var cache: Finding {
        let folder = engineSettings.cacheDirectory
        do {
            let opened = try openFile(path(folder), O_RDONLY | O_DIRECTORY)
            let status = try FileStatus(of: opened.raw, name: folder)
            guard status.owner == 0, status.permissions & 0o077 == 0 else {
                return Finding(
                    "cache", .bad, "\(folder) is not root's alone",
                    remedy: "chown root \(folder) && chmod 700 \(folder), and remove what is in it")
            }
            guard try !FileSystemInfo(of: opened.raw, name: folder).flags.contains(.noExec) else {
                return Finding(
                    "cache", .bad, "\(folder) is on a file system from which nothing is executed",
                    remedy:
                        "compiled modules are: mount it without noexec, or name another folder ([cache] directory in "
                        + "\(ShimConfiguration.path))")
            }
            return Finding("cache", .good, folder)
        } catch {
            if error.errno == .noSuchFileOrDirectory {
                return Finding("cache", .good, "\(folder) is made with the first container")
            }
            return Finding("cache", .bad, "\(error)", remedy: "[cache] directory in \(ShimConfiguration.path) names it")
        }
    }

    /// Starts one, and asks for its version.
    var engine: Finding {
        do {
            let path = try EngineLocation.find(besideShim: try EngineLocation.ownExecutable())
            let process = try EngineProcess.start(path: path, log: STDERR_FILENO)
            defer { process.abandon() }
            let copy = try systemCall("fcntl") { fcntl(process.socket, F_DUPFD_CLOEXEC, 3) }
            let channel = MessageChannel(owning: OwnedFileDescriptor(owning: copy))
            try channel.send(EngineRequest.configure(engineSettings))
            guard case .ready(let version)? = try channel.receive(EngineReport.self)?.message else {
                return Finding(
                    "engine", .bad, "\(path) ends without a word",
                    remedy: "its last words are above; is lib/martlet/libwasmtime.so where it was installed?")
            }
            return Finding("engine", .good, "\(path), wasmtime \(version)")
        } catch {
            return Finding("engine", .bad, "\(error)", remedy: "hack/install --prefix /usr/local installs all parts")
        }
    }

    /// containerd looks for shims in its PATH, which is root's.
    var shim: Finding {
        let name = "containerd-shim-martlet-v1"
        if let found = program(name) { return Finding("shim", .good, found) }
        return Finding(
            "shim", .fair, "no \(name) in \(Self.searchPath.joined(separator: ":"))",
            remedy: "containerd does not find it: install with hack/install --prefix /usr/local")
    }
}
