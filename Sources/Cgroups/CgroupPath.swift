/// Where in the hierarchies a container's cgroup is asked to be: `linux.cgroupsPath` and the rules of runc for it.
///
/// Absolute: below the mount points. Relative, or absent (then the container's id stands for it): below the
/// runtime's own cgroup; on version 2 beside it, for a cgroup with processes may have no controllers enabled below.
/// `..` never leads above the start.
///
/// `slice:prefix:name` is a systemd scope, whose place follows from its name; so it is for the kubelet's paths also where
/// the runtime options do not ask for systemd.
package struct CgroupPath: Hashable, Sendable {
    let isAbsolute: Bool
    /// Never empty; no `.`, `..` or empty ones.
    let components: [String]
    /// Set when systemd is to make it.
    let unit: CgroupPlace.Unit?

    /// - Parameters:
    ///   - cgroupsPath: `linux.cgroupsPath` of the specification.
    ///   - systemd: whether the runtime options ask for the systemd driver.
    package init(_ cgroupsPath: String?, id: String, systemd: Bool = false) throws(CgroupError) {
        let field = "linux.cgroupsPath"
        if systemd || SystemdUnit.isUnit(cgroupsPath ?? "") {
            let unit = try SystemdUnit(cgroupsPath, id: id)
            self.isAbsolute = true
            self.components = try unit.path.split(separator: "/").map(String.init)
            self.unit = CgroupPlace.Unit(name: unit.name, slice: unit.slice)
            return
        }
        self.unit = nil
        let given = cgroupsPath.flatMap { $0.isEmpty ? nil : $0 }
        let path = given ?? id
        if path.utf8.contains(0) {
            throw CgroupError(.invalid, field: given == nil ? "id" : field, "has a NUL character in it")
        }
        if given == nil, id.contains("/") || id == "." || id == ".." || id.isEmpty {
            throw CgroupError(.invalid, field: "id", "\"\(id)\" can't name a cgroup; a plain file name can")
        }
        self.isAbsolute = path.hasPrefix("/")
        var components: [String] = []
        for part in path.split(separator: "/") where part != "." {
            if part == ".." {
                _ = components.popLast()
            } else {
                components.append(String(part))
            }
        }
        self.components = components
        if components.isEmpty {
            throw CgroupError(
                .invalid, field: field,
                "\"\(path)\" is the root of the hierarchy; a container's cgroup must be below it")
        }
    }

    /// The path below a start, without a leading slash.
    var relative: String { components.joined(separator: "/") }
}

/// `path` as seen from `root`: empty when they are one, or when `path` is not below `root` (so nothing climbs).
func relativePath(of path: String, from root: String) -> String {
    if path == root || path == "/" { return "" }
    let base = root == "/" ? "/" : root + "/"
    guard path.hasPrefix(base) else { return "" }
    let rest = path.dropFirst(base.utf8.count)
    return rest.split(separator: "/").contains("..") ? "" : String(rest)
}
