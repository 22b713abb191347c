internal import CLinux
internal import Glibc

/// The slave of a pseudo-terminal, opened through its master, so that no path is trusted (TIOCGPTPEER of
/// ioctl_tty(2)).
///
/// - Parameter master: borrowed; unlocked by this.
package func openTerminalPeer(of master: Int32) throws(SystemCallError) -> OwnedFileDescriptor {
    let raw = try systemCall("ioctl", "TIOCGPTPEER") { martlet_open_terminal_peer(master) }
    return OwnedFileDescriptor(owning: raw)
}

/// Sets a terminal's size in characters (TIOCSWINSZ), by its master or slave.
package func setWindowSize(of terminal: Int32, rows: UInt16, columns: UInt16) throws(SystemCallError) {
    try systemCall("ioctl", "TIOCSWINSZ") { martlet_set_window_size(terminal, rows, columns) }
}

/// Makes `terminal` the controlling terminal of this session leader (TIOCSCTTY).
package func setControllingTerminal(_ terminal: Int32) throws(SystemCallError) {
    try systemCall("ioctl", "TIOCSCTTY") { martlet_set_controlling_terminal(terminal) }
}

/// setsid(2).
package func becomeSessionLeader() throws(SystemCallError) {
    try systemCall("setsid") { setsid() }
}

/// dup2(2): `descriptor` (borrowed) is `target` too from now on, and stays open on exec.
package func duplicate(_ descriptor: Int32, to target: Int32) throws(SystemCallError) {
    try systemCall("dup2", "\(target)") { dup2(descriptor, target) }
}
