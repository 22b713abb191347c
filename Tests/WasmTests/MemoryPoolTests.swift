import Glibc
import Testing

@testable import Wasm

/// Each instance has memories as if they were made for it, though they were another's before.
@Suite("Memories that are cleared")
struct MemoryPoolTests {
    /// `spoil` grows the memory and writes to all of it; `check` traps unless the memory is as it is at first.
    private static let text = """
        (module
          (memory (export "memory") 3)
          (data (i32.const 70000) "\\01\\02\\03\\04")
          (func (export "spoil")
            (if (i32.ne (memory.grow (i32.const 5)) (i32.const 3)) (then unreachable))
            (memory.fill (i32.const 0) (i32.const 0xff) (i32.mul (memory.size) (i32.const 65536))))
          (func (export "touch")
            (i32.store8 (i32.const 9) (i32.const 1))
            (drop (i32.load (i32.const 150000)))
            (i32.store8 (i32.const 196607) (i32.const 1)))
          (func (export "check") (local $at i32)
            (if (i32.ne (memory.size) (i32.const 3)) (then unreachable))
            (loop $next
              (if (i64.ne (i64.load (local.get $at))
                          (select (i64.const 0x04030201) (i64.const 0) (i32.eq (local.get $at) (i32.const 70000))))
                (then unreachable))
              (br_if $next
                (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 8))) (i32.const 196608)))))
          (func (export "beyond") (drop (i32.load8_u (i32.const 196608))))
          (func (export "far") (i32.store8 (i32.const 0xfffffff0) (i32.const 1))))
        """

    /// With /proc/self/pagemap, without it, and with a file in its place that can't be read so.
    enum Pagemap: CaseIterable, CustomTestStringConvertible {
        case own, none, wrong

        var descriptor: Int32? {
            switch self {
            case .own: open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC)
            case .none: nil
            case .wrong: open("/dev/null", O_RDONLY | O_CLOEXEC)
            }
        }

        var testDescription: String { "\(self)" }
    }

    private static func makePool(_ pagemap: Pagemap) -> MemoryPool {
        let pool = MemoryPool()
        if let descriptor = pagemap.descriptor { pool.take(pagemap: descriptor) }
        return pool
    }

    private static func load(_ pool: MemoryPool, _ text: String = text) throws -> (Engine, LinkedModule) {
        let config = Config()
        config.set(.functionReferences, to: true)
        config.set(.garbageCollection, to: true)
        config.setMemories(pool)
        let engine = try config.makeEngine()
        var text = text
        let binary = try text.withUTF8 { try assemble(UnsafeRawBufferPointer($0)) }
        let module = try binary.withUnsafeBytes { (bytes) throws(EngineError) in
            try Module(compiling: bytes, with: engine)
        }
        return (engine, try Linker(engine).link(module))
    }

    @Test(arguments: Pagemap.allCases) func nothingIsLeftOfTheInstanceBefore(_ pagemap: Pagemap) throws {
        let pool = Self.makePool(pagemap)
        let (engine, module) = try Self.load(pool)
        for function in ["spoil", "touch", "spoil", "touch", "touch", "spoil"] {
            let instance = try module.instantiate(in: Store(engine))
            try #require(instance.function("check")).call()
            try #require(instance.function(function)).call()
        }
        #expect(pool.waiting == 1)
    }

    @Test func whatTheInstanceBeforeHadGrownToTraps() throws {
        let (engine, module) = try Self.load(Self.makePool(.own))
        for _ in 0..<2 {
            try #require(module.instantiate(in: Store(engine)).function("spoil")).call()
            for place in ["beyond", "far"] {
                let instance = try module.instantiate(in: Store(engine))
                let function = try #require(instance.function(place))
                let error = try #require(#expect(throws: EngineError.self) { try function.call() })
                #expect(error.trapCode == .memoryOutOfBounds)
            }
        }
    }

    /// Its heap is such a memory, too, of another kind.
    @Test func garbageIsCollected() throws {
        let (engine, module) = try Self.load(
            Self.makePool(.own),
            """
            (module
              (type $node (struct (field (ref null $node)) (field i64)))
              (memory 1)
              (func (export "spoil") (local $list (ref null $node)) (local $count i32)
                (i32.store (i32.const 0) (i32.const 1))
                (loop $next
                  (local.set $list (struct.new $node (local.get $list) (i64.const 7)))
                  (br_if $next (i32.lt_u (local.tee $count (i32.add (local.get $count) (i32.const 1))) (i32.const 50000))))
                (loop $next
                  (if (i64.ne (struct.get $node 1 (local.get $list)) (i64.const 7)) (then unreachable))
                  (local.set $list (struct.get $node 0 (local.get $list)))
                  (br_if $next (i32.eqz (ref.is_null (local.get $list))))))
              (func (export "check") (if (i32.load (i32.const 0)) (then unreachable))))
            """)
        for _ in 0..<4 {
            let instance = try module.instantiate(in: Store(engine))
            try #require(instance.function("check")).call()
            try #require(instance.function("spoil")).call()
        }
    }

    @Test func instancesAtOnceHaveMemoriesOfTheirOwn() throws {
        let pool = Self.makePool(.own)
        let (engine, module) = try Self.load(pool)
        do {
            let stores = (0..<20).map { _ in Store(engine) }
            let instances = try stores.map { try module.instantiate(in: $0) }
            try #require(instances[0].function("spoil")).call()
            for instance in instances.dropFirst() { try #require(instance.function("check")).call() }
            withExtendedLifetime(stores) {}
        }
        #expect(pool.waiting == 20)
    }

    /// Of what is looked at, and of what is too much to be.
    @Test(arguments: Pagemap.allCases, [4 << 20, 12 << 20]) func muchIsGivenBack(_ pagemap: Pagemap, size: Int) throws {
        let memory = try PooledMemory(reserved: 1 << 30, guardSize: 1 << 16)
        #expect(memory.begin(size: size))
        let descriptor = pagemap.descriptor
        defer { if let descriptor { close(descriptor) } }
        memset(memory.base, 7, size)
        memory.clear(pagemap: descriptor, keeping: 256 << 10)
        #expect(Self.residentBytes(of: memory) <= 256 << 10)
        #expect(memory.base.load(as: UInt8.self) == 0 && memcmp(memory.base, memory.base + 1, size - 1) == 0)
        #expect(!memory.grow(to: (1 << 30) + 65536))
    }

    @Test func littleStays() throws {
        let memory = try PooledMemory(reserved: 1 << 30, guardSize: 1 << 16)
        let descriptor = try #require(Pagemap.own.descriptor)
        defer { close(descriptor) }
        #expect(memory.begin(size: 1 << 20))
        for page in [0, 17, 254, 255] { memory.base.storeBytes(of: 7, toByteOffset: page * 4096, as: UInt8.self) }
        memory.clear(pagemap: descriptor, keeping: 256 << 10)
        #expect(Self.residentBytes(of: memory) == 4 * 4096)
        memory.clear(pagemap: descriptor, keeping: 0)
        #expect(Self.residentBytes(of: memory) == 0)
    }

    private static func residentBytes(of memory: PooledMemory) -> Int {
        var pages = [UInt8](repeating: 0, count: memory.size / 4096)
        mincore(memory.base, memory.size, &pages)
        return pages.count { $0 & 1 != 0 } * 4096
    }
}
