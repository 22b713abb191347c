/// What this is.
package enum MartletVersion {
    package static let version = "0.1.0"
    /// The runtime's name under its own file name.
    package static let runtime = "io.containerd.martlet.v1"
}
