/// Who gets what from whom.
struct Wiring {
    /// For each component, by the number of the import: which component's export it is. What is missing is the host's.
    let providers: [[Int: (component: Int, export: ScannedComponent.Export)]]
    /// The components in an order in which each comes after those that it needs; the first of `components` is the last.
    let order: [Int]

    /// - Parameter components: the main one first.
    init(_ components: [ScannedComponent]) throws(CompositionError) {
        var providers: [[Int: (component: Int, export: ScannedComponent.Export)]] = []
        var used: Set<Int> = [0]
        for (index, component) in components.enumerated() {
            var found: [Int: (component: Int, export: ScannedComponent.Export)] = [:]
            for (number, wanted) in component.imports.enumerated() {
                guard let provider = Self.provider(of: wanted, for: index, components) else { continue }
                found[number] = provider
                used.insert(provider.component)
            }
            providers.append(found)
        }
        if let idle = components.indices.first(where: { !used.contains($0) }) {
            throw Self.nobodyNeeds(
                components[idle], components.enumerated().filter { $0.offset != idle }.map(\.element))
        }
        self.providers = providers
        order = try Self.order(components, providers)
    }

    private static func provider(
        of wanted: ScannedComponent.Import, for component: Int, _ components: [ScannedComponent]
    ) -> (component: Int, export: ScannedComponent.Export)? {
        let others = components.indices.dropFirst().filter { $0 != component }
        let offers = others.flatMap { other in
            components[other].exports.filter { $0.name.satisfies(wanted.name) && $0.sort == wanted.description.sort }
                .map { (component: other, export: $0) }
        }
        return offers.first { $0.export.name == wanted.name } ?? offers.first
    }

    private static func nobodyNeeds(
        _ idle: ScannedComponent, _ others: [ScannedComponent]
    ) -> CompositionError {
        func list(_ names: [String]) -> String { names.isEmpty ? "nothing" : names.joined(separator: ", ") }
        // What every component imports says nothing.
        let wanted = Set(others.flatMap(\.imports).map(\.name.text).filter { !$0.hasPrefix("wasi:") }).sorted()
        return CompositionError(
            "\(idle.name) exports nothing that the other components import: it exports "
                + "\(list(idle.exports.map(\.name.text))), and they import \(list(wanted))")
    }

    private static func order(
        _ components: [ScannedComponent], _ providers: [[Int: (component: Int, export: ScannedComponent.Export)]]
    ) throws(CompositionError) -> [Int] {
        var order: [Int] = []
        while order.count < components.count {
            let next = components.indices.last { index in
                !order.contains(index) && providers[index].values.allSatisfy { order.contains($0.component) }
            }
            guard let next else {
                let rest = components.indices.filter { !order.contains($0) && $0 > 0 }.map { components[$0].name }
                throw CompositionError(
                    "\(rest.joined(separator: ", ")) need each other: one of them has to be there before the others")
            }
            order.append(next)
        }
        return order
    }
}

extension ScannedComponent.Description {
    /// Nil: nothing that another component can give.
    var sort: Sort? {
        switch self {
        case .function: .function
        case .instance: .instance
        case .type: .type
        case .other: nil
        }
    }
}
