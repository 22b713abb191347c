internal import Glibc
package import LinuxSystem
internal import SystemPackage

/// Where the engine's executable is: beside the shim's own, or in `../libexec/martlet`.
package enum EngineLocation {
    package static let name = "martlet-engine"

    /// - Parameter shim: the shim's executable; its links are followed already.
    /// - Throws: `TaskError` that names the places that were looked at.
    package static func find(besideShim shim: String) throws(TaskError) -> String {
        let folder = shim.split(separator: "/").dropLast()
        let places = [
            "/" + (folder + [name[...]]).joined(separator: "/"),
            "/" + (folder.dropLast() + ["libexec", "martlet", name[...]]).joined(separator: "/"),
        ]
        for place in places where access(place, X_OK) == 0 { return place }
        throw TaskError(
            .unavailable, "the engine is not installed: there is no executable at \(places.joined(separator: " or "))")
    }

    /// The executable of this process (proc_pid_exe(5)).
    package static func ownExecutable() throws(SystemCallError) -> String {
        try linkTarget(of: "/proc/self/exe")
    }
}
