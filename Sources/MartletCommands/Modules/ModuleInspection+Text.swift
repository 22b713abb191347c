internal import WasmBinary

extension ModuleInspection {
    /// For people: a line for each thing, and what is wrong at the end.
    func text(_ style: Style) -> String {
        var rows: [[String]] = [["name", name], ["kind", isText ? "\(kind.rawValue), as text" : kind.rawValue]]
        if let world { rows.append(["world", world]) }
        if let function { rows.append(["function", function]) }
        if kind != .native { rows.append(["size", Self.size(UInt64(size))]) }
        if let digest { rows.append(["digest", "sha256:\(digest)"]) }
        if let module { rows += Self.rows(module) }
        if let component { rows += Self.rows(component) }
        if let engine { rows.append(["engine", "wasmtime \(engine)"]) }
        if let isLowered { rows.append(["served", isLowered ? "lowered to its module" : "over the component linker"]) }
        if let isCached { rows.append(["cache", isCached ? "compiled" : "not compiled yet"]) }
        return table(rows.map { [style.faint($0[0]), $0[1]] }) + "\n" + verdict(style)
    }

    private func verdict(_ style: Style) -> String {
        guard let problem else {
            return
                "\(style.good("ok")): \(kind == .native ? "a native program: nothing of it is WebAssembly" : "it runs here")"
        }
        let hint = problem.mend.map { "\nhint: \($0)" } ?? ""
        return "\(style.bad("error")): \(problem.message)\(hint)"
    }

    private static func rows(_ module: ModuleOutline) -> [[String]] {
        var rows = needs(of: module)
        for group in grouped(module.imports.map { ($0.module, $0.name) }) {
            rows.append(["imports", "\(group.0): \(group.1.joined(separator: " "))"])
        }
        rows += module.exports.map { ["exports", "\($0.name): \($0.type)"] }
        return rows
    }

    /// What a module takes of the machine.
    private static func needs(of module: ModuleOutline) -> [[String]] {
        var rows: [[String]] = module.memories.map { memory in
            let limit = memory.maximum.map { "at most \(size($0))" } ?? "no limit of its own"
            let more =
                (memory.is64 ? ", 64 bits" : "") + (memory.isShared ? ", shared" : "")
                + (memory.isImported ? ", imported" : "")
            return ["memory", "\(size(memory.initial)) at first, \(limit)\(more)"]
        }
        rows += module.tables.map { table in
            ["table", "\(table.initial) \(table.elements)" + (table.maximum.map { ", at most \($0)" } ?? "")]
        }
        rows.append([
            "code",
            "\(module.functions) functions, \(size(UInt64(module.codeSize))); data \(size(UInt64(module.dataSize)))",
        ])
        if module.hasDebugInfo { rows.append(["debug", "DWARF"]) }
        if !module.features.isEmpty { rows.append(["features", module.features.joined(separator: " ")]) }
        if !module.producers.isEmpty { rows.append(["made by", module.producers.joined(separator: ", ")]) }
        return rows
    }

    private static func rows(_ component: ComponentOutline) -> [[String]] {
        var rows: [[String]] = []
        for (index, module) in component.modules.enumerated() {
            rows += needs(of: module).map { ["\($0[0]) \(index)", $0[1]] }
        }
        rows += component.imports.map { ["imports", $0.name + ($0.kind == "instance" ? "" : " (\($0.kind))")] }
        rows += component.exports.map { ["exports", $0.name + ($0.kind == "instance" ? "" : " (\($0.kind))")] }
        return rows
    }

    private static func grouped(_ pairs: [(String, String)]) -> [(String, [String])] {
        var order: [String] = []
        var found: [String: [String]] = [:]
        for (group, name) in pairs {
            if found[group] == nil { order.append(group) }
            found[group, default: []].append(name)
        }
        return order.map { ($0, found[$0] ?? []) }
    }

    /// Bytes, as people say them.
    static func size(_ bytes: UInt64) -> String {
        var (value, unit) = (Double(bytes), 0)
        while value >= 1024, unit < 4 { (value, unit) = (value / 1024, unit + 1) }
        guard unit > 0 else { return "\(bytes) B" }
        let tenths = Int((value * 10).rounded())
        return "\(tenths / 10)\(tenths % 10 == 0 ? "" : ".\(tenths % 10)") \(["B", "KiB", "MiB", "GiB", "TiB"][unit])"
    }
}
