internal import ContainerdAPI
package import EngineProtocol
internal import LinuxSystem
package import SwiftProtobuf

/// What a runtime's options ask for, whichever message they came in.
package struct LaunchOptions: Hashable, Sendable {
    package var systemdCgroup = false
    /// The cgroup that the shim itself is put in; empty: it stays in containerd's.
    package var shimCgroup = ""
    package var noNewKeyring = false
    /// The owner of the container's pipes; 0 leaves them as they are.
    package var ioUID: UInt32 = 0
    package var ioGID: UInt32 = 0
    /// nil: as the configuration file says.
    package var guestSeccomp: GuestSeccomp?
    package var logLevel: ShimConfiguration.LogLevel?
    /// What was asked for and is not done, for the log.
    package var ignored: [String] = []

    package init() {}

    /// Reads the options of a `start`, a Create or an `-info`.
    ///
    /// - Parameter any: nil or without a type: no options were given.
    /// - Throws: `TaskError` invalidArgument for a type that is not known; `ConfigurationError`, `PayloadError`.
    package init(_ any: Google_Protobuf_Any?) throws {
        self.init()
        guard let any, !any.typeURL.isEmpty else { return }
        if let options = try any.unpacked(as: RuncOptions.self) {
            self = LaunchOptions(options)
        } else if let options = try any.unpacked(as: RuntimeOptions.self) {
            self = try LaunchOptions(options)
        } else {
            throw TaskError(
                .invalidArgument,
                "runtime options of type \(any.typeURL) are not known; "
                    + "expected \(RuntimeOptions.protoMessageName) or \(RuncOptions.protoMessageName)")
        }
    }

    /// Whether these are options, of a type that is known.
    package static func knows(_ any: Google_Protobuf_Any) -> Bool {
        any.holds(RuncOptions.self) || any.holds(RuntimeOptions.self)
    }

    private init(_ options: RuncOptions) {
        self.init()
        systemdCgroup = options.systemdCgroup
        shimCgroup = options.shimCgroup
        noNewKeyring = options.noNewKeyring
        ioUID = options.ioUid
        ioGID = options.ioGid
        let others: [(String, Bool)] = [
            ("no_pivot_root", options.noPivotRoot), ("binary_name", !options.binaryName.isEmpty),
            ("root", !options.root.isEmpty), ("criu_path", !options.criuPath.isEmpty),
            ("criu_image_path", !options.criuImagePath.isEmpty), ("criu_work_path", !options.criuWorkPath.isEmpty),
            ("task_api_address", !options.taskApiAddress.isEmpty),
        ]
        ignored = others.filter(\.1).map(\.0)
    }

    /// The body stands for the file's contents, so it comes first (containerd 1.7 and later send either).
    private init(_ options: RuntimeOptions) throws {
        self.init()
        let text: String
        let source: String
        if !options.configBody.isEmpty {
            source = "the runtime options' config_body"
            text = String(decoding: options.configBody, as: UTF8.self)
        } else if !options.configPath.isEmpty {
            source = options.configPath
            do {
                text = try readText(options.configPath)
            } catch {
                throw ConfigurationError(.unreadable, file: source, "\(error)")
            }
        } else {
            return
        }
        let (configuration, unknown) = try ConfigurationReader.parse(text, file: source)
        systemdCgroup = configuration.systemdCgroup ?? false
        guestSeccomp = configuration.guestSeccomp
        logLevel = configuration.logLevel
        ignored = unknown
    }
}
