internal import FoundationEssentials

// The protocol's messages keep payloads as `Data`; everything else here deals in bytes.

extension Ttrpc_Request {
    /// The method's own request, encoded.
    var payloadBytes: [UInt8] {
        get { [UInt8](self.payload) }
        set { self.payload = Data(newValue) }
    }
}

extension Ttrpc_Response {
    /// A response with the payload, or with the status of the failure.
    init(_ result: Result<[UInt8], TTRPCStatus>) {
        self.init()
        switch result {
        case .success(let payload): self.payload = Data(payload)
        case .failure(let status): self.status = status.wire
        }
    }

    /// The method's own response, encoded.
    var payloadBytes: [UInt8] {
        [UInt8](self.payload)
    }
}
