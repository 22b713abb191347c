internal import CLinux

/// A pipe, close-on-exec (pipe2(2)). The caller owns both ends.
package func makePipe() throws(SystemCallError) -> (reading: Int32, writing: Int32) {
    var ends: (reading: Int32, writing: Int32) = (-1, -1)
    try systemCall("pipe2") {
        withUnsafeMutablePointer(to: &ends) {
            $0.withMemoryRebound(to: Int32.self, capacity: 2) { martlet_pipe($0) }
        }
    }
    return ends
}
