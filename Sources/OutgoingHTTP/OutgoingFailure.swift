package import WASIHTTP

/// Why a request of a guest's own came to nothing: an `error-code` of `wasi:http/types` with what its case carries.
package struct OutgoingFailure: Error, Equatable, Sendable {
    package enum Detail: Equatable, Sendable {
        case none
        /// Of `DNS-error`.
        case dns(responseCode: String?, infoCode: UInt16?)
        /// Of `TLS-alert-received`.
        case alert(id: UInt8?, message: String?)
        /// Of those about a field's size.
        case field(name: String?, size: UInt32?)
        /// Of those about the size of fields together.
        case fields(size: UInt32?)
        /// Of those about a body's size.
        case body(size: UInt64?)
        /// Of `HTTP-response-transfer-coding`, `HTTP-response-content-coding` and `internal-error`.
        case text(String?)
    }

    package let code: ErrorCode
    package let detail: Detail

    package init(_ code: ErrorCode, _ detail: Detail = .none) {
        self.code = code
        self.detail = detail
    }
}
