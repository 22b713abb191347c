internal import LinuxSystem
internal import OCISpec

/// Mappings as the lines of a uid_map or gid_map.
func mapLines(_ mappings: [IDMapping]) -> String {
    mappings.map { "\($0.containerID) \($0.hostID) \($0.size)\n" }.joined()
}

func makeUserNamespace(
    uidMappings: [IDMapping], gidMappings: [IDMapping]
) throws(SystemCallError) -> OwnedFileDescriptor {
    try makeUserNamespace(uidMap: mapLines(uidMappings), gidMap: mapLines(gidMappings))
}
