/// How long a request of the guest's own may take, as far as the guest says.
final class RequestOptions {
    /// Nanoseconds each; nil for the default.
    var connectTimeout: UInt64?
    var firstByteTimeout: UInt64?
    var betweenBytesTimeout: UInt64?
}
