internal import Wasm

/// The handles of one instance of a lowered component, of all kinds (component model, CanonicalABI.md, "Resource State").
/// Only the thread that runs the guest uses it.
struct HandleTable: ~Copyable {
    /// A guest that wants more is stopped.
    private static let most = 1 << 20
    /// Numbers begin anew when they are larger.
    private let largest: UInt32

    // The first is never given.
    private var resources: [AnyObject?] = [nil]
    private var free: [UInt32] = []
    /// Numbers up to this one stood for what has gone with an earlier request. A resource has the place that its number
    /// is above it.
    private var base: UInt32 = 0
    /// What outlives the request that it was made in, by its number.
    private var lasting: [UInt32: AnyObject] = [:]

    /// Whether there is no number left for another request's.
    var areSpent: Bool { base > largest }

    init(largest: UInt32 = 1 << 27) {
        self.largest = largest
    }

    mutating func add(_ resource: AnyObject) throws(EngineError) -> UInt32 {
        if let place = free.popLast() {
            resources[Int(place)] = resource
            return base + place
        }
        guard resources.count + lasting.count < Self.most else {
            throw CoreCall.trap("the guest has more than \(Self.most) handles")
        }
        resources.append(resource)
        return base + UInt32(resources.count - 1)
    }

    /// What a handle stands for, that is lent.
    func get<Resource: AnyObject>(
        _ number: UInt32, as type: Resource.Type = Resource.self
    ) throws(EngineError) -> Resource {
        guard let resource = resource(number) as? Resource else {
            throw CoreCall.trap("handle \(number) is no \(Resource.self)")
        }
        return resource
    }

    private func resource(_ number: UInt32) -> AnyObject? {
        guard number > base else { return lasting[number] }
        return Int(number - base) < resources.count ? resources[Int(number - base)] : nil
    }

    /// What a handle stood for, that is given away.
    mutating func take<Resource: AnyObject>(
        _ number: UInt32, as type: Resource.Type = Resource.self
    ) throws(EngineError) -> Resource {
        let resource: Resource = try get(number)
        guard number > base else {
            lasting[number] = nil
            return resource
        }
        resources[Int(number - base)] = nil
        free.append(number - base)
        return resource
    }

    mutating func drop(_ number: UInt32) throws(EngineError) {
        // A guest may let go late of what it had in an earlier request.
        if number > 0, number <= base {
            lasting[number] = nil
            return
        }
        let _: AnyObject = try take(number)
    }

    /// What was given before means nothing any more, and its numbers are not given again. Descriptors stay.
    mutating func endRequest() {
        for (place, resource) in resources.enumerated() where resource is Descriptor {
            lasting[base + UInt32(place)] = resource
        }
        base += UInt32(resources.count - 1)
        if base > largest, lasting.isEmpty { base = 0 }
        resources.removeLast(resources.count - 1)
        free.removeAll(keepingCapacity: true)
    }
}
