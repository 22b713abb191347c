/// Names of images, as people write them and as containerd keeps them.
enum ImageName {
    /// The names that a word may stand for, the likeliest first: itself, and what docker, nerdctl and CRI make of it
    /// (distribution: reference.ParseNormalizedNamed).
    static func candidates(_ word: String) -> [String] {
        let (path, rest) = split(word)
        guard !path.isEmpty, !word.hasPrefix("sha256:") else { return [word] }
        var full = path
        let first = path.split(separator: "/", maxSplits: 1).first ?? ""
        let hasHost = path.contains("/") && (first.contains(".") || first.contains(":") || first == "localhost")
        if !hasHost { full = "docker.io/\(path.contains("/") ? "" : "library/")\(path)" }
        full += rest.isEmpty ? ":latest" : rest
        return full == word ? [word] : [word, full]
    }

    /// The path with its host, and `:tag` or `@digest` after it.
    private static func split(_ word: String) -> (path: String, rest: String) {
        if let at = word.firstIndex(of: "@") {
            // Beside a digest, containerd knows no tag.
            return (split(String(word[..<at])).path, String(word[at...]))
        }
        guard let colon = word.lastIndex(of: ":"), !word[colon...].contains("/") else { return (word, "") }
        return (String(word[..<colon]), String(word[colon...]))
    }

    /// Those of some names that somebody may have meant, the nearest first.
    static func near(_ word: String, in names: [String]) -> [String] {
        let wanted = last(word)
        let measured = names.compactMap { name -> (distance: Int, name: String)? in
            let own = last(name)
            let distance = own.contains(wanted) || wanted.contains(own) ? 0 : Self.distance(own, wanted)
            return distance <= max(1, wanted.count / 3) ? (distance, name) : nil
        }
        return measured.sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }.map(\.name)
    }

    /// The last part of the path, without tag or digest.
    private static func last(_ name: String) -> String {
        split(name).path.split(separator: "/").last.map { $0.lowercased() } ?? ""
    }

    /// How many letters are to be added, removed or changed.
    private static func distance(_ one: String, _ other: String) -> Int {
        let other = Array(other.utf8)
        var row = Array(0...other.count)
        for (index, letter) in one.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for place in other.indices {
                let change = diagonal + (letter == other[place] ? 0 : 1)
                diagonal = row[place + 1]
                row[place + 1] = min(change, row[place] + 1, diagonal + 1)
            }
        }
        return row[other.count]
    }
}
