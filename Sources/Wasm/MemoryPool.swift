internal import CWasmtime
internal import Glibc
internal import Synchronization

/// Linear memories that serve one instance after the other.
///
/// The engine has a pool of its own, which has the kernel take away what an instance has written to: other threads are
/// interrupted for that each time, and the next instance takes a fault for each page. Here, the kernel is asked which
/// pages are there, and those are cleared. Memories begin as copies of their first contents, not as maps of them: this is
/// for modules that have little of these.
package final class MemoryPool: Sendable {
    private struct State {
        var free: [PooledMemory] = []
        var pagemap: Int32?
    }

    private let state = Mutex(State())

    /// Bytes of address space for each: those of a memory with addresses of 32 bits.
    private static let least = 4 << 30
    /// Bytes that a memory which waits may keep.
    private static let kept = 256 << 10
    /// How many may.
    private static let warm = 16

    package init() {}

    deinit {
        state.withLock { state in
            if let pagemap = state.pagemap { _ = close(pagemap) }
        }
    }

    /// Without it, memories are given back to the kernel.
    ///
    /// - Parameter pagemap: /proc/self/pagemap, opened by this very process, not by one that forked it; owned from now on.
    package func take(pagemap: Int32) {
        state.withLock { $0.pagemap = pagemap }
    }

    /// How many memories are in no use.
    var waiting: Int { state.withLock { $0.free.count } }

    /// - Parameters:
    ///   - reserved: bytes that the guest's code takes for reserved; 0: none, as for a heap of garbage collection.
    ///   - guardSize: bytes that it takes for never accessible behind them.
    fileprivate func make(size: Int, reserved: Int, guardSize: Int) throws(EngineError) -> PooledMemory {
        let reserved = max(reserved, size, Self.least)
        let memory = state.withLock { $0.free.popLast() }
        if let memory, memory.reserved == reserved, memory.guardSize >= guardSize, memory.begin(size: size) {
            return memory
        }
        let made = try PooledMemory(reserved: reserved, guardSize: guardSize)
        guard made.begin(size: size) else {
            throw EngineError(operation: .instantiate, message: "there is no memory of \(size) bytes: errno \(errno)")
        }
        return made
    }

    fileprivate func give(_ memory: PooledMemory) {
        let (pagemap, waiting) = state.withLock { ($0.pagemap, $0.free.count) }
        memory.clear(pagemap: pagemap, keeping: waiting < Self.warm ? Self.kept : 0)
        state.withLock { $0.free.append(memory) }
    }
}

/// A memory that is in use, and where it goes back to.
private final class LentMemory {
    let memory: PooledMemory
    let pool: MemoryPool

    init(_ memory: PooledMemory, _ pool: MemoryPool) {
        self.memory = memory
        self.pool = pool
    }
}

extension Config {
    /// Takes memories out of a pool, and begins them as copies of their first contents.
    package borrowing func setMemories(_ pool: MemoryPool) {
        wasmtime_config_memory_init_cow_set(raw, false)
        var creator = wasmtime_memory_creator_t(
            env: Unmanaged.passRetained(pool).toOpaque(),
            new_memory: { env, _, minimum, _, reserved, guardSize, result in
                let pool = Unmanaged<MemoryPool>.fromOpaque(env!).takeUnretainedValue()
                do throws(EngineError) {
                    let memory = try pool.make(size: minimum, reserved: reserved, guardSize: guardSize)
                    result!.pointee = wasmtime_linear_memory_t(LentMemory(memory, pool))
                    return nil
                } catch {
                    return wasmtime_error_new(error.message)
                }
            },
            finalizer: { Unmanaged<MemoryPool>.fromOpaque($0!).release() })
        wasmtime_config_host_memory_creator_set(raw, &creator)
    }
}

extension wasmtime_linear_memory_t {
    fileprivate init(_ lent: LentMemory) {
        self.init(
            env: Unmanaged.passRetained(lent).toOpaque(),
            get_memory: { env, size, capacity in
                let memory = Unmanaged<LentMemory>.fromOpaque(env!).takeUnretainedValue().memory
                size!.pointee = memory.size
                capacity!.pointee = memory.reserved
                return memory.base.assumingMemoryBound(to: UInt8.self)
            },
            grow_memory: { env, size in
                let memory = Unmanaged<LentMemory>.fromOpaque(env!).takeUnretainedValue().memory
                return memory.grow(to: size) ? nil : wasmtime_error_new("the memory can't grow to \(size) bytes")
            },
            finalizer: { env in
                let lent = Unmanaged<LentMemory>.fromOpaque(env!).takeRetainedValue()
                lent.pool.give(lent.memory)
            })
    }
}
