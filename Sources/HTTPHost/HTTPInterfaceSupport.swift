internal import WASIHTTP
internal import Wasm

/// Arguments of a call, read as what the interface says they are.
struct Arguments {
    let values: [ComponentValue]
    let guest: HTTPGuest

    init(_ call: HostCall, _ values: [ComponentValue]) throws(EngineError) {
        guard let guest = call.data as? HTTPGuest else {
            throw EngineError(operation: .call, message: "no guest is running")
        }
        try guest.budget.check()
        self.values = values
        self.guest = guest
    }

    /// The guest, of what only one has that is served.
    var served: ServedGuest {
        get throws(EngineError) {
            guard let served = guest as? ServedGuest else {
                throw EngineError(operation: .call, message: "no request is being served")
            }
            return served
        }
    }

    static func unexpected(_ what: String) -> EngineError {
        EngineError(operation: .call, message: "an argument is not \(what)")
    }

    func text(_ index: Int) throws(EngineError) -> String {
        guard case .string(let text) = values[index] else { throw Self.unexpected("a string") }
        return text
    }

    func number(_ index: Int) throws(EngineError) -> UInt64 {
        switch values[index] {
        case .u64(let number): return number
        case .u16(let number): return UInt64(number)
        default: throw Self.unexpected("a number")
        }
    }

    func option(_ index: Int) throws(EngineError) -> ComponentValue? {
        guard case .option(let value) = values[index] else { throw Self.unexpected("an option") }
        return value
    }

    static func bytes(_ value: ComponentValue) throws(EngineError) -> [UInt8] {
        switch value {
        case .bytes(let bytes): return bytes
        case .list(let none) where none.isEmpty: return []
        default: throw Self.unexpected("a list of bytes")
        }
    }

    func handle(_ index: Int) throws(EngineError) -> UInt32 { try Self.handle(values[index]) }

    static func handle(_ value: ComponentValue) throws(EngineError) -> UInt32 {
        guard case .resource(let number) = value else { throw unexpected("a resource") }
        return number
    }

    /// What a borrowed handle stands for.
    func get<Resource: AnyObject>(_ index: Int, as type: Resource.Type = Resource.self) throws(EngineError) -> Resource
    {
        do throws(ResourceTable.UnknownHandle) {
            return try guest.table.get(handleOrZero(index))
        } catch {
            throw EngineError(operation: .call, message: "handle \(error.number) is no \(error.expected)")
        }
    }

    /// What an owned handle stood for.
    func take<Resource: AnyObject>(_ value: ComponentValue, as type: Resource.Type = Resource.self) throws(EngineError)
        -> Resource
    {
        let number = try Self.handle(value)
        do throws(ResourceTable.UnknownHandle) {
            return try guest.table.take(number)
        } catch {
            throw EngineError(operation: .call, message: "handle \(error.number) is no \(error.expected)")
        }
    }

    private func handleOrZero(_ index: Int) -> UInt32 {
        if case .resource(let number) = values[index] { number } else { 0 }
    }

    /// A new resource, for the guest to own.
    func give(_ resource: AnyObject, _ kind: ResourceTable.Kind) -> ComponentValue {
        .own(type: kind.rawValue, guest.table.add(resource))
    }
}

extension HostInterface {
    /// Adds a function whose call is answered from the request's table.
    mutating func add(
        _ name: String, _ body: @escaping (HostCall, Arguments) throws(EngineError) -> ComponentValue?
    ) {
        functions.append(
            (
                name,
                { (call, values) throws(EngineError) -> ComponentValue? in
                    try body(call, try Arguments(call, values))
                }
            ))
    }
}
