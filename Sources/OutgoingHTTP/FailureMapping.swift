internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import NIOSSL
internal import WASIHTTP

/// What errors of the network, of TLS and of the codec are to a guest.
extension OutgoingFailure {
    /// How far a request has come.
    enum Stage {
        case connecting, head, body
    }

    init(_ error: any Error, _ stage: Stage) {
        switch error {
        case let failure as OutgoingFailure: self = failure
        case let error as NameLookup.Failed: self = Self.lookup(error.code)
        case let error as NIOConnectionError: self = Self.connecting(error)
        case let error as IOError: self = Self.system(error.errnoCode, stage)
        case let error as HTTPParserError: self = Self.parsing(error, stage)
        case is NIOHTTPDecoderError: self.init(.protocolError)
        case let error as NIOSSLError: self = Self.secure(error, stage)
        case let error as BoringSSLError: self = Self.secure(error)
        // The name, or the address, is not the certificate's.
        case is NIOSSLExtraError: self.init(.tlsCertificateError)
        case let error as ChannelError: self = Self.channel(error, stage)
        default: self.init(.internalError, .text("\(error)"))
        }
    }

    private static func channel(_ error: ChannelError, _ stage: Stage) -> OutgoingFailure {
        switch error {
        case .connectTimeout: OutgoingFailure(.connectionTimeout)
        case .ioOnClosedChannel, .alreadyClosed, .eof, .inputClosed, .outputClosed:
            OutgoingFailure(stage == .body ? .responseIncomplete : .connectionTerminated)
        default: OutgoingFailure(.internalError, .text("\(error)"))
        }
    }

    private static func lookup(_ code: Int32) -> OutgoingFailure {
        let word: String? =
            switch code {
            case EAI_NONAME: "NXDOMAIN"
            case EAI_AGAIN, EAI_FAIL: "SERVFAIL"
            case -5 /* EAI_NODATA */: "NODATA"
            default: gai_strerror(code).map { String(cString: $0) }
            }
        return OutgoingFailure(.dnsError, .dns(responseCode: word, infoCode: nil))
    }

    private static func connecting(_ error: NIOConnectionError) -> OutgoingFailure {
        let failures = error.connectionErrors.map { OutgoingFailure($0.error, .connecting) }
        // Of several addresses: that somebody refused says more than that another address is of a family that is not there.
        if let failure = failures.first(where: { $0.code == .connectionRefused }) ?? failures.first { return failure }
        if let cause = error.dnsAError ?? error.dnsAAAAError { return OutgoingFailure(cause, .connecting) }
        return OutgoingFailure(.dnsError, .dns(responseCode: "NODATA", infoCode: nil))
    }

    private static func system(_ code: Int32, _ stage: Stage) -> OutgoingFailure {
        switch code {
        case ECONNREFUSED: OutgoingFailure(.connectionRefused)
        case ENETUNREACH, EAFNOSUPPORT: OutgoingFailure(.destinationIPUnroutable)
        case EHOSTUNREACH, EHOSTDOWN, ENETDOWN, EADDRNOTAVAIL: OutgoingFailure(.destinationUnavailable)
        case EACCES, EPERM: OutgoingFailure(.destinationIPProhibited)
        case ETIMEDOUT: OutgoingFailure(stage == .connecting ? .connectionTimeout : .connectionReadTimeout)
        case ECONNRESET, ECONNABORTED, EPIPE, ENOTCONN: OutgoingFailure(.connectionTerminated)
        case EMFILE, ENFILE, ENOBUFS, ENOMEM: OutgoingFailure(.connectionLimitReached)
        default: OutgoingFailure(.internalError, .text(strerror(code).map { String(cString: $0) }))
        }
    }

    private static func parsing(_ error: HTTPParserError, _ stage: Stage) -> OutgoingFailure {
        switch error {
        case .invalidEOFState, .closedConnection: OutgoingFailure(.responseIncomplete)
        case .headerOverflow where stage == .body: OutgoingFailure(.responseTrailerSectionSize)
        case .headerOverflow: OutgoingFailure(.responseHeaderSectionSize)
        default: OutgoingFailure(.protocolError)
        }
    }

    private static func secure(_ error: NIOSSLError, _ stage: Stage) -> OutgoingFailure {
        switch error {
        case .handshakeFailed(let cause): secure(cause)
        case .noCertificateToValidate, .unableToValidateCertificate, .cannotMatchULabel, .cannotFindPeerIP:
            OutgoingFailure(.tlsCertificateError)
        // The end of a body that nothing else ends can't be told from somebody's cutting the line.
        case .uncleanShutdown: OutgoingFailure(stage == .body ? .responseIncomplete : .connectionTerminated)
        default: OutgoingFailure(.tlsProtocolError)
        }
    }

    private static func secure(_ error: BoringSSLError) -> OutgoingFailure {
        switch error {
        case .sslError(let stack), .unknownError(let stack):
            if stack.contains(where: { $0 == .eofDuringHandshake }) { return OutgoingFailure(.connectionTerminated) }
            let reasons = stack.compactMap(reason)
            if reasons.contains(certificateVerifyFailed) { return OutgoingFailure(.tlsCertificateError) }
            if let alert = reasons.lazy.compactMap(alert).first {
                return OutgoingFailure(.tlsAlertReceived, .alert(id: alert, message: message(ofAlert: alert)))
            }
            return OutgoingFailure(.tlsProtocolError)
        case .zeroReturn, .syscallError: return OutgoingFailure(.connectionTerminated)
        default: return OutgoingFailure(.tlsProtocolError)
        }
    }

    /// Of BoringSSL's library for TLS.
    private static let certificateVerifyFailed: UInt32 = 125

    /// The library's own reason; the number that holds it is only shown.
    private static func reason(_ error: BoringSSLInternalError) -> UInt32? {
        let words = error.description.split(separator: " ")
        guard words.count > 1, let code = UInt32(words[1]), code >> 24 == 16 else { return nil }
        return code & 0xfff
    }

    /// Alerts of the peer are reasons from 1000 on.
    private static func alert(_ reason: UInt32) -> UInt8? {
        reason >= 1000 ? UInt8(exactly: reason - 1000) : nil
    }

    /// RFC 8446, 6.
    private static func message(ofAlert id: UInt8) -> String? {
        switch id {
        case 10: "unexpected_message"
        case 20: "bad_record_mac"
        case 22: "record_overflow"
        case 40: "handshake_failure"
        case 42: "bad_certificate"
        case 43: "unsupported_certificate"
        case 44: "certificate_revoked"
        case 45: "certificate_expired"
        case 46: "certificate_unknown"
        case 47: "illegal_parameter"
        case 48: "unknown_ca"
        case 49: "access_denied"
        case 50: "decode_error"
        case 51: "decrypt_error"
        case 70: "protocol_version"
        case 71: "insufficient_security"
        case 80: "internal_error"
        case 86: "inappropriate_fallback"
        case 90: "user_canceled"
        case 109: "missing_extension"
        case 110: "unsupported_extension"
        case 112: "unrecognized_name"
        case 113: "bad_certificate_status_response"
        case 115: "unknown_psk_identity"
        case 116: "certificate_required"
        case 120: "no_application_protocol"
        default: nil
        }
    }
}
