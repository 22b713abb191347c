internal import EngineProtocol
internal import Glibc
internal import LinuxSystem

/// Puts the descriptors that the process is handed on to their places, from 3 on: before anything else is opened, so
/// that nothing of the set-up, which closes its own as it goes, comes to lie there. Hooks do not get them.
func placePreserved(_ plan: some PlannedProcess) throws(ContainerFailure) {
    for (source, place) in zip(plan.preserved, placesOfPreserved(plan)) {
        _ = try step("preserved descriptor \(place)") { try systemCall("dup2") { dup2(source, place) } }
    }
}

/// Where they are from then on.
func placesOfPreserved(_ plan: some PlannedProcess) -> Range<Int32> { 3..<Int32(3 + plan.preserved.count) }
