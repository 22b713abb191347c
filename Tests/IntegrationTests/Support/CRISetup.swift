import Foundation

/// The CRI plug-in of the private containerd: its RuntimeClass handlers, and the pods' network.
enum CRISetup {
    /// containerd's namespace of all pods; it can't be another.
    static let namespace = "k8s.io"

    /// What every sandbox runs. No registry is asked for it: it is imported before the first pod.
    static let pauseImage = "localhost/martlet/pause:latest"

    /// The folder of the network's configuration.
    private static func network(_ folder: String) -> String { "\(folder)/cni" }

    /// Writes the network's configuration: a pair of interfaces for each pod, which go with its network namespace.
    ///
    /// - Parameter name: the network's, another one for each containerd. Its addresses are, too, by this process's
    ///   number, so that runs side by side have routes of their own.
    static func write(in folder: String, name: String) throws {
        try FileManager.default.createDirectory(atPath: network(folder), withIntermediateDirectories: true)
        let text = """
            {"cniVersion": "0.4.0", "name": "\(name)", "plugins": [
              {"type": "ptp", "ipam": {"type": "host-local", "dataDir": "\(folder)/addresses",
               "subnet": "10.\(128 + getpid() % 120).0.0/16"}}]}

            """
        try text.write(toFile: "\(network(folder))/10-pods.conflist", atomically: true, encoding: .utf8)
    }

    /// The plug-in's part of containerd's configuration; in version 3 there are three plug-ins of it. The kernel lets a
    /// machine without CAP_SYS_RESOURCE not lower the sandboxes' score for the OOM killer; hence
    /// restrict_oom_score_adj.
    static func configuration(_ folder: String, version: Int) -> String {
        let runtime = version == 2 ? "io.containerd.grpc.v1.cri" : "io.containerd.cri.v1.runtime"
        let folders = version == 2 ? #"bin_dir = "/usr/lib/cni""# : #"bin_dirs = ["/usr/lib/cni"]"#
        // What containerd 1 knows nothing of: a pod without a pause container, and a runtime's features, for which 2.1
        // asks but this type.
        let newer =
            version == 2
            ? ""
            : """
                [plugins."\(runtime)".containerd.runtimes.martlet-sandbox]
                  runtime_type = "io.containerd.martlet.v1"
                  sandboxer = "shim"
                [plugins."\(runtime)".containerd.runtimes.martlet-features]
                  runtime_type = "io.containerd.runc.v2"
                  runtime_path = "\(Requirement.prefix ?? "/usr/local")/bin/containerd-shim-martlet-v1"
            """
        // No table may be opened twice.
        let between =
            version == 2
            ? #"  sandbox_image = "\#(pauseImage)""#
            : """
            [plugins."io.containerd.cri.v1.images".pinned_images]
              sandbox = "\(pauseImage)"
            [plugins."\(runtime)"]
            """
        return """
            [plugins."io.containerd.grpc.v1.cri"]
              stream_server_address = "127.0.0.1"
              disable_tcp_service = true
            \(between)
              restrict_oom_score_adj = true
              netns_mounts_under_state_dir = true
              [plugins."\(runtime)".cni]
                \(folders)
                conf_dir = "\(network(folder))"
              [plugins."\(runtime)".containerd]
                default_runtime_name = "runc"
                [plugins."\(runtime)".containerd.runtimes.runc]
                  runtime_type = "io.containerd.runc.v2"
                [plugins."\(runtime)".containerd.runtimes.martlet]
                  runtime_type = "io.containerd.martlet.v1"
                  pod_annotations = ["martlet.dev/*"]
                  container_annotations = ["io.kubernetes.container.restartCount"]
                [plugins."\(runtime)".containerd.runtimes.martlet-systemd]
                  runtime_type = "io.containerd.martlet.v1"
                  [plugins."\(runtime)".containerd.runtimes.martlet-systemd.options]
                    SystemdCgroup = true
            \(newer)

            """
    }
}
