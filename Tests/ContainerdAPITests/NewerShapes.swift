// Shapes of files that are not in containerd 1.6.

extension PublishedShapeTests {
    /// api/runtime/bootstrap/v1 of containerd 2.3.
    static let bootstrap = package(
        "containerd.runtime.bootstrap.v1",
        [
            "BootstrapParams": [
                "string instance_id = 1", "string namespace = 2",
                ".containerd.runtime.bootstrap.v1.LogLevel log_level = 3", "string containerd_version = 4",
                "string containerd_ttrpc_address = 5", "string containerd_grpc_address = 6",
                "string containerd_binary = 7", "repeated .containerd.runtime.bootstrap.v1.Extension extensions = 8",
                "string socket_dir = 9 in _socket_dir",
            ],
            "Extension": [".google.protobuf.Any value = 1"],
            "BootstrapResult": [
                "int32 version = 1", "string address = 2", "string protocol = 3",
                "repeated .containerd.runtime.bootstrap.v1.Capability capabilities = 4",
                "map<string, string> metadata = 5",
            ],
            "LogLevel": [
                "LOG_LEVEL_INFO = 0", "LOG_LEVEL_TRACE = -8", "LOG_LEVEL_DEBUG = -4", "LOG_LEVEL_WARN = 4",
                "LOG_LEVEL_ERROR = 8", "LOG_LEVEL_FATAL = 10", "LOG_LEVEL_PANIC = 12",
            ],
            "Capability": ["CAPABILITY_UNSPECIFIED = 0"],
        ])

    /// api/runtime/sandbox/v1 of containerd 2.1.
    static let sandbox = package(
        "containerd.runtime.sandbox.v1",
        [
            "CreateSandboxRequest": [
                "string sandbox_id = 1", "string bundle_path = 2", "repeated .containerd.types.Mount rootfs = 3",
                ".google.protobuf.Any options = 4", "string netns_path = 5", "map<string, string> annotations = 6",
            ],
            "CreateSandboxResponse": [],
            "StartSandboxRequest": ["string sandbox_id = 1"],
            "StartSandboxResponse": [
                "uint32 pid = 1", ".google.protobuf.Timestamp created_at = 2", ".google.protobuf.Any spec = 3",
            ],
            "PlatformRequest": ["string sandbox_id = 1"],
            "PlatformResponse": [".containerd.types.Platform platform = 1"],
            "StopSandboxRequest": ["string sandbox_id = 1", "uint32 timeout_secs = 2"],
            "StopSandboxResponse": [],
            "WaitSandboxRequest": ["string sandbox_id = 1"],
            "WaitSandboxResponse": ["uint32 exit_status = 1", ".google.protobuf.Timestamp exited_at = 2"],
            "SandboxStatusRequest": ["string sandbox_id = 1", "bool verbose = 2"],
            "SandboxStatusResponse": [
                "string sandbox_id = 1", "uint32 pid = 2", "string state = 3", "map<string, string> info = 4",
                ".google.protobuf.Timestamp created_at = 5", ".google.protobuf.Timestamp exited_at = 6",
                ".google.protobuf.Any extra = 7",
            ],
            "PingRequest": ["string sandbox_id = 1"],
            "PingResponse": [],
            "ShutdownSandboxRequest": ["string sandbox_id = 1"],
            "ShutdownSandboxResponse": [],
            "SandboxMetricsRequest": ["string sandbox_id = 1"],
            "SandboxMetricsResponse": [".containerd.types.Metric metrics = 1"],
        ])

    /// The parts that are read of the kubelet's API, version 1, as containerd 2.1 has it.
    static let cri = package(
        "runtime.v1",
        [
            "PodSandboxConfig": [
                "string hostname = 2", ".runtime.v1.DNSConfig dns_config = 4", "map<string, string> annotations = 7",
                ".runtime.v1.LinuxPodSandboxConfig linux = 8",
            ],
            "DNSConfig": [
                "repeated string servers = 1", "repeated string searches = 2", "repeated string options = 3",
            ],
            "LinuxPodSandboxConfig": [
                "string cgroup_parent = 1", ".runtime.v1.LinuxSandboxSecurityContext security_context = 2",
                "map<string, string> sysctls = 3",
            ],
            "LinuxSandboxSecurityContext": [".runtime.v1.NamespaceOption namespace_options = 1"],
            "NamespaceOption": [
                ".runtime.v1.NamespaceMode network = 1", ".runtime.v1.NamespaceMode pid = 2",
                ".runtime.v1.NamespaceMode ipc = 3", ".runtime.v1.UserNamespace userns_options = 5",
            ],
            "NamespaceMode": ["POD = 0", "CONTAINER = 1", "NODE = 2", "TARGET = 3"],
            "UserNamespace": [".runtime.v1.NamespaceMode mode = 1"],
        ])

    private static func package(_ name: String, _ types: [String: Set<String>]) -> [String: Set<String>] {
        Dictionary(uniqueKeysWithValues: types.map { ("\(name).\($0.key)", $0.value) })
    }
}
