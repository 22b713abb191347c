/// One process of Exec in a container that runs, through a client of its shim; all in milliseconds.
package struct ExecSample: Codable, Hashable, Sendable {
    /// Exec and Start, from before the first request to the second answer.
    package var execAndStart: Double
    /// The first byte of output, from before the request of Exec.
    package var firstOutput: Double
    /// From before Exec to the answer of Delete.
    package var total: Double

    package init(execAndStart: Double, firstOutput: Double, total: Double) {
        self.execAndStart = execAndStart
        self.firstOutput = firstOutput
        self.total = total
    }
}
