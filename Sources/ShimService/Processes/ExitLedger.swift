/// Which exits are whose. Pure: `ChildReaper` guards it with a lock and feeds it.
///
/// The early-exit protocol: a process may be reaped before the one who made it knows its pid. So whoever is about to
/// make a process opens a creation first. While one is open, exits that nobody has claimed are kept; a claim finds the
/// exit of its pid there, or waits for it. With the last open creation what is unclaimed goes: those were orphans of a
/// container, which the shim inherits as subreaper and nobody asks for.
struct ExitLedger<Claimant> {
    private var claims: [Int32: Claimant] = [:]
    private var unclaimed: [Int32: ProcessExit] = [:]
    private var openCreations = 0

    /// Whether somebody waits for an exit.
    var hasClaims: Bool { !claims.isEmpty }

    mutating func openCreation() {
        openCreations += 1
    }

    mutating func closeCreation() {
        precondition(openCreations > 0, "a creation was closed twice")
        openCreations -= 1
        if openCreations == 0 { unclaimed.removeAll() }
    }

    /// Asks for the exit of `pid`: answers it when it has come already, else keeps the claimant until it does.
    mutating func claim(_ pid: Int32, _ claimant: Claimant) -> ProcessExit? {
        if let early = unclaimed.removeValue(forKey: pid) { return early }
        claims[pid] = claimant
        return nil
    }

    /// An exit that was reaped: answers who claimed it.
    mutating func exited(_ exit: ProcessExit) -> Claimant? {
        if let claimant = claims.removeValue(forKey: exit.pid) { return claimant }
        if openCreations > 0 { unclaimed[exit.pid] = exit }
        return nil
    }
}
