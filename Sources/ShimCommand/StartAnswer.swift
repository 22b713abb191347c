internal import ContainerdAPI
internal import SwiftProtobuf

/// How `start` says where the shim listens and which version of the task service it speaks: in the dialect of the
/// containerd that asked. The shim serves both versions, so that it is understood whatever was answered.
package enum StartAnswer: Hashable, Sendable {
    /// The plain address, which means version 2: all that containerd 1.6 knows.
    case address
    /// JSON, for 1.7 to 2.2. 1.7 refuses a newer version than it knows.
    case json(version: Int)
    /// A BootstrapResult, for 2.3 and later.
    case bootstrap

    /// The newest version of the task service.
    private static let newestVersion = 3

    /// - Parameters:
    ///   - input: what came on stdin.
    ///   - mostVersion: the value of `MAX_SHIM_VERSION`, if it is set: 2 in 1.7, and in 2.0 to 2.2 as well, which know 3.
    ///   - callerKnowsVersion3: what else is known of the caller (`KnownCallers`).
    package init(to input: StartInput, mostVersion: String?, callerKnowsVersion3: Bool) {
        if input.bootstrap != nil {
            self = .bootstrap
        } else if let most = mostVersion.flatMap({ Int($0) }), most >= 2 {
            self = .json(version: callerKnowsVersion3 ? Self.newestVersion : min(most, Self.newestVersion))
        } else {
            self = .address
        }
    }

    /// What goes to stdout.
    package func bytes(_ address: SocketAddress) throws -> [UInt8] {
        switch self {
        case .address:
            return Array(address.text.utf8)
        case .json(let version):
            // The path is a hash in a folder: it holds nothing that JSON would escape but what the folder does.
            let quoted = address.text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
            return Array(#"{"version":\#(version),"address":"\#(String(quoted))","protocol":"ttrpc"}"#.utf8)
        case .bootstrap:
            let result = ShimBootstrapResult.with {
                $0.version = Int32(Self.newestVersion)
                $0.address = address.text
                $0.protocol = "ttrpc"
            }
            return try result.serializedBytes()
        }
    }
}
