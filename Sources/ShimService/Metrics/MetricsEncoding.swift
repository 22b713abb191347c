package import Cgroups
internal import ContainerdAPI
package import SwiftProtobuf

extension Google_Protobuf_Any {
    /// A container's metrics as containerd's message for the version of its cgroup.
    package init(_ stats: CgroupStats) throws {
        switch stats {
        case .v1(let metrics): try self.init(packing: CgroupV1Metrics(metrics))
        case .v2(let metrics): try self.init(packing: CgroupV2Metrics(metrics))
        }
    }
}
