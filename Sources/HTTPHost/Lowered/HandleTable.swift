internal import Wasm

/// The handles of one instance of a lowered component, of all kinds (component model, CanonicalABI.md, "Resource State").
/// Only the thread that runs the guest uses it.
struct HandleTable: ~Copyable {
    /// A guest that wants more is stopped.
    private static let most = 1 << 20
    /// Numbers begin anew when they are larger.
    private static let largest: UInt32 = 1 << 27

    // The first is never given.
    private var resources: [AnyObject?] = [nil]
    private var free: [UInt32] = []
    /// Numbers up to this one stood for what has gone with an earlier request. A resource has the place that its number
    /// is above it.
    private var base: UInt32 = 0

    mutating func add(_ resource: AnyObject) throws(EngineError) -> UInt32 {
        if let place = free.popLast() {
            resources[Int(place)] = resource
            return base + place
        }
        guard resources.count < Self.most else { throw CoreCall.trap("the guest has more than \(Self.most) handles") }
        resources.append(resource)
        return base + UInt32(resources.count - 1)
    }

    /// What a handle stands for, that is lent.
    func get<Resource: AnyObject>(
        _ number: UInt32, as type: Resource.Type = Resource.self
    ) throws(EngineError) -> Resource {
        guard number > base, Int(number - base) < resources.count,
            let resource = resources[Int(number - base)] as? Resource
        else {
            throw CoreCall.trap("handle \(number) is no \(Resource.self)")
        }
        return resource
    }

    /// What a handle stood for, that is given away.
    mutating func take<Resource: AnyObject>(
        _ number: UInt32, as type: Resource.Type = Resource.self
    ) throws(EngineError) -> Resource {
        let resource: Resource = try get(number)
        resources[Int(number - base)] = nil
        free.append(number - base)
        return resource
    }

    mutating func drop(_ number: UInt32) throws(EngineError) {
        // A guest may let go late of what it had in an earlier request.
        if number > 0, number <= base { return }
        let _: AnyObject = try take(number)
    }

    /// What was given before means nothing any more, and its numbers are not given again.
    mutating func removeAll() {
        base += UInt32(resources.count - 1)
        if base > Self.largest { base = 0 }
        resources.removeLast(resources.count - 1)
        free.removeAll(keepingCapacity: true)
    }
}
