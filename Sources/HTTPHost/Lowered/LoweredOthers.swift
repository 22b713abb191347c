internal import WASIHTTP
internal import Wasm
internal import WasmHost

/// The interfaces of ``OtherInterfaces``, for lowered components.
enum LoweredOthers {
    /// In the order of `level`'s cases.
    private static let levels = ["trace", "debug", "info", "warn", "error", "critical"]

    static var interfaces: [LoweredInterface] {
        ["wasi:config/store@0.2.0-rc.1", "wasi:config/runtime@0.2.0-draft"].map(configuration) + [logging]
    }

    private static func configuration(_ name: String) -> LoweredInterface {
        var interface = LoweredInterface(name)
        // Both results have an error of sixteen bytes, which never is.
        interface.add("get", [.i32, .i32, .i32]) { (call, guest) throws(EngineError) in
            let key = try call.string(0)
            let value = guest.surroundings.variables.first { $0.name == key }?.value
            let text = try value.map { (value) throws(EngineError) in try call.give(value) }
            let place = try call.place(2, count: 16, alignment: 4)
            place.put(0 as UInt8, at: 0)
            place.put(text == nil ? 0 : 1 as UInt8, at: 4)
            if let text { place.put(text, at: 8) }
        }
        interface.add("get-all", [.i32]) { (call, guest) throws(EngineError) in
            let list = try call.give(guest.surroundings.variables.map { ($0.name, $0.value) })
            let place = try call.place(0, count: 16, alignment: 4)
            place.put(0 as UInt8, at: 0)
            place.put(list, at: 4)
        }
        return interface
    }

    private static var logging: LoweredInterface {
        var interface = LoweredInterface("wasi:logging/logging@0.1.0-draft")
        interface.add("log", [.i32, .i32, .i32, .i32, .i32]) { (call, guest) throws(EngineError) in
            let level = Int(call.u32(0))
            guard levels.indices.contains(level) else { throw CoreCall.trap("\(level) is no level") }
            let line = OtherInterfaces.line(levels[level], context: try call.string(1), try call.string(3))
            guest.surroundings.log.say(line, on: 2)
        }
        return interface
    }
}
