/// A seccomp profile (config-linux.md, "Seccomp"). Actions, architectures, flags and operators are the names of
/// libseccomp (`SCMP_ACT_ERRNO`), checked when the filter is built.
package struct SeccompProfile: Codable, Hashable, Sendable {
    package var defaultAction: String
    package var defaultErrnoRet: UInt32?
    package var architectures: [String]?
    package var flags: [String]?
    package var listenerPath: String?
    package var listenerMetadata: String?
    package var syscalls: [SeccompRule]?

    package init(defaultAction: String) {
        self.defaultAction = defaultAction
    }
}

/// What is done with some calls.
package struct SeccompRule: Codable, Hashable, Sendable {
    package var names: [String]
    package var action: String
    package var errnoRet: UInt32?
    package var args: [SeccompArgument]?

    package init(names: [String], action: String, errnoRet: UInt32? = nil, args: [SeccompArgument]? = nil) {
        self.names = names
        self.action = action
        self.errnoRet = errnoRet
        self.args = args
    }
}

/// A condition on an argument of a call.
package struct SeccompArgument: Codable, Hashable, Sendable {
    /// 0 to 5.
    package var index: UInt32
    package var value: UInt64
    package var valueTwo: UInt64?
    /// `SCMP_CMP_EQ` and its like.
    package var op: String

    package init(index: UInt32, value: UInt64, valueTwo: UInt64? = nil, op: String) {
        self.index = index
        self.value = value
        self.valueTwo = valueTwo
        self.op = op
    }
}
