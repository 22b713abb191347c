internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// The node's folder of compiled modules, looked at and cleared by name alone. Engines may use it meanwhile: what they
/// have mapped stays with them.
package struct CacheFolder: Sendable {
    package let path: String

    package init(path: String) {
        self.path = path
    }

    /// A compiled module.
    package struct Artifact: Encodable, Hashable, Sendable {
        /// The file's name.
        package var name: String
        /// SHA-256 of the module that it was made from.
        package var digest: String
        /// `module` or `component`.
        package var kind: String
        /// Stands for the engine's version and settings.
        package var configuration: String
        /// Bytes.
        package var size: Int64
        /// Seconds since 1970; what is in use is noted once an hour.
        package var lastUsed: Int64
    }

    /// All artifacts, what was used last first.
    package func artifacts() throws -> [Artifact] {
        let folder: OwnedFileDescriptor
        do {
            folder = try openFile(path, O_RDONLY | O_DIRECTORY)
        } catch {
            // It is made with the first container.
            if error.errno == .noSuchFileOrDirectory { return [] }
            throw error
        }
        var found: [Artifact] = []
        for name in try entryNames(of: folder.raw, name: path) {
            guard var artifact = Self.artifact(named: name), let status = Self.status(name, in: folder.raw) else {
                continue
            }
            artifact.size = Int64(status.st_size)
            artifact.lastUsed = Int64(status.st_atim.tv_sec)
            found.append(artifact)
        }
        return found.sorted { ($0.lastUsed, $0.name) > ($1.lastUsed, $1.name) }
    }

    /// `DIGEST-CONFIGURATION.module`
    private static func artifact(named name: String) -> Artifact? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1] == "module" || parts[1] == "component" else { return nil }
        let stem = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard stem.count == 2, stem[0].count == 64 else { return nil }
        return Artifact(
            name: name, digest: String(stem[0]), kind: String(parts[1]), configuration: String(stem[1]), size: 0,
            lastUsed: 0)
    }

    private static func status(_ name: String, in folder: Int32) -> stat? {
        var found = stat()
        return fstatat(folder, name, &found, AT_SYMLINK_NOFOLLOW) == 0 ? found : nil
    }

    package func remove(_ artifact: Artifact) throws {
        let file = "\(path)/\(artifact.name)"
        let result = attempt { unlink(file) }
        if case .failure(let code) = result, code != .noSuchFileOrDirectory {
            throw SystemCallError("unlink", file, errno: code)
        }
    }

    /// Those that go when no more than so many bytes may stay: what was not used for longest goes first.
    package static func excess(of artifacts: [Artifact], beyond limit: Int64) -> [Artifact] {
        var total: Int64 = 0
        return artifacts.sorted { $0.lastUsed > $1.lastUsed }.filter { artifact in
            total += artifact.size
            return total > limit
        }
    }

    /// Why an engine would not use it; nil: as far as can be seen, it would.
    package func fault(of artifact: Artifact) -> String? {
        do {
            let file = try openFile("\(path)/\(artifact.name)", O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
            let status = try FileStatus(of: file.raw)
            guard status.kind == .regular else { return "it is no regular file" }
            guard status.owner == geteuid() else { return "it belongs to user \(status.owner)" }
            guard status.permissions & 0o077 == 0 else {
                return "others may use it: mode 0\(String(status.permissions, radix: 8))"
            }
            var head = [UInt8](repeating: 0, count: 4)
            let raw = file.raw
            let count = try systemCall("pread", artifact.name) { pread(raw, &head, head.count, 0) }
            // Artifacts are ELF objects.
            return count == 4 && head == [0x7f, 0x45, 0x4c, 0x46] ? nil : "it is none of the engine's"
        } catch {
            // What has gone meanwhile is no fault.
            return error.errno == .noSuchFileOrDirectory ? nil : "\(error)"
        }
    }
}
