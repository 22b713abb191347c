/// The shim's command line, in the manner of Go's flag package, as containerd writes it: `-flag value`, `-flag=value`
/// or `--flag`, up to the first word that is no flag, which is the action.
package struct Arguments: Hashable, Sendable {
    package enum Action: String, Sendable {
        case start, delete
    }

    package var namespace = ""
    package var id = ""
    /// containerd's gRPC address.
    package var address = ""
    package var bundle = ""
    package var debug = false
    package var showsVersion = false
    package var showsInfo = false
    package var action: Action?

    package init() {}

    /// - Parameter arguments: without the program's own name.
    package init(_ arguments: [String]) throws(UsageError) {
        var rest = arguments[...]
        while let word = rest.first, word.hasPrefix("-"), word != "-" {
            rest.removeFirst()
            if word == "--" { break }
            let body = word.drop { $0 == "-" }
            guard word.count - body.count <= 2, !body.isEmpty else { throw UsageError("bad flag syntax: \(word)") }
            let equals = body.firstIndex(of: "=")
            let name = String(body[..<(equals ?? body.endIndex)])
            let value = equals.map { String(body[body.index(after: $0)...]) }
            try set(name, value, &rest)
        }
        guard let word = rest.first else { return }
        guard let action = Action(rawValue: word) else {
            throw UsageError("found \"\(word)\"; expected start or delete")
        }
        self.action = action
    }

    private mutating func set(
        _ name: String, _ value: String?, _ rest: inout ArraySlice<String>
    ) throws(UsageError) {
        switch name {
        case "debug": debug = try boolean(name, value)
        case "v": showsVersion = try boolean(name, value)
        case "info": showsInfo = try boolean(name, value)
        case "namespace": namespace = try text(name, value, &rest)
        case "id": id = try text(name, value, &rest)
        case "address": address = try text(name, value, &rest)
        case "bundle": bundle = try text(name, value, &rest)
        // Events go to TTRPC_ADDRESS, and the socket is where `start` puts it.
        case "publish-binary", "socket", "debug-socket": _ = try text(name, value, &rest)
        default: throw UsageError("flag provided but not defined: -\(name)")
        }
    }

    private func text(
        _ name: String, _ value: String?, _ rest: inout ArraySlice<String>
    ) throws(UsageError) -> String {
        if let value { return value }
        guard let next = rest.popFirst() else { throw UsageError("flag needs an argument: -\(name)") }
        return next
    }

    private func boolean(_ name: String, _ value: String?) throws(UsageError) -> Bool {
        switch value {
        case nil, "true", "1", "t", "T", "TRUE", "True": return true
        case "false", "0", "f", "F", "FALSE", "False": return false
        case .some(let other): throw UsageError("invalid boolean value \"\(other)\" for -\(name)")
        }
    }
}

/// What is wrong with the command line.
package struct UsageError: Error, Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }

    /// What the shim says when it is called without a word.
    package static let usage = """
        usage: containerd-shim-martlet-v1 -namespace NS -address ADDRESS -id ID [-debug] start
               containerd-shim-martlet-v1 -namespace NS -address ADDRESS -id ID [-bundle PATH] delete
               containerd-shim-martlet-v1 -v | -info

        It is containerd that calls it: name it as the runtime io.containerd.martlet.v1.
        """
}
