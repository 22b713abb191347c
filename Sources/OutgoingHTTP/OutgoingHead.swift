package import HTTPPolicy
package import WASIHTTP

/// What a request of a guest's own begins with; all of it has been checked.
package struct OutgoingHead: Sendable {
    /// As it is sent.
    package var method: String
    package var isSecure: Bool
    /// Where it is sent to.
    package var authority: OutgoingPolicy.Authority
    /// The authority as the guest wrote it, for the field `host`.
    package var authorityText: String
    /// With the query; begins with `/`, or is `*`.
    package var target: String
    package var fields: FieldList
    /// Whether a body follows, however long: else the end of the guest's side is not waited for.
    package var hasBody: Bool

    package init(
        method: String, isSecure: Bool, authority: OutgoingPolicy.Authority, authorityText: String, target: String,
        fields: FieldList, hasBody: Bool
    ) {
        self.method = method
        self.isSecure = isSecure
        self.authority = authority
        self.authorityText = authorityText
        self.target = target
        self.fields = fields
        self.hasBody = hasBody
    }
}
