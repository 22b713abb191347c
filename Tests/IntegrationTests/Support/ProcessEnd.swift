import Dispatch
import Foundation

extension Process {
    /// Starts it; what is returned can be waited for, once, until it has ended.
    ///
    /// On Linux Foundation's `waitUntilExit` asks a run loop that has nothing to do, without a pause: it takes a
    /// processor for as long as the program runs.
    func runTellingItsEnd() throws -> DispatchSemaphore {
        let end = DispatchSemaphore(value: 0)
        terminationHandler = { _ in end.signal() }
        try run()
        return end
    }
}
