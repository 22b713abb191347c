internal import OutgoingHTTP
internal import WASIHTTP
internal import Wasm

/// `error-code` of `wasi:http/types`.
enum HTTPErrors {
    static func value(_ failure: OutgoingFailure) -> ComponentValue {
        .variant(failure.code.rawValue, detail(failure))
    }

    /// What the case carries, with nothing in it where nothing is known.
    private static func detail(_ failure: OutgoingFailure) -> ComponentValue? {
        switch failure.code {
        case .dnsError:
            guard case .dns(let responseCode, let infoCode) = failure.detail else { return dns(nil, nil) }
            return dns(responseCode, infoCode)
        case .tlsAlertReceived:
            guard case .alert(let id, let message) = failure.detail else { return alert(nil, nil) }
            return alert(id, message)
        case .requestTrailerSize, .responseHeaderSize, .responseTrailerSize:
            guard case .field(let name, let size) = failure.detail else { return field(nil, nil) }
            return field(name, size)
        case .requestHeaderSize:
            guard case .field(let name, let size) = failure.detail else { return .option(nil) }
            return .option(field(name, size))
        case .requestHeaderSectionSize, .requestTrailerSectionSize, .responseHeaderSectionSize,
            .responseTrailerSectionSize:
            guard case .fields(let size?) = failure.detail else { return .option(nil) }
            return .option(.u32(size))
        case .requestBodySize, .responseBodySize:
            guard case .body(let size?) = failure.detail else { return .option(nil) }
            return .option(.u64(size))
        case .responseTransferCoding, .responseContentCoding, .internalError:
            guard case .text(let text?) = failure.detail else { return .option(nil) }
            return .option(.string(text))
        default:
            return nil
        }
    }

    private static func dns(_ responseCode: String?, _ infoCode: UInt16?) -> ComponentValue {
        .record([("rcode", text(responseCode)), ("info-code", .option(infoCode.map { .u16($0) }))])
    }

    private static func alert(_ id: UInt8?, _ message: String?) -> ComponentValue {
        .record([("alert-id", .option(id.map { .u8($0) })), ("alert-message", text(message))])
    }

    private static func field(_ name: String?, _ size: UInt32?) -> ComponentValue {
        .record([("field-name", text(name)), ("field-size", .option(size.map { .u32($0) }))])
    }

    private static func text(_ text: String?) -> ComponentValue { .option(text.map { .string($0) }) }

    static func code(_ value: ComponentValue?) -> ErrorCode {
        guard case .variant(let name, _) = value else { return .internalError }
        return ErrorCode(rawValue: name) ?? .internalError
    }
}
