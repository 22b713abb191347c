internal import OutgoingHTTP
internal import WASIHTTP
internal import Wasm

// `error-code` of `wasi:http/types`, for lowered components: a case's number, and from byte 8 on what it carries.

extension CoreCall {
    /// Gives the guest what an error carries.
    ///
    /// - Returns: what puts the error where it is told: 32 bytes, aligned to 8.
    func give(_ failure: OutgoingFailure) throws(EngineError) -> (UnsafeMutableRawBufferPointer) -> Void {
        let detail = try give(failure.detail, isOptional: failure.code == .requestHeaderSize)
        let number = UInt8(ErrorCode.allCases.firstIndex(of: failure.code) ?? 0)
        return { place in
            for offset in 0..<32 { place[offset] = 0 }
            place.put(number, at: 0)
            detail(place.part(from: 8))
        }
    }

    /// - Parameter isOptional: whether the case carries an option of the record that the others carry.
    private func give(
        _ detail: OutgoingFailure.Detail, isOptional: Bool
    ) throws(EngineError) -> (UnsafeMutableRawBufferPointer) -> Void {
        switch detail {
        case .none: return { _ in }
        case .dns(let responseCode, let infoCode):
            let text = try giveText(responseCode)
            return { place in
                text(place)
                if let infoCode { place.put(option: infoCode, at: 12, aligned: 2) }
            }
        case .alert(let id, let message):
            let text = try giveText(message)
            return { place in
                if let id { place.put(option: id, at: 0, aligned: 1) }
                text(place.part(from: 4))
            }
        case .field(let name, let size):
            let text = try giveText(name)
            return { place in
                if isOptional { place.put(1 as UInt8, at: 0) }
                let record = isOptional ? place.part(from: 4) : place
                text(record)
                if let size { record.put(option: size, at: 12, aligned: 4) }
            }
        case .fields(let size): return { place in if let size { place.put(option: size, at: 0, aligned: 4) } }
        case .body(let size): return { place in if let size { place.put(option: size, at: 0, aligned: 8) } }
        case .text(let message): return try giveText(message)
        }
    }

    /// `option<string>`.
    private func giveText(_ text: String?) throws(EngineError) -> (UnsafeMutableRawBufferPointer) -> Void {
        guard let text else { return { _ in } }
        let list = try give(text)
        return { place in
            place.put(1 as UInt8, at: 0)
            place.put(list, at: 4)
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    func part(from offset: Int) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(rebasing: self[offset...])
    }

    fileprivate func put(option value: some FixedWidthInteger, at offset: Int, aligned: Int) {
        put(1 as UInt8, at: offset)
        put(value, at: offset + aligned)
    }
}
