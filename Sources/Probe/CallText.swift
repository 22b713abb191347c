internal import Wasm

/// A call as a line of text, in the manner of strace: what went in is read before the call, and what came out after it.
struct CallText {
    /// How many bytes of text and data are shown.
    let shown: Int

    /// The arguments' texts, of which those that are known only afterwards are nil.
    func before(_ call: TracedCall, _ known: WASICall?) -> [String?] {
        guard let known else { return call.arguments.map { "\($0)" } }
        return places(call, known).map { place in
            switch place.parameter {
            case .result, .iovecs, .buffer: nil
            default: value(place, call.memory)
            }
        }
    }

    /// The same with those.
    func after(_ call: TracedCall, _ known: WASICall?, _ texts: [String?], succeeded: Bool) -> String {
        guard let known else { return texts.map { $0 ?? "" }.joined(separator: ", ") }
        let places = places(call, known)
        // How much was read, where the call says so.
        let count = places.lazy.compactMap { place -> Int? in
            guard case .result(.size) = place.parameter else { return nil }
            return call.memory.number(at: place.first, 4).map { Int($0) }
        }.first
        return zip(places, texts).map { place, text in
            if let text { return text }
            guard succeeded else { return pointer(place.first) }
            switch place.parameter {
            case .result(let result): return self.result(result, at: place.first, call.memory)
            case .buffer: return data(place.first, min(Int(place.second), count ?? .max), call.memory)
            default: return list(place.first, place.second, call.memory, limit: count)
            }
        }.joined(separator: ", ")
    }

    private struct Place {
        let parameter: WASICall.Parameter
        let first: UInt64
        let second: UInt64
    }

    private func places(_ call: TracedCall, _ known: WASICall) -> [Place] {
        var index = 0
        return known.parameters.map { parameter in
            func next() -> UInt64 {
                defer { index += 1 }
                return index < call.arguments.count ? call.arguments[index] : 0
            }
            let first = next()
            return Place(parameter: parameter, first: first, second: parameter.types.count > 1 ? next() : 0)
        }
    }

    private func value(_ place: Place, _ memory: GuestMemory) -> String {
        switch place.parameter {
        case .fd: "\(Int32(truncatingIfNeeded: place.first))"
        case .s64: "\(Int64(bitPattern: place.first))"
        case .pointer: pointer(place.first)
        case .rights: "0x\(String(place.first, radix: 16))"
        case .path: data(place.first, Int(place.second), memory)
        case .ciovecs: list(place.first, place.second, memory, limit: nil)
        case .lookup: flags(place.first, ["SYMLINK_FOLLOW"])
        case .oflags: flags(place.first, ["CREAT", "DIRECTORY", "EXCL", "TRUNC"])
        case .fdflags: flags(place.first, ["APPEND", "DSYNC", "NONBLOCK", "RSYNC", "SYNC"])
        case .fstflags: flags(place.first, ["ATIM", "ATIM_NOW", "MTIM", "MTIM_NOW"])
        case .sdflags: flags(place.first, ["RD", "WR"])
        case .whence: name(place.first, ["SET", "CUR", "END"])
        case .clock: name(place.first, ["REALTIME", "MONOTONIC", "PROCESS_CPUTIME_ID", "THREAD_CPUTIME_ID"])
        case .advice:
            name(place.first, ["NORMAL", "SEQUENTIAL", "RANDOM", "WILLNEED", "DONTNEED", "NOREUSE"])
        default: "\(place.first)"
        }
    }

    private func result(_ result: WASICall.Result, at address: UInt64, _ memory: GuestMemory) -> String {
        func number(_ offset: UInt64, _ bytes: Int) -> UInt64? { memory.number(at: address + offset, bytes) }
        let text: String? =
            switch result {
            case .size, .fd: number(0, 4).map { "\($0)" }
            case .u16: number(0, 2).map { "\($0)" }
            case .u64, .timestamp: number(0, 8).map { "\($0)" }
            case .filestat:
                number(16, 1).flatMap { type in
                    number(32, 8).map { "{\(name(type, Self.types)), size=\($0)}" }
                }
            case .fdstat:
                number(0, 1).flatMap { type in
                    number(2, 2).map {
                        "{\(name(type, Self.types)), \(flags($0, ["APPEND", "DSYNC", "NONBLOCK", "RSYNC", "SYNC"]))}"
                    }
                }
            case .prestat: number(4, 4).map { "{DIR, \($0)}" }
            }
        return "[\(text ?? pointer(address))]"
    }

    private static let types = [
        "UNKNOWN", "BLOCK_DEVICE", "CHARACTER_DEVICE", "DIRECTORY", "REGULAR_FILE", "SOCKET_DGRAM", "SOCKET_STREAM",
        "SYMBOLIC_LINK",
    ]

    // MARK: Pieces

    private func pointer(_ address: UInt64) -> String { "0x\(String(address, radix: 16))" }

    private func name(_ value: UInt64, _ names: [String]) -> String {
        value < UInt64(names.count) ? names[Int(value)] : "\(value)"
    }

    private func flags(_ value: UInt64, _ names: [String]) -> String {
        let found = names.indices.filter { value & (1 << UInt64($0)) != 0 }.map { names[$0] }
        let rest = (value >> UInt64(names.count)) << UInt64(names.count)
        let all = found + (rest == 0 ? [] : ["0x\(String(rest, radix: 16))"])
        return all.isEmpty ? "0" : all.joined(separator: "|")
    }

    /// A list of pieces of memory: address and length each, 8 bytes.
    private func list(_ address: UInt64, _ count: UInt64, _ memory: GuestMemory, limit: Int?) -> String {
        var left = limit ?? .max
        var pieces: [String] = []
        for index in 0..<min(count, 16) {
            guard let start = memory.number(at: address + index * 8, 4),
                let length = memory.number(at: address + index * 8 + 4, 4)
            else { return pointer(address) }
            pieces.append(data(start, min(Int(length), left), memory))
            left -= min(left, Int(length))
        }
        return "[\(pieces.joined(separator: ", "))\(count > 16 ? ", …" : "")]"
    }

    /// Bytes as quoted text.
    private func data(_ address: UInt64, _ count: Int, _ memory: GuestMemory) -> String {
        guard let bytes = memory.bytes(at: address, count: min(count, shown)) else { return pointer(address) }
        return quoted(bytes) + (count > shown ? "…" : "")
    }

    /// With the escapes of C; what is UTF-8 stays.
    func quoted(_ bytes: [UInt8]) -> String {
        var text = ""
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "\n": text += "\\n"
            case "\t": text += "\\t"
            case "\r": text += "\\r"
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\u{fffd}": text += "\\?"
            default:
                let isPlain = scalar.value >= 0x20 && scalar.value != 0x7f && !(0x80..<0xa0 ~= scalar.value)
                text += isPlain ? String(scalar) : "\\x\(String(scalar.value, radix: 16))"
            }
        }
        return "\"\(text)\""
    }
}

extension GuestMemory {
    /// A little-endian number of so many bytes.
    func number(at address: UInt64, _ count: Int) -> UInt64? {
        bytes(at: address, count: count)?.reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}
