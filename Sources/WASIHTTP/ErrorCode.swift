/// `error-code` of `wasi:http/types`: the raw value is the case's name, and the order is the interface's. What a case
/// carries is only ever shown.
package enum ErrorCode: String, CaseIterable, Sendable {
    case dnsTimeout = "DNS-timeout"
    case dnsError = "DNS-error"
    case destinationNotFound = "destination-not-found"
    case destinationUnavailable = "destination-unavailable"
    case destinationIPProhibited = "destination-IP-prohibited"
    case destinationIPUnroutable = "destination-IP-unroutable"
    case connectionRefused = "connection-refused"
    case connectionTerminated = "connection-terminated"
    case connectionTimeout = "connection-timeout"
    case connectionReadTimeout = "connection-read-timeout"
    case connectionWriteTimeout = "connection-write-timeout"
    case connectionLimitReached = "connection-limit-reached"
    case tlsProtocolError = "TLS-protocol-error"
    case tlsCertificateError = "TLS-certificate-error"
    case tlsAlertReceived = "TLS-alert-received"
    case requestDenied = "HTTP-request-denied"
    case requestLengthRequired = "HTTP-request-length-required"
    case requestBodySize = "HTTP-request-body-size"
    case requestMethodInvalid = "HTTP-request-method-invalid"
    case requestURIInvalid = "HTTP-request-URI-invalid"
    case requestURITooLong = "HTTP-request-URI-too-long"
    case requestHeaderSectionSize = "HTTP-request-header-section-size"
    case requestHeaderSize = "HTTP-request-header-size"
    case requestTrailerSectionSize = "HTTP-request-trailer-section-size"
    case requestTrailerSize = "HTTP-request-trailer-size"
    case responseIncomplete = "HTTP-response-incomplete"
    case responseHeaderSectionSize = "HTTP-response-header-section-size"
    case responseHeaderSize = "HTTP-response-header-size"
    case responseBodySize = "HTTP-response-body-size"
    case responseTrailerSectionSize = "HTTP-response-trailer-section-size"
    case responseTrailerSize = "HTTP-response-trailer-size"
    case responseTransferCoding = "HTTP-response-transfer-coding"
    case responseContentCoding = "HTTP-response-content-coding"
    case responseTimeout = "HTTP-response-timeout"
    case upgradeFailed = "HTTP-upgrade-failed"
    case protocolError = "HTTP-protocol-error"
    case loopDetected = "loop-detected"
    case configurationError = "configuration-error"
    case internalError = "internal-error"

    /// - Parameter number: a case's place in the interface.
    package init(number: UInt64) {
        self = number < UInt64(Self.allCases.count) ? Self.allCases[Int(number)] : .internalError
    }

    /// What the client is told when the guest answers with this error instead of a response (RFC 9110, 15).
    package var status: Int {
        switch self {
        case .requestDenied: 403
        case .requestLengthRequired: 411
        case .requestBodySize: 413
        case .requestMethodInvalid: 405
        case .requestURIInvalid, .protocolError: 400
        case .requestURITooLong: 414
        case .requestHeaderSectionSize, .requestHeaderSize, .requestTrailerSectionSize, .requestTrailerSize: 431
        case .dnsTimeout, .connectionTimeout, .connectionReadTimeout, .connectionWriteTimeout, .responseTimeout: 504
        case .dnsError, .destinationNotFound, .destinationUnavailable, .destinationIPProhibited,
            .destinationIPUnroutable, .connectionRefused, .connectionTerminated, .tlsProtocolError,
            .tlsCertificateError, .tlsAlertReceived, .responseIncomplete, .responseHeaderSectionSize,
            .responseHeaderSize, .responseBodySize, .responseTrailerSectionSize, .responseTrailerSize,
            .responseTransferCoding, .responseContentCoding, .upgradeFailed:
            502
        case .connectionLimitReached: 503
        case .loopDetected: 508
        case .configurationError, .internalError: 500
        }
    }
}
