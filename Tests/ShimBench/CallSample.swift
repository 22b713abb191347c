/// One container through a client of its shim; all in milliseconds.
package struct CallSample: Codable, Hashable, Sendable {
    /// The shim's `start` command, from before it is spawned until it has ended and its answer is read.
    package var startCommand: Double
    /// Connecting to the address that it answered.
    package var connect: Double
    /// The calls, from before the request to the answer.
    package var create: Double
    package var start: Double
    package var delete: Double
    /// The first byte of output, from before the requests of Create and of Start.
    package var firstOutputFromCreate: Double
    package var firstOutputFromStart: Double
    /// From before Create to the answer of Delete; the container's run lies between.
    package var total: Double

    /// Create and Start, without what lies between.
    package var createAndStart: Double { create + start }
}
