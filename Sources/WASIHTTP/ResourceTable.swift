/// The resources that one guest has of `wasi:http/types`, by number.
///
/// A number is given once in a table's life, so that a handle that was dropped never means another thing. Only the
/// thread that runs the guest uses it.
package struct ResourceTable: ~Copyable {
    /// The kinds; the raw value is the type's number for the engine.
    package enum Kind: UInt32, CaseIterable, Sendable {
        case fields = 1
        case incomingRequest, outgoingRequest, requestOptions, responseOutparam, incomingResponse, incomingBody
        case futureTrailers, outgoingResponse, outgoingBody, futureIncomingResponse

        /// As the interface names it.
        package var name: String {
            switch self {
            case .fields: "fields"
            case .incomingRequest: "incoming-request"
            case .outgoingRequest: "outgoing-request"
            case .requestOptions: "request-options"
            case .responseOutparam: "response-outparam"
            case .incomingResponse: "incoming-response"
            case .incomingBody: "incoming-body"
            case .futureTrailers: "future-trailers"
            case .outgoingResponse: "outgoing-response"
            case .outgoingBody: "outgoing-body"
            case .futureIncomingResponse: "future-incoming-response"
            }
        }
    }

    package struct UnknownHandle: Error {
        package let number: UInt32
        package let expected: String
    }

    private var resources: [UInt32: AnyObject] = [:]
    private var last: UInt32 = 0

    package init() {}

    package mutating func add(_ resource: AnyObject) -> UInt32 {
        last += 1
        resources[last] = resource
        return last
    }

    /// - Throws: when the number means nothing, or a thing of another kind.
    package func get<Resource: AnyObject>(
        _ number: UInt32, as type: Resource.Type = Resource.self
    ) throws(UnknownHandle) -> Resource {
        guard let resource = resources[number] as? Resource else {
            throw UnknownHandle(number: number, expected: "\(Resource.self)")
        }
        return resource
    }

    /// As ``get(_:as:)``; the number means nothing from then on.
    package mutating func take<Resource: AnyObject>(
        _ number: UInt32, as type: Resource.Type = Resource.self
    ) throws(UnknownHandle) -> Resource {
        let resource = try get(number, as: type)
        resources[number] = nil
        return resource
    }

    /// - Returns: what it stood for.
    @discardableResult
    package mutating func drop(_ number: UInt32) -> AnyObject? {
        resources.removeValue(forKey: number)
    }

    /// What was given before means nothing any more.
    package mutating func removeAll() {
        resources.removeAll(keepingCapacity: true)
    }

    package var count: Int { resources.count }
}
