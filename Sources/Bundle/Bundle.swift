// Design rule of this target: it looks, and says what it found; it changes nothing but the few small files that the
// shim keeps in the bundle.

package import LinuxSystem
package import OCISpec
internal import SystemPackage

/// The folder that containerd makes for a container, with its configuration, and the files that the shim keeps there.
package struct Bundle: Hashable, Sendable {
    /// Absolute, as it was given.
    package let path: String

    /// Does not look whether it is there.
    package init(path: String) throws(BundleError) {
        guard path.hasPrefix("/") else {
            throw BundleError(.notAbsolute, path: path, "found \(quoted(path)); expected an absolute path")
        }
        self.path = path
    }

    /// Where a file of the bundle is.
    package func path(of file: File) -> String { "\(path)/\(file.rawValue)" }

    /// The path of the bundle of another container of the same containerd and namespace.
    package func sibling(_ id: String) -> String {
        "/" + (path.split(separator: "/").dropLast() + [id[...]]).joined(separator: "/")
    }

    /// The root filesystem: `root.path`, from the bundle when it is relative; `rootfs` when there is none.
    package func rootfs(of spec: Spec) -> String { absolute(spec.root?.path ?? File.rootfs.rawValue) }

    /// A path of the specification that may be relative to the bundle (config.md, "Root" and "Mounts").
    package func absolute(_ path: String) -> String {
        path.hasPrefix("/") ? path : "\(self.path)/\(path)"
    }

    /// What a bundle holds.
    package enum File: String, Sendable, CaseIterable {
        /// The runtime specification's configuration.
        case config = "config.json"
        /// The address of the shim's socket.
        case address
        /// A FIFO from which containerd reads the shim's log.
        case log
        case rootfs
        /// A symbolic link to the container's folder that outlives a reboot.
        case work
        /// The pid of the container's init process.
        case initPid = "init.pid"
        /// The pid of the shim.
        case shimPid = "shim.pid"
        /// How the init process ended: `ExitRecord`.
        case exitRecord = "exit-status"
        /// Where the container's cgroup is: JSON.
        case cgroup = "cgroup.json"
        /// The id of the sandbox. containerd 2 writes it for a container whose shim it has not called, and will not call
        /// `delete` of, because the sandbox's shim speaks version 3.
        case sandbox
        /// The folder of a sandbox: the bundle of its own process, with the files that the pod's containers share.
        case pod
    }
}

extension Spec {
    /// The group of containers that share one shim: a pod's.
    ///
    /// - Parameter id: the container's own, which is its group when no annotation names one.
    package func shimGroup(id: String) -> String {
        for label in Self.groupAnnotations {
            if let group = annotations?[label], !group.isEmpty { return group }
        }
        return id
    }

    /// The annotations that may name the group, the first that does being the one that holds.
    package static let groupAnnotations = ["io.containerd.runc.v2.group", "io.kubernetes.cri.sandbox-id"]
}

/// Why a bundle's file can't be read or written.
package struct BundleError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of trouble it is.
    package enum Code: String, Sendable {
        case notAbsolute
        /// The file, or the bundle, is not there.
        case notFound
        /// Something other than a regular file.
        case notRegular
        case tooLarge
        /// The file says something that the shim never wrote.
        case malformed
        /// A system call failed: see `cause`.
        case systemCall
    }

    package let code: Code
    package let path: String
    package let message: String
    package let cause: SystemCallError?

    package init(_ code: Code, path: String, _ message: String, cause: SystemCallError? = nil) {
        self.code = code
        self.path = path
        self.message = message
        self.cause = cause
    }

    init(_ cause: SystemCallError, path: String) {
        self.init(
            cause.errno == .noSuchFileOrDirectory ? .notFound : .systemCall, path: path, cause.description,
            cause: cause)
    }

    package var description: String { "bundle \(path): \(message)" }
}

/// A path as a message shows it, also when it is empty.
func quoted(_ text: String) -> String { "\u{22}\(text)\u{22}" }
