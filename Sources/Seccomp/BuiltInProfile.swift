internal import Glibc
package import OCISpec

/// The filters that processes of ours stay under when they touch what an image's author wrote.
///
/// They name what is needed and deny the rest with EPERM; a call newer than any that they name answers ENOSYS.
/// To allow one more call, add it to the group of `GuestCalls`, `ServerCalls` or `CompilerCalls` whose reason it shares.
package enum BuiltInProfile: Hashable, Sendable, CaseIterable {
    /// For a process that runs a wasm guest, from the last step of its set-up on. seccomp(2) itself is allowed, so
    /// that the specification's filter can go on top.
    case guest
    /// As `guest`, for a component that answers HTTP requests, or a command that sends some: with what a server and a
    /// client need.
    case server
    /// For a process that compiles modules, reading and writing only what was opened for it.
    case compiler

    /// What is done with the calls that a profile does not name.
    package enum Denial: Hashable, Sendable {
        /// EPERM.
        case errno
        /// Logged by the kernel, and let pass.
        case log
    }

    /// The profile in the specification's own form.
    package func profile(denial: Denial = .errno) -> SeccompProfile {
        var profile = SeccompProfile(
            defaultAction: (denial == .errno ? SeccompAction.errno : .log).rawValue)
        // None: where the kernel guards filtered processes against speculative store bypass, guests stay guarded.
        profile.flags = []
        profile.syscalls =
            switch self {
            case .guest: SharedCalls.rules + GuestCalls.rules
            case .server: SharedCalls.rules + GuestCalls.rules + ServerCalls.rules
            case .compiler: SharedCalls.rules + CompilerCalls.rules
            }
        return profile
    }
}

extension SeccompRule {
    /// Lets calls pass, if all of the conditions hold.
    static func allow(_ names: String..., when conditions: SeccompArgument...) -> SeccompRule {
        SeccompRule(names: names, action: SeccompAction.allow.rawValue, args: conditions)
    }

    /// Lets one call pass for each of some values of an argument.
    static func allow(_ name: String, argument index: UInt32, among values: [UInt64]) -> [SeccompRule] {
        values.map { .allow(name, when: .argument(index, equals: $0)) }
    }

    /// Has a handler of SIGSYS answer a call, if all of the conditions hold.
    static func trap(_ name: String, when conditions: SeccompArgument...) -> SeccompRule {
        SeccompRule(names: [name], action: SeccompAction.trap.rawValue, args: conditions)
    }

    /// Says that the kernel lacks a call, so that the C library uses the older one.
    static func lacking(_ names: String...) -> SeccompRule {
        SeccompRule(names: names, action: SeccompAction.errno.rawValue, errnoRet: UInt32(ENOSYS))
    }
}

extension SeccompArgument {
    static func argument(_ index: UInt32, equals value: UInt64) -> SeccompArgument {
        SeccompArgument(index: index, value: value, op: SeccompOperator.equal.rawValue)
    }

    static func argument(_ index: UInt32, atMost value: UInt64) -> SeccompArgument {
        SeccompArgument(index: index, value: value, op: SeccompOperator.lessOrEqual.rawValue)
    }

    /// The bits of `mask` are as in `value`.
    static func argument(_ index: UInt32, masked mask: UInt64, equals value: UInt64) -> SeccompArgument {
        SeccompArgument(index: index, value: mask, valueTwo: value, op: SeccompOperator.maskedEqual.rawValue)
    }
}
