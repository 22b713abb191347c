internal import CLinux
internal import SystemPackage

/// Gives this process a session keyring of its own (session-keyring(7)), so that it does not see the keys of who
/// started it. A kernel without keyrings, or one that has none left, is let pass, as runc does.
///
/// - Parameter name: of the keyring; made when there is none.
package func joinSessionKeyring(_ name: String) throws(SystemCallError) {
    let key: Int64
    switch attempt({ martlet_join_session_keyring(name) }) {
    case .success(let made): key = made
    case .failure(.noFunction): return
    case .failure(let code):
        throw SystemCallError("keyctl", "KEYCTL_JOIN_SESSION_KEYRING \(name)", errno: code)
    }
    // Its user may search it: a process that changes its user keeps the use of its own session.
    var buffer = [CChar](repeating: 0, count: 512)
    let length = try systemCall("keyctl", "KEYCTL_DESCRIBE") { martlet_describe_key(key, &buffer, buffer.count) }
    // "type;uid;gid;permissions;description" (keyctl_describe(3))
    let description = String(
        decoding: buffer.prefix(Int(min(length, 512))).map(UInt8.init(bitPattern:)), as: UTF8.self)
    let parts = description.split(separator: ";", maxSplits: 4)
    guard parts.count >= 4, let permissions = UInt32(parts[3], radix: 16) else { return }
    let searchByUser: UInt32 = 0x0008_0000
    try systemCall("keyctl", "KEYCTL_SETPERM") { martlet_set_key_permissions(key, permissions | searchByUser) }
}
