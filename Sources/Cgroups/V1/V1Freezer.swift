internal import Glibc
internal import SystemPackage

/// `freezer` (cgroup-v1/freezer-subsystem.rst).
enum V1Freezer: V1Controller {
    static let name = "freezer"
    private static let file = "freezer.state"

    static func state(of directory: CgroupDirectory) throws(CgroupError) -> FreezerState {
        let text = trimmed(try directory.read(file))
        switch text {
        case "THAWED": return .thawed
        case "FREEZING": return .freezing
        case "FROZEN": return .frozen
        default: throw .malformed(directory.file(file), text)
        }
    }

    /// Freezes and waits.
    ///
    /// A cgroup in which processes are being made can stay FREEZING; asking again, and now and then letting it run
    /// for a moment, helps. After about two seconds it is thawed, for a half-frozen container helps nobody.
    /// - Throws: `timedOut`.
    static func freeze(_ directory: CgroupDirectory) throws(CgroupError) {
        for round in 0..<400 {
            if round % 50 == 49 {
                _ = directory.attemptWrite("THAWED", to: file)
                usleep(10_000)
            }
            try directory.write("FROZEN", to: file, field: nil)
            if try state(of: directory) == .frozen { return }
            usleep(min(UInt32(50) << UInt32(min(round % 50, 7)), 5000))
        }
        let timedOut = CgroupError(.timedOut, "\(directory.path) stayed FREEZING; it was thawed again")
        do {
            try thaw(directory)
        } catch {
            throw timedOut.adding(cleanup: error)
        }
        throw timedOut
    }

    static func thaw(_ directory: CgroupDirectory) throws(CgroupError) {
        try directory.write("THAWED", to: file, field: nil)
    }
}
