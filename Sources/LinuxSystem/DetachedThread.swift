internal import CLinux
internal import Glibc
internal import SystemPackage

/// Short-lived and blocking work has threads of its own, with small stacks: the event loop must not wait, and
/// libdispatch's pool would cost a shim, of which there is one per pod, more memory than all its threads together.
package enum DetachedThread {
    /// Bytes of a thread's stack; only what is touched is ever backed by memory.
    package static let stackSize = 512 << 10

    /// Runs `body` on a new thread that nobody joins.
    ///
    /// - Parameter name: shown by `ps -L`; the kernel keeps 15 bytes.
    /// - Throws: `SystemCallError` when the system grants no thread (pthread_create(3)).
    package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(SystemCallError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stackSize)

        let box = Unmanaged.passRetained(Work(name: name, body: body))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { argument in
                guard let argument else { return nil }
                let work = Unmanaged<Work>.fromOpaque(argument).takeRetainedValue()
                work.name.withCString { _ = martlet_prctl(15 /* PR_SET_NAME */, UInt(bitPattern: $0), 0, 0, 0) }
                work.body()
                return nil
            }, box.toOpaque())
        guard code == 0 else {
            box.release()
            throw SystemCallError("pthread_create", name, errno: Errno(rawValue: code))
        }
    }

    private final class Work: Sendable {
        let name: String
        let body: @Sendable () -> Void

        init(name: String, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.body = body
        }
    }
}
