/// A flame graph: a box for each function as it was called from the one below it, as wide as its share of the samples.
/// One picture that needs nothing else; the whole name and the count are shown when the pointer rests on a box.
struct FlameGraph {
    private let stacks: StackTree
    private let title: String

    init(_ stacks: StackTree, title: String) {
        self.stacks = stacks
        self.title = title
    }

    // Pixels.
    private static let width = 1200.0
    private static let margin = 10.0
    private static let row = 18.0
    private static let head = 44.0
    /// What a character of the text takes; in a font of fixed width, which is a little narrower than this.
    private static let character = 7.3
    /// Narrower boxes can't be seen, and are left out.
    private static let narrowest = 0.2

    var svg: String {
        let height = Self.head + Double(stacks.depth + 1) * Self.row + Self.margin
        var text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <svg xmlns="http://www.w3.org/2000/svg" width="\(Self.number(Self.width))" height="\(Self.number(height))" \
            viewBox="0 0 \(Self.number(Self.width)) \(Self.number(height))" font-family="monospace" font-size="12">
            <style>g:hover rect { stroke: #000 }</style>
            <rect width="100%" height="100%" fill="#fffdf7"/>
            <text x="\(Self.number(Self.width / 2))" y="26" text-anchor="middle" font-size="16">\
            \(Self.escaped("\(title): \(stacks.headline)"))</text>

            """
        guard stacks.samples > 0 else { return text + "</svg>\n" }
        let scale = (Self.width - 2 * Self.margin) / Double(stacks.samples)
        // From the bottom, the widest first.
        var pending = [(place: 0, left: Self.margin, level: 0)]
        while let (place, left, level) = pending.popLast() {
            let node = stacks.nodes[place]
            let width = Double(node.total) * scale
            guard width >= Self.narrowest else { continue }
            text += box(node, left, height - Self.margin - Double(level + 1) * Self.row, width)
            var next = left
            for callee in node.callees.sorted(by: { stacks.nodes[$0].total > stacks.nodes[$1].total }) {
                pending.append((callee, next, level + 1))
                next += Double(stacks.nodes[callee].total) * scale
            }
        }
        return text + "</svg>\n"
    }

    private func box(_ node: StackTree.Node, _ left: Double, _ top: Double, _ width: Double) -> String {
        let name = Self.escaped(node.name)
        let share = StackTree.percent(node.total, of: stacks.samples)
        var text = "<g><title>\(name): \(node.total) samples, \(share); \(node.own) its own</title>"
        text += "<rect x=\"\(Self.number(left))\" y=\"\(Self.number(top))\" width=\"\(Self.number(width))\" "
        text += "height=\"\(Self.number(Self.row - 1))\" rx=\"1\" fill=\"\(Self.colour(of: node.name))\"/>"
        let room = Int((width - 6) / Self.character)
        if room >= 3 {
            let shown = node.name.count <= room ? name : Self.escaped(node.name.prefix(room - 1) + "…")
            text += "<text x=\"\(Self.number(left + 3))\" y=\"\(Self.number(top + 12.5))\">\(shown)</text>"
        }
        return text + "</g>\n"
    }

    /// A warm one, the same for a name each time.
    private static func colour(of name: String) -> String {
        var hash: UInt32 = 2_166_136_261
        for byte in name.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
        let (green, blue) = (120 + hash % 110, 40 + hash / 256 % 60)
        return "rgb(\(235 + hash / 65536 % 20),\(green),\(blue))"
    }

    /// With at most two digits after the point.
    private static func number(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        let rest = hundredths % 100
        if rest == 0 { return "\(hundredths / 100)" }
        return "\(hundredths / 100).\(rest < 10 ? "0" : "")\(rest)"
    }

    /// As the content of an element; what XML has no place for is replaced.
    private static func escaped(_ text: some StringProtocol) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\t", "\n", "\r": escaped += " "
            default:
                let isAllowed = scalar.value >= 0x20 && scalar.value != 0xfffe && scalar.value != 0xffff
                escaped.unicodeScalars.append(isAllowed ? scalar : "\u{fffd}")
            }
        }
        return escaped
    }
}
