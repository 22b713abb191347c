internal import NIOCore
internal import NIOHTTP1

/// Who has a connection for its request. Of the event loop.
protocol ConnectionUser: AnyObject {
    /// Whether more of the response may come.
    var takesResponse: Bool { get }

    func respond(_ head: HTTPResponseHead)
    func receive(_ bytes: ByteBuffer)
    func endResponse(_ trailers: HTTPHeaders?)
    func connectionWritabilityChanged()
    /// The connection is no more. Nil: the server has closed it.
    func connectionFailed(_ error: (any Error)?)
}
