import Testing

/// Everything that runs containers. One after the other, so that what each leaves behind can be counted, and because
/// the machine's cgroups and shims' sockets are shared.
@Suite(.serialized, .needsRoot, .needsContainerd)
enum Integration {}
