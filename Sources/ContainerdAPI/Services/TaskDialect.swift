/// The two names under which containerd calls the task service.
///
/// containerd 1.6 to 2.x call v2 on a shim that said nothing or version 2 when it started, and v3 on one that
/// said version 3. The two `.proto` files differ in the package's name alone: all 26 messages have the same
/// fields, numbers and types, and all 17 methods the same messages (compared for containerd 1.7.24, 2.0, 2.1
/// and the development branch towards 2.4; a test compares our two files). A message's package is not on the
/// wire, so both dialects are served with the messages of v2 (`Task…Request`, `Task…Response`).
package enum TaskDialect: String, Sendable, CaseIterable {
    case v2 = "containerd.task.v2.Task"
    case v3 = "containerd.task.v3.Task"

    /// The full name of the service.
    package var serviceName: String { rawValue }
}
