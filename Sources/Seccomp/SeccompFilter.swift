// Design rule of this target: all that can fail for the profile's sake, or takes time, happens in `compile`,
// before the fork; what is left for the child is one system call on bytes that are already there.

package import CLinux
internal import Glibc
package import LinuxSystem
internal import SystemPackage

/// A compiled seccomp filter: a BPF program and the flags that the kernel is to take it with (seccomp(2)).
package struct SeccompFilter: Sendable {
    /// Classic BPF over `struct seccomp_data`.
    package let program: [sock_filter]
    /// `SECCOMP_FILTER_FLAG_…`.
    package let flags: UInt32

    /// Whether some calls are handed to a listener, so that `install` answers its descriptor.
    package var notifies: Bool { flags & KernelFlag.newListener != 0 }

    /// Puts the calling thread, and what it forks, under the filter for good. Filters add up: of what they say of a
    /// call, the strictest is done.
    ///
    /// Allocates nothing, and makes the one system call. That one must be allowed by the filters already in force, so
    /// a built-in profile (which allows it) goes before the specification's (which may not).
    ///
    /// - Returns: the listener (seccomp_unotify(2)), owned by the caller and close-on-exec, if `notifies`.
    /// - Throws: EACCES without `no_new_privs` and without CAP_SYS_ADMIN in the user namespace: install either before
    ///   capabilities are dropped, or after `no_new_privs` is set.
    @discardableResult
    package func install() throws(SystemCallError) -> Int32? {
        let answer = program.withUnsafeBufferPointer { program in
            attempt { martlet_seccomp_install(flags, program.baseAddress, program.count) }
        }
        switch answer {
        case .success(let listener): return notifies ? listener : nil
        case .failure(let code):
            throw SystemCallError("seccomp", "a filter", errno: code, remedy: Self.remedy(code))
        }
    }

    private static func remedy(_ code: Errno) -> String? {
        switch code {
        case .permissionDenied: "set process.noNewPrivileges, or keep CAP_SYS_ADMIN"
        case .resourceBusy: "only one filter of a process may have a listener"
        case .noMemory: "the filters of the process are too long together"
        default: nil
        }
    }
}
