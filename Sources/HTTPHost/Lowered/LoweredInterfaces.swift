internal import Wasm

/// All that lowered components may import. One that imports anything else, as sockets, is served as it is, over
/// the engine's own WASI.
enum LoweredInterfaces {
    static var all: [LoweredInterface] {
        var types = LoweredInterface("wasi:http/types")
        LoweredFields.define(in: &types)
        LoweredIncoming.define(in: &types)
        LoweredOutgoing.define(in: &types)
        LoweredRequests.define(in: &types)
        LoweredClient.define(in: &types)
        var resource = LoweredInterface("resource")
        resource.add("drop", [.i32]) { (call, guest) throws(EngineError) in try guest.handles.drop(call.u32(0)) }
        return [types, LoweredClient.handler, resource] + LoweredStreams.interfaces + LoweredWorld.interfaces
            + LoweredFiles.interfaces + LoweredOthers.interfaces
    }

    static func define(in linker: Linker) throws(EngineError) {
        for function in all.flatMap(\.functions) { try linker.define(function) }
    }
}
