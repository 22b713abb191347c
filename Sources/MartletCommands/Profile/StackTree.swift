/// Samples of stacks, by what they have in common from the outermost function inwards.
struct StackTree {
    struct Node {
        var name: String
        /// Samples in which it is on the stack, so called, and those in which it is the innermost.
        var total = 0
        var own = 0
        /// Into `nodes`, in the order in which they were seen.
        var callees: [Int] = []
    }

    /// The first is what all have in common: no function.
    private(set) var nodes = [Node(name: "all")]
    /// Milliseconds from the begin to the last sample.
    private(set) var time = 0.0

    var samples: Int { nodes[0].total }

    init() {}

    init(_ profile: GuestProfile) {
        for thread in profile.threads {
            var known: [Int: [String]] = [:]
            let samples = thread.samples
            for (index, stack) in samples.stack.enumerated() {
                guard let stack else { continue }
                let names = known[stack] ?? thread.names(of: stack)
                known[stack] = names
                add(names, samples: samples.weight.map { $0.indices.contains(index) ? $0[index] : 1 } ?? 1)
            }
            time += samples.timeDeltas?.reduce(0, +) ?? 0
        }
    }

    /// - Parameter stack: names of functions, the outermost first.
    mutating func add(_ stack: [String], samples: Int) {
        guard !stack.isEmpty else { return }
        var place = 0
        nodes[0].total += samples
        for name in stack {
            if let known = nodes[place].callees.first(where: { nodes[$0].name == name }) {
                place = known
            } else {
                nodes.append(Node(name: name))
                nodes[place].callees.append(nodes.count - 1)
                place = nodes.count - 1
            }
            nodes[place].total += samples
        }
        nodes[place].own += samples
    }

    struct Function: Equatable {
        var name: String
        /// Samples in which it is the innermost, and those in which it is anywhere on the stack.
        var own: Int
        var total: Int
    }

    /// By samples of their own, the most first.
    var functions: [Function] {
        var found: [String: Function] = [:]
        // With the names above it: of a function that calls itself a stack counts once.
        var pending = nodes[0].callees.map { (place: $0, callers: Set<String>()) }
        while let (place, callers) = pending.popLast() {
            let node = nodes[place]
            var function = found[node.name] ?? Function(name: node.name, own: 0, total: 0)
            function.own += node.own
            if !callers.contains(node.name) { function.total += node.total }
            found[node.name] = function
            pending += node.callees.map { ($0, callers.union([node.name])) }
        }
        return found.values.sorted { ($0.own, $0.total, $1.name) > ($1.own, $1.total, $0.name) }
    }

    /// How many calls deep the deepest stack is.
    var depth: Int {
        var depths = [Int](repeating: 0, count: nodes.count)
        // A callee comes after its caller.
        for (place, node) in nodes.enumerated() {
            for callee in node.callees { depths[callee] = depths[place] + 1 }
        }
        return depths.max() ?? 0
    }

    /// For people: the functions in which the time goes.
    func report(top: Int, _ style: Style) -> String {
        guard samples > 0 else {
            return "no samples: it ran for too short a time, or only waited; a shorter --interval may help\n"
        }
        var rows = [["self", "samples", "with callees", "function"]]
        for function in functions.prefix(top) {
            rows.append([
                Self.percent(function.own, of: samples), "\(function.own)",
                Self.percent(function.total, of: samples), function.name,
            ])
        }
        return style.faint(headline) + "\n" + table(rows) + "\n"
    }

    /// How many samples there are, in what time.
    var headline: String {
        "\(samples) samples in \(Int(time / 1000)).\(Self.padded(Int(time.rounded()) % 1000)) s"
    }

    static func percent(_ part: Int, of whole: Int) -> String {
        let tenths = whole == 0 ? 0 : (part * 1000 + whole / 2) / whole
        return "\(tenths / 10).\(tenths % 10) %"
    }

    private static func padded(_ thousandths: Int) -> String {
        let digits = "\(thousandths)"
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}

extension GuestProfile.Thread {
    /// The functions of a stack, the outermost first; none of one that the tables do not have.
    fileprivate func names(of stack: Int) -> [String] {
        var names: [String] = []
        var place: Int? = stack
        // A table that leads in a circle has no more than this.
        while let current = place, names.count <= stackTable.frame.count {
            guard stackTable.frame.indices.contains(current), stackTable.prefix.indices.contains(current),
                frameTable.function.indices.contains(stackTable.frame[current])
            else { return [] }
            let function = frameTable.function[stackTable.frame[current]]
            guard functionTable.name.indices.contains(function),
                stringArray.indices.contains(functionTable.name[function])
            else { return [] }
            names.append(stringArray[functionTable.name[function]])
            place = stackTable.prefix[current]
        }
        return names.reversed()
    }
}
