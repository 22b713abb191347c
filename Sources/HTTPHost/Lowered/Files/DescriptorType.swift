internal import Glibc

/// `descriptor-type` of `wasi:filesystem/types`, in the order of its cases. Pipes and sockets are unknown to the engine
/// too.
enum DescriptorType: UInt8 {
    case unknown, blockDevice, characterDevice, directory, fifo, symbolicLink, regularFile, socket

    init(mode: UInt32) {
        self =
            switch mode & S_IFMT {
            case S_IFBLK: .blockDevice
            case S_IFCHR: .characterDevice
            case S_IFDIR: .directory
            case S_IFLNK: .symbolicLink
            case S_IFREG: .regularFile
            default: .unknown
            }
    }
}
