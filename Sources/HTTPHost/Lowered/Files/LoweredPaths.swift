internal import Glibc
internal import LinuxSystem
internal import SystemPackage
internal import Wasm

/// What `descriptor` of `wasi:filesystem/types` does with paths, for lowered components.
enum LoweredPaths {
    static func define(in interface: inout LoweredInterface) {
        interface.add("[method]descriptor.open-at", [.i32, .i32, .i32, .i32, .i32, .i32, .i32]) {
            (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            let (follows, path) = (call.followsLinks(1), try call.string(2))
            let opening = Descriptor.Opening(rawValue: UInt8(truncatingIfNeeded: call.u32(4)))
            let wanted = Descriptor.Flags(rawValue: UInt8(truncatingIfNeeded: call.u32(5)))
            try call.put(at: 6, in: guest) { () throws(Errno) in
                try descriptor.open(path, followsLinks: follows, opening, wanted)
            }
        }
        defineNames(in: &interface)
        defineFacts(in: &interface)
    }

    private static func defineNames(in interface: inout LoweredInterface) {
        let calls: [(String, (ConfinedPath) throws(Errno) -> Void)] = [
            ("create-directory-at", { (path) throws(Errno) in try path.makeDirectory() }),
            ("remove-directory-at", { (path) throws(Errno) in try path.remove(isDirectory: true) }),
            ("unlink-file-at", { (path) throws(Errno) in try path.remove(isDirectory: false) }),
        ]
        for (name, change) in calls {
            interface.add("[method]descriptor.\(name)", [.i32, .i32, .i32, .i32]) { (call, guest) throws(EngineError) in
                let descriptor = try call.descriptor(guest)
                let path = try call.string(1)
                try call.put(at: 3) { () throws(Errno) in try change(descriptor.path(path)) }
            }
        }
        interface.add("[method]descriptor.rename-at", [.i32, .i32, .i32, .i32, .i32, .i32, .i32]) {
            (call, guest) throws(EngineError) in
            let (descriptor, other) = (try call.descriptor(guest), try call.descriptor(guest, 3))
            let (path, new) = (try call.string(1), try call.string(4))
            try call.put(at: 6) { () throws(Errno) in try descriptor.path(path).rename(to: other.path(new)) }
        }
        interface.add("[method]descriptor.link-at", [.i32, .i32, .i32, .i32, .i32, .i32, .i32, .i32]) {
            (call, guest) throws(EngineError) in
            let (descriptor, other) = (try call.descriptor(guest), try call.descriptor(guest, 4))
            let (follows, path, new) = (call.followsLinks(1), try call.string(2), try call.string(5))
            try call.put(at: 7) { () throws(Errno) in
                let (path, new) = (try descriptor.path(path), try other.path(new))
                if follows { throw .invalidArgument }
                try path.link(to: new)
            }
        }
        interface.add("[method]descriptor.symlink-at", [.i32, .i32, .i32, .i32, .i32, .i32]) {
            (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            let (target, path) = (try call.string(1), try call.string(3))
            try call.put(at: 5) { () throws(Errno) in
                let path = try descriptor.path(path)
                if target.utf8.first == UInt8(ascii: "/") { throw .notPermitted }
                try path.makeLink(saying: target)
            }
        }
        interface.add("[method]descriptor.readlink-at", [.i32, .i32, .i32, .i32]) { (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            let path = try call.string(1)
            let outcome = Result { () throws(Errno) in
                let target = try descriptor.path(path).readLink()
                if target.first == UInt8(ascii: "/") { throw .notPermitted }
                guard String(validating: target, as: UTF8.self) != nil else { throw .illegalByteSequence }
                return target
            }
            let list = try (try? outcome.get()).map { (target) throws(EngineError) in try call.give(target) }
            try call.put(outcome, at: 3, count: 12, alignment: 4) { _, place in
                if let list { place.put(list, at: 0) }
            }
        }
    }

    private static func defineFacts(in interface: inout LoweredInterface) {
        for (name, isHash) in [("stat-at", false), ("metadata-hash-at", true)] {
            interface.add("[method]descriptor.\(name)", [.i32, .i32, .i32, .i32, .i32]) {
                (call, guest) throws(EngineError) in
                let descriptor = try call.descriptor(guest)
                let (follows, path) = (call.followsLinks(1), try call.string(2))
                let status = Result { () throws(Errno) in
                    try descriptor.path(path).status(followsLinks: follows)
                }
                if isHash { try call.put(hashOf: status, at: 4) } else { try call.put(status, at: 4) }
            }
        }
        interface.add(
            "[method]descriptor.set-times-at",
            [.i32, .i32, .i32, .i32, .i32, .i64, .i32, .i32, .i64, .i32, .i32]
        ) { (call, guest) throws(EngineError) in
            let descriptor = try call.descriptor(guest)
            let (follows, path) = (call.followsLinks(1), try call.string(2))
            let times = (try NewTimestamp(call, 4), try NewTimestamp(call, 7))
            try call.put(at: 10) { () throws(Errno) in
                let path = try descriptor.path(path)
                try path.setTimes((times.0.time, times.1.time), followsLinks: follows)
            }
        }
    }
}

extension CoreCall {
    /// `symlink-follow` of `path-flags`.
    fileprivate func followsLinks(_ argument: Int) -> Bool { u32(argument) & 1 == 1 }
}
