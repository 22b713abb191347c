package import ContainerdAPI
internal import OCISpec
internal import ShimService
internal import SwiftProtobuf

/// `-info`: what this runtime is and can do, for containerd 2 and by it for the kubelet.
package enum InfoCommand {
    /// - Parameter input: the options' Any that came on stdin; empty: none.
    package static func run(input: [UInt8]) throws -> ContainerdRuntimeInfo {
        let options = try StartInput.any(input)
        // Options that a Create would refuse are refused here already.
        _ = try LaunchOptions(options)
        let features = try encodeJSON(RuntimeFeatures())
        return .with {
            $0.name = MartletVersion.runtime
            $0.version = .with { $0.version = MartletVersion.version }
            if let options { $0.options = options }
            $0.features = Google_Protobuf_Any(json: features, as: .features)
        }
    }
}
