import Foundation

/// How long tests wait for what should come at once, and between two looks: as long as they say, times the factor of
/// MARTLET_TEST_PATIENCE, which is for machines that are emulated. Nothing passes or fails by it; only what hangs is
/// told later.
enum Patience {
    private static let factor = ProcessInfo.processInfo.environment["MARTLET_TEST_PATIENCE"].flatMap(Double.init) ?? 1

    /// - Parameter seconds: on a machine that is not emulated.
    static func seconds(_ seconds: Double) -> Duration { .seconds(seconds * factor) }
}
