internal import WASIHTTP

final class Fields {
    private(set) var list: FieldList {
        didSet { budget.count(list.size - oldValue.size) }
    }
    private let isMutable: Bool
    private let budget: FieldBudget

    init(_ list: FieldList, isMutable: Bool = true, _ budget: FieldBudget) {
        self.list = list
        self.isMutable = isMutable
        self.budget = budget
        budget.count(list.size)
    }

    deinit {
        budget.count(-list.size)
    }

    func change(_ body: (inout FieldList) throws(FieldList.Refusal) -> Void) throws(FieldList.Refusal) {
        guard isMutable else { throw .immutable }
        try body(&list)
    }
}
