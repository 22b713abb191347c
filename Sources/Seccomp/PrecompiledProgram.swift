package import CLinux

/// The guests' built-in filters as they were compiled when Martlet was, because compiling one takes longer than all else
/// that the engine does between its start and a pod's first container.
///
/// `PrecompiledProgramTests` holds them against `SeccompFilter.compile`, and writes the files anew when it is asked to.
enum PrecompiledProgram {
    /// Nil where only compiling helps: for another processor, or another way to deny.
    static func of(_ profile: BuiltInProfile, denial: BuiltInProfile.Denial) -> [sock_filter]? {
        #if arch(x86_64)
            guard denial == .errno else { return nil }
            let instructions: [UInt64]
            switch profile {
            case .guest: instructions = guestInstructions
            case .server: instructions = serverInstructions
            case .compiler: return nil
            }
            return instructions.map(sock_filter.init(packed:))
        #else
            return nil
        #endif
    }
}

extension sock_filter {
    /// `struct sock_filter` as a number: code, jt, jf, k, from the highest bits to the lowest.
    init(packed: UInt64) {
        self.init(
            code: UInt16(truncatingIfNeeded: packed >> 48), jt: UInt8(truncatingIfNeeded: packed >> 40),
            jf: UInt8(truncatingIfNeeded: packed >> 32), k: UInt32(truncatingIfNeeded: packed))
    }

    package var packed: UInt64 {
        UInt64(code) << 48 | UInt64(jt) << 40 | UInt64(jf) << 32 | UInt64(k)
    }
}
