internal import Glibc
internal import OCISpec

/// What a process that compiles a module needs beside `SharedCalls`.
enum CompilerCalls {
    static let rules: [SeccompRule] = [
        // The engine maps what it has compiled as executable before it can serialise it.
        .allow("mprotect", when: .argument(2, masked: UInt64(PROT_WRITE), equals: 0))
    ]
}
