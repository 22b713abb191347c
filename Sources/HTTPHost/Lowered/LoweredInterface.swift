internal import Wasm

/// An interface's functions for lowered components, in the flat form of the canonical ABI: what has more than one result
/// is given a pointer to the place of its result as its last argument.
struct LoweredInterface {
    typealias Body = (inout CoreCall, LoweredGuest) throws(EngineError) -> Void

    let name: String
    private(set) var functions: [CoreFunction] = []

    /// - Parameter name: without a version, as `wasi:http/types`.
    init(_ name: String) {
        self.name = name
    }

    mutating func add(
        _ function: String, _ parameters: [CoreFunction.Number], _ result: CoreFunction.Number? = nil,
        _ body: @escaping Body
    ) {
        functions.append(
            CoreFunction(module: name, name: function, parameters: parameters, result: result) {
                (call) throws(EngineError) in
                let guest = unsafeDowncast(call.guest.content, to: LoweredGuest.self)
                try guest.budget.check()
                try body(&call, guest)
            })
    }
}

extension CoreCall {
    /// `result<own, _>` of no error, or none: a byte, then the handle.
    func put(_ handle: UInt32?, at argument: Int) throws(EngineError) {
        let place = try place(argument, count: 8, alignment: 4)
        place.put(handle == nil ? 1 : 0 as UInt8, at: 0)
        place.put(handle ?? 0, at: 4)
    }

    /// `option<string>`.
    func put(_ text: String?, at argument: Int) throws(EngineError) {
        let list = try text.map { (text) throws(EngineError) in try give(text) }
        let place = try place(argument, count: 12, alignment: 4)
        place.put(list == nil ? 0 : 1 as UInt8, at: 0)
        if let list { place.put(list, at: 4) }
    }

    /// `list<tuple<string, string>>`.
    func give(_ pairs: [(String, String)]) throws(EngineError) -> CoreList {
        try give(pairs, size: 16, alignment: 4) { (pair) throws(EngineError) in
            let (name, value) = (try give(pair.0), try give(pair.1))
            return { place in
                place.put(name, at: 0)
                place.put(value, at: 8)
            }
        }
    }

    func put(_ list: CoreList, at argument: Int) throws(EngineError) {
        try place(argument, count: 8, alignment: 4).put(list, at: 0)
    }
}
