package import EngineProtocol

/// What the configuration file says, or a runtime's options in TOML.
package struct ShimConfiguration: Hashable, Sendable {
    /// Where the node's administrator puts it.
    package static let path = "/etc/martlet/config.toml"

    /// How much the shim logs.
    package enum LogLevel: String, Sendable, CaseIterable {
        case debug, info, warning, error
    }

    /// `[log] level`
    package var logLevel: LogLevel?
    /// `[seccomp] guest`
    package var guestSeccomp: GuestSeccomp?
    /// `SystemdCgroup` or `systemd_cgroup`
    package var systemdCgroup: Bool?
    /// `[cache]` and `[engine]`. Read when the engine is started: what a runtime's options say of it is not used.
    package var engine = EngineSettings()

    package init() {}
}
