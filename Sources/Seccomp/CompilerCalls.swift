internal import Glibc
internal import OCISpec

/// What a process that compiles a module needs beside `SharedCalls`.
enum CompilerCalls {
    static let rules: [SeccompRule] = [
        // The engine makes what it has compiled executable before it can be serialised: never writable too, and not
        // by mmap.
        .allow("mprotect", when: .argument(2, masked: UInt64(PROT_WRITE), equals: 0)),
        // Other processors must see new code (not needed on x86).
        .allow("membarrier"),
        // The artifact is to be on the disk before it gets its name.
        .allow("fsync", "fdatasync", "ftruncate", "ftruncate64"),
    ]
}
