internal import WASIHTTP

final class OutgoingResponse {
    let fields: FieldList
    private(set) var status: UInt16 = 200
    /// `body` gives the body once.
    var isBodyTaken = false
    let body = OutgoingBody()

    init(_ fields: FieldList) {
        self.fields = fields
    }

    /// - Returns: false for what is no status of a final response.
    func setStatus(_ status: UInt16) -> Bool {
        guard (200...999).contains(status) else { return false }
        self.status = status
        return true
    }
}
