internal import GRPC
internal import OCIImage
internal import OCIRuntime
internal import SwiftProtobuf

/// An image that a containerd has, by a name of the command line.
struct ContainerdImage: Equatable, Sendable {
    private static let service = "containerd.services.images.v1.Images"

    /// A name, or a part of one that docker would complete.
    let reference: String
    let place: ContainerdPlace

    /// - Parameter folder: a folder for blobs while they are read, on a disk.
    /// - Throws: `RuntimeError` when there is none, with names that there are.
    func open(folder: String) throws -> Image {
        guard let found = try find(in: place) else { throw try unknown() }
        let files = ContainerdFiles(name: found.name, place: place, folder: folder)
        return try Image(files, target: Descriptor(digest: found.target.digest), reference: found.name)
    }

    private func find(in place: ContainerdPlace) throws -> ImagesImage? {
        for name in ImageName.candidates(reference) {
            do {
                let request = ImagesGetImageRequest.with { $0.name = name }
                let answer: ImagesGetImageResponse = try place.call(Self.service, "Get", request)
                return answer.image
            } catch let error as GRPCError where error.code == GRPCError.Code.notFound {
                continue
            } catch let error as GRPCError {
                throw RuntimeError(.unavailable, "containerd does not tell of its image \(name)", cause: error)
            }
        }
        return nil
    }

    private func unknown() throws -> RuntimeError {
        let message = "containerd has no image \(reference) in its namespace \(place.namespace)"
        for other in ["default", ContainerdPlace.kubernetes, "moby"] where other != place.namespace {
            var place = place
            place.namespace = other
            if let found = try? find(in: place) {
                return RuntimeError(
                    .notFound, message, remedy: "\(other) has \(found.name): add --namespace \(other)")
            }
        }
        let names = try names()
        let near = ImageName.near(reference, in: names)
        let shown = (near.isEmpty ? names : near).prefix(5)
        var remedy = "it has none there"
        if !shown.isEmpty {
            remedy = "\(near.isEmpty ? "it has" : "did you mean") \(shown.joined(separator: ", "))"
            let others = names.count - shown.count
            if others > 0 { remedy += ", and \(others) other\(others == 1 ? "" : "s")" }
        }
        if place.namespace != ContainerdPlace.kubernetes {
            remedy +=
                "; the images of pods are in \(ContainerdPlace.kubernetes): --namespace \(ContainerdPlace.kubernetes)"
        }
        return RuntimeError(.notFound, message, remedy: remedy)
    }

    /// Of all images there; CRI knows them by their digests, too, which nobody types.
    private func names() throws -> [String] {
        do {
            let answer: ImagesListImagesResponse = try place.call(Self.service, "List", ImagesListImagesRequest())
            return answer.images.map(\.name).filter { !$0.hasPrefix("sha256:") && !$0.contains("@") }.sorted()
        } catch let error as GRPCError {
            throw RuntimeError(.unavailable, "containerd does not list its images", cause: error)
        }
    }
}
