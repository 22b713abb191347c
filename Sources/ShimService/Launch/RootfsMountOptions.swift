internal import Glibc
internal import LinuxSystem

/// The options of a root filesystem's mount, in mount(8)'s words: flags of mount(2), propagation, and what the
/// filesystem itself is told.
struct RootfsMountOptions {
    private(set) var flags: MountFlags = []
    private(set) var propagation: MountFlags = []
    /// An option that takes more than mount(2): a loop device.
    private(set) var unsupported: String?
    /// The ids of a pod's user namespace for those that the files have, if both kinds are said (`uidmap=`, `gidmap=`).
    var idMaps: IDMaps? {
        guard let uids, let gids else { return nil }
        return IDMaps(uids: uids, gids: gids)
    }
    private var parts: [String] = []
    private var uids: String?
    private var gids: String?

    /// Lines of "inside outside length" (user_namespaces(7)).
    struct IDMaps: Hashable {
        var uids: String
        var gids: String
    }

    init(_ options: [String]) {
        for option in options {
            if let set = Self.setting[option] {
                flags.formUnion(set)
            } else if let cleared = Self.clearing[option] {
                flags.subtract(cleared)
            } else if let kind = Self.propagations[option] {
                propagation = kind
            } else if option.hasPrefix("uidmap=") {
                uids = Self.lines(option)
            } else if option.hasPrefix("gidmap=") {
                gids = Self.lines(option)
            } else if option == "loop" {
                unsupported = option
            } else if option != "defaults" && !option.isEmpty {
                parts.append(option)
            }
        }
    }

    private static let lowerLayersName = "lowerdir="

    /// Of an overlay, the first over the second and so on; nil for anything else.
    var lowerLayers: [String]? {
        parts.first { $0.hasPrefix(Self.lowerLayersName) }
            .map { $0.dropFirst(Self.lowerLayersName.count).split(separator: ":").map(String.init) }
    }

    /// The same with other layers in their places.
    func replacingLowerLayers(_ layers: [String]) -> RootfsMountOptions {
        var copy = self
        copy.parts = parts.map { part in
            part.hasPrefix(Self.lowerLayersName) ? Self.lowerLayersName + layers.joined(separator: ":") : part
        }
        return copy
    }

    /// The text for the filesystem, which must be shorter than a page: an overlay of many layers is made to fit by
    /// naming the folder that its lower layers share by a descriptor, which lives as long as the second answer.
    func data(limit: Int) throws(SystemCallError) -> (String, HeldDescriptor?) {
        let whole = parts.joined(separator: ",")
        let prefix = Self.lowerLayersName
        guard whole.utf8.count >= limit, let index = parts.firstIndex(where: { $0.hasPrefix(prefix) }) else {
            return (whole, nil)
        }
        let layers = parts[index].dropFirst(prefix.count).split(separator: ":")
        let folder = Self.commonFolder(of: layers)
        guard folder.count > 1 else { return (whole, nil) }
        let held = HeldDescriptor(try openFile(folder, O_DIRECTORY | OpenFlag.path))
        let short = layers.map { pathOf(descriptor: held.descriptor.raw) + $0.dropFirst(folder.count) }
        var shortened = parts
        shortened[index] = prefix + short.joined(separator: ":")
        return (shortened.joined(separator: ","), held)
    }

    /// `uidmap=INSIDE:OUTSIDE:LENGTH,…` as lines.
    private static func lines(_ option: String) -> String {
        option.drop { $0 != "=" }.dropFirst().split(separator: ",")
            .map { $0.replacing(":", with: " ") + "\n" }.joined()
    }

    /// The longest folder that all paths are in, without a slash at its end.
    static func commonFolder(of paths: [Substring]) -> String {
        guard var common = paths.first?.split(separator: "/").dropLast() else { return "" }
        for path in paths.dropFirst() {
            let parts = path.split(separator: "/").dropLast()
            let shared = zip(common, parts).prefix { $0 == $1 }.count
            common = common.prefix(shared)
        }
        return "/" + common.joined(separator: "/")
    }

    private static let setting: [String: MountFlags] = [
        "bind": .bind, "rbind": [.bind, .recursive], "ro": .readOnly, "nosuid": .noSUID, "nodev": .noDevices,
        "noexec": .noExec, "sync": .synchronous, "dirsync": .dirSync, "mand": .mandatoryLock,
        "noatime": .noAccessTime, "nodiratime": .noDirectoryAccessTime, "relatime": .relatime,
        "strictatime": .strictAccessTime, "lazytime": .lazyTime, "remount": .remount,
        "nosymfollow": .noSymlinkFollow,
    ]
    private static let clearing: [String: MountFlags] = [
        "rw": .readOnly, "suid": .noSUID, "dev": .noDevices, "exec": .noExec, "async": .synchronous,
        "nomand": .mandatoryLock, "atime": .noAccessTime, "diratime": .noDirectoryAccessTime,
        "norelatime": .relatime, "nostrictatime": .strictAccessTime,
    ]
    private static let propagations: [String: MountFlags] = [
        "private": .private, "rprivate": [.private, .recursive], "shared": .shared, "rshared": [.shared, .recursive],
        "slave": .slave, "rslave": [.slave, .recursive], "unbindable": .unbindable,
        "runbindable": [.unbindable, .recursive],
    ]
}
