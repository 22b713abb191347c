internal import GRPC
internal import Glibc
internal import LinuxSystem
internal import OCIImage
internal import SwiftProtobuf

/// The blobs that containerd keeps. Each is copied to a file without a name when it is opened: an image's are read more
/// than once.
struct ContainerdFiles: ImageFiles {
    /// The image's.
    let name: String
    let place: ContainerdPlace
    let folder: String

    var remedy: String? {
        "containerd knows of it and does not have it, as of an image that was pulled for other machines only, or is fetched "
            + "when it is needed, or whose layers were discarded; ctr --address \(place.socket) --namespace "
            + "\(place.namespace) content fetch \(name) gets what is missing"
    }

    func open(_ file: String) throws -> FileRange? {
        guard file.hasPrefix(Self.blobs) else { return nil }
        let digest = "sha256:\(file.dropFirst(Self.blobs.count))"
        let path = "\(folder)/blob-\(file.dropFirst(Self.blobs.count))"
        let copy = SharedFile(try openFile(path, O_RDWR | O_CREAT | O_EXCL, mode: 0o600))
        try systemCall("unlink", path) { unlink(path) }
        do {
            let request = ContentReadContentRequest.with { $0.digest = digest }
            try place.eachAnswer("containerd.services.content.v1.Content", "Read", request) {
                (part: ContentReadContentResponse) in
                try Array(part.data).withUnsafeBytes { try writeAll($0, to: copy.descriptor.raw, name: digest) }
            }
        } catch let error as GRPCError where error.code == GRPCError.Code.notFound {
            return nil
        }
        let descriptor = copy.descriptor.raw
        let length = try systemCall("lseek", digest) { lseek(descriptor, 0, SEEK_END) }
        return FileRange(copy, offset: 0, length: Int(length), name: "\(name): \(digest)")
    }
}
