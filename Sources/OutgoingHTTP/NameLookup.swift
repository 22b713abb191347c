internal import Glibc
internal import NIOCore
internal import NIOPosix
internal import Synchronization

/// One look-up of a name by the C library, as NIO takes them: addresses of both families come of one call.
final class NameLookup: Resolver, Sendable {
    /// What getaddrinfo(3) says.
    struct Failed: Error {
        let code: Int32
    }

    private let threads: LookupThreads
    private let first: EventLoopPromise<[SocketAddress]>
    private let second: EventLoopPromise<[SocketAddress]>
    private let isOver = Atomic(false)

    init(_ threads: LookupThreads, on eventLoop: any EventLoop) {
        self.threads = threads
        first = eventLoop.makePromise()
        second = eventLoop.makePromise()
    }

    /// Whether there is an answer, of whatever kind.
    var isDone: Bool { isOver.load(ordering: .relaxed) }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { first.futureResult }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> {
        if !threads.run({ self.finish(Self.lookUp(host, port)) }) { finish(.failure(Failed(code: EAI_MEMORY))) }
        return second.futureResult
    }

    func cancelQueries() {}

    private func finish(_ result: Result<(old: [SocketAddress], six: [SocketAddress]), Failed>) {
        isOver.store(true, ordering: .relaxed)
        switch result {
        case .success(let found):
            second.succeed(found.six)
            first.succeed(found.old)
        case .failure(let error):
            second.fail(error)
            first.fail(error)
        }
    }

    private static func lookUp(
        _ host: String, _ port: Int
    ) -> Result<(old: [SocketAddress], six: [SocketAddress]), Failed> {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_protocol = Int32(IPPROTO_TCP)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, String(port), &hints, &list)
        guard code == 0 else { return .failure(Failed(code: code)) }
        defer { freeaddrinfo(list) }
        var found: (old: [SocketAddress], six: [SocketAddress]) = ([], [])
        var entry = list
        while let info = entry?.pointee {
            entry = info.ai_next
            guard let address = UnsafeRawPointer(info.ai_addr) else { continue }
            switch info.ai_family {
            case AF_INET: found.old.append(SocketAddress(address.loadUnaligned(as: sockaddr_in.self), host: host))
            case AF_INET6: found.six.append(SocketAddress(address.loadUnaligned(as: sockaddr_in6.self), host: host))
            default: break
            }
        }
        return .success(found)
    }
}
