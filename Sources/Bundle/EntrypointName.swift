/// What `process.args[0]` says: a file, and maybe a function of it after the first `#`.
struct EntrypointName: Hashable {
    let path: String
    /// nil for none; the engine takes `_start`.
    let function: String?

    init(_ argument: String) {
        let parts = argument.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts[0])
        function = parts.count > 1 && !parts[1].isEmpty ? String(parts[1]) : nil
    }

    /// Whether the name itself says that it is no native program.
    var asksForWasm: Bool {
        function != nil || path.hasSuffix(".wasm") || path.hasSuffix(".wat")
    }

    /// The absolute paths that it may stand for inside the container, best first, without `.` and `..`.
    ///
    /// A name with a slash is a path from `cwd`; one without is looked up in PATH, then in `cwd`.
    func candidates(cwd: String, searchPath: String?) -> [String] {
        if path.contains("/") { return [absolute(path, from: cwd)] }
        // An empty part is the working directory (POSIX, "Environment Variables").
        let folders = searchPath?.split(separator: ":", omittingEmptySubsequences: false).map(String.init) ?? []
        var found: [String] = []
        for folder in folders + [cwd] {
            let candidate = absolute("\(absolute(folder, from: cwd))/\(path)", from: "/")
            if !found.contains(candidate) { found.append(candidate) }
        }
        return found
    }
}

/// A path from `/`, by text alone: doubled slashes, `.` and `..` are taken out.
func absolute(_ path: String, from folder: String) -> String {
    let whole = path.hasPrefix("/") ? path : "\(folder)/\(path)"
    var parts: [Substring] = []
    for part in whole.split(separator: "/") where part != "." {
        if part == ".." { _ = parts.popLast() } else { parts.append(part) }
    }
    return "/" + parts.joined(separator: "/")
}
