/// A container's unit as `linux.cgroupsPath` names it for systemd: `slice:prefix:name`.
///
/// The unit is `prefix-name.scope`, in the slice; without a prefix it is `name.scope`. An empty slice is
/// `system.slice`, as for runc.
struct SystemdUnit: Hashable, Sendable {
    let slice: String
    let name: String

    /// Whether a path names a unit, and not directories: two colons after a slice's name.
    static func isUnit(_ path: String) -> Bool {
        let parts = path.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 3 && parts[0].hasSuffix(".slice") && !path.contains("/")
    }

    /// - Parameter path: `linux.cgroupsPath`; when it is absent, `id` names the unit.
    init(_ path: String?, id: String) throws(CgroupError) {
        let field = "linux.cgroupsPath"
        guard let path, !path.isEmpty else {
            slice = "system.slice"
            name = "martlet-\(id).scope"
            try Self.check(name, field: "id")
            return
        }
        let parts = path.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, !parts[2].isEmpty else {
            throw CgroupError(
                .invalid, field: field,
                "found \"\(path)\"; the systemd cgroup driver takes slice:prefix:name, such as "
                    + "\"kubepods.slice:cri-containerd:0123\"")
        }
        slice = parts[0].isEmpty ? "system.slice" : String(parts[0])
        name = (parts[1].isEmpty ? "" : "\(parts[1])-") + "\(parts[2]).scope"
        try Self.check(name, field: field)
        _ = try folder
    }

    /// The characters of unit names (systemd.unit(5)), and their length.
    private static func check(_ name: String, field: String) throws(CgroupError) {
        let allowed = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: ":-_.\\@".utf8.contains(byte)
            }
        }
        guard allowed, name.utf8.count < 256 else {
            throw CgroupError(.invalid, field: field, "\"\(name)\" can't be the name of a systemd unit")
        }
    }

    /// The slice's cgroup below the root: each dash in its name is a level (systemd.slice(5)). `-.slice` is the root.
    var folder: String {
        get throws(CgroupError) {
            guard slice != "-.slice" else { return "" }
            let stem = slice.hasSuffix(".slice") ? slice.dropLast(".slice".count) : ""
            let levels = stem.split(separator: "-", omittingEmptySubsequences: false)
            guard !stem.isEmpty, !stem.contains("/"), !levels.contains("") else {
                throw CgroupError(
                    .invalid, field: "linux.cgroupsPath",
                    "\"\(slice)\" can't be the name of a slice; one such as \"kubepods-burstable.slice\" can")
            }
            return levels.indices.map { levels[...$0].joined(separator: "-") + ".slice" }.joined(separator: "/")
        }
    }

    /// The scope's cgroup below the root.
    var path: String {
        get throws(CgroupError) {
            let above = try folder
            return above.isEmpty ? name : "\(above)/\(name)"
        }
    }
}
