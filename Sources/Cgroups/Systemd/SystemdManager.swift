internal import CSystemd
internal import Glibc
internal import LinuxSystem
internal import SystemPackage

/// What a container needs of systemd's manager. Each call is a connection of its own: they are few, and a manager that
/// executes itself anew (`daemon-reexec`) drops those that there are.
struct SystemdManager {
    /// Microseconds for which a manager that can't be reached, or a job, is waited for.
    private static let patience: UInt32 = 30_000_000

    struct Failure: Error {
        let code: Errno
        let message: String

        /// The manager is away for the moment.
        var isPassing: Bool {
            let codes: [Errno] = [
                .connectionReset, .connectionRefused, .brokenPipe, .socketNotConnected, .noSuchFileOrDirectory,
            ]
            return codes.contains(code) && !isNoSuchUnit
        }
        var isNoSuchUnit: Bool { message.contains("NoSuchUnit") }
        var isUnitExists: Bool { message.contains("UnitExists") }
    }

    static var isRunning: Bool { access("/run/systemd/system", F_OK) == 0 }

    /// Starts a unit and waits until it is active.
    func start(_ unit: String, _ properties: [SystemdProperty]) throws(Failure) {
        try withProperties(properties) { list, count throws(Failure) in
            try call { bus, error in martlet_systemd_start_unit(bus, unit, list, count, error) }
        }
        // A scope is active once its processes are in it.
        try wait("active", of: unit)
    }

    func set(_ unit: String, _ properties: [SystemdProperty]) throws(Failure) {
        try withProperties(properties) { list, count throws(Failure) in
            try call { bus, error in martlet_systemd_set_properties(bus, unit, list, count, error) }
        }
    }

    /// Stops a unit, and has systemd forget it; nothing happens to one that is not there.
    func remove(_ unit: String) throws(Failure) {
        do throws(Failure) {
            try call { bus, error in martlet_systemd_stop_unit(bus, unit, error) }
            try wait("inactive", of: unit)
        } catch  where error.isNoSuchUnit {}
        do throws(Failure) {
            try call { bus, error in martlet_systemd_reset_unit(bus, unit, error) }
        } catch  where error.isNoSuchUnit {}
    }

    /// Asks in growing pauses: what a job did is still told when the manager was away at its end.
    private func wait(_ wanted: String, of unit: String) throws(Failure) {
        var pause: UInt32 = 200
        var waited: UInt32 = 0
        while true {
            let state = try state(of: unit)
            if state == wanted || (wanted == "inactive" && state == "failed") { return }
            if wanted == "active", state == "failed" {
                throw Failure(code: .invalidArgument, message: "\(unit) failed to start; its journal says why")
            }
            guard waited < Self.patience else {
                throw Failure(code: .timedOut, message: "\(unit) is \(state) still, not \(wanted)")
            }
            usleep(pause)
            waited += pause
            pause = min(pause * 2, 50_000)
        }
    }

    func state(of unit: String) throws(Failure) -> String {
        var text = ""
        try call { bus, error in
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { buffer in
                let result = martlet_systemd_state(bus, unit, buffer.baseAddress, buffer.count, error)
                if result >= 0, let start = buffer.baseAddress { text = String(cString: start) }
                return result
            }
        }
        return text
    }

    /// Connects, calls, closes; again when the manager was away.
    private func call(
        _ body: (OpaquePointer, UnsafeMutablePointer<CChar>?) -> Int32
    ) throws(Failure) {
        var waited: UInt32 = 0
        while true {
            do throws(Failure) {
                return try callOnce(body)
            } catch {
                guard error.isPassing, waited < Self.patience else { throw error }
                usleep(50_000)
                waited += 50_000
            }
        }
    }

    private func callOnce(_ body: (OpaquePointer, UnsafeMutablePointer<CChar>?) -> Int32) throws(Failure) {
        var message = ""
        var code: Int32 = 0
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(MARTLET_SYSTEMD_ERROR)) { error in
            error.initialize(repeating: 0)
            var bus: OpaquePointer?
            code = martlet_systemd_open(&bus, error.baseAddress)
            if code >= 0, let bus {
                code = body(bus, error.baseAddress)
                martlet_systemd_close(bus)
            }
            if code < 0, let start = error.baseAddress { message = String(cString: start) }
        }
        if code < 0 { throw Failure(code: Errno(rawValue: -code), message: message) }
    }
}

/// Calls `body` with the properties as C has them, valid for that long.
private func withProperties(
    _ properties: [SystemdProperty],
    _ body: (UnsafePointer<martlet_systemd_property>?, Int) throws(SystemdManager.Failure) -> Void
) throws(SystemdManager.Failure) {
    var strings: [UnsafeMutablePointer<CChar>?] = []
    var lists: [UnsafeMutablePointer<UnsafePointer<CChar>?>] = []
    var blocks: [UnsafeMutablePointer<UInt8>] = []
    defer {
        for string in strings { free(string) }
        for list in lists { list.deallocate() }
        for block in blocks { block.deallocate() }
    }
    func copied(_ text: String) -> UnsafePointer<CChar>? {
        let copy = strdup(text)
        strings.append(copy)
        return copy.map { UnsafePointer($0) }
    }
    let list = properties.map { property in
        var entry = martlet_systemd_property()
        entry.name = copied(property.name)
        func type(_ character: Unicode.Scalar) { entry.type = CChar(UInt8(ascii: character)) }
        switch property.value {
        case .text(let text):
            type("s")
            entry.text = copied(text)
        case .number(let number):
            type("t")
            entry.number = number
        case .flag(let flag):
            type("b")
            entry.number = flag ? 1 : 0
        case .process(let pid):
            type("u")
            entry.number = UInt64(pid)
        case .bytes(let bytes):
            type("y")
            let block = UnsafeMutablePointer<UInt8>.allocate(capacity: max(bytes.count, 1))
            for (index, byte) in bytes.enumerated() { block[index] = byte }
            blocks.append(block)
            entry.bytes = UnsafePointer(block)
            entry.byte_count = bytes.count
        case .devices(let pairs):
            type("d")
            let words = pairs.flatMap { $0 }
            let copies = UnsafeMutablePointer<UnsafePointer<CChar>?>.allocate(capacity: max(words.count, 1))
            for (index, word) in words.enumerated() { copies[index] = copied(word) }
            lists.append(copies)
            entry.pairs = UnsafePointer(copies)
            entry.pair_count = words.count
        }
        return entry
    }
    // Not withUnsafeBufferPointer: it does not pass typed errors on.
    let block = UnsafeMutablePointer<martlet_systemd_property>.allocate(capacity: max(list.count, 1))
    defer { block.deallocate() }
    for (index, entry) in list.enumerated() { block[index] = entry }
    try body(block, list.count)
}
