extension CgroupDirectory {
    /// A pressure file (accounting/psi.rst); nil when the kernel has PSI switched off.
    ///
    ///     some avg10=0.00 avg60=0.00 avg300=0.00 total=0
    ///     full avg10=0.00 avg60=0.00 avg300=0.00 total=0
    func pressure(_ name: String) throws(CgroupError) -> V2Metrics.PSI? {
        guard let text = try readIfPresent(name), !text.isEmpty else { return nil }
        var pressure = V2Metrics.PSI()
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ")
            func value(_ key: String) -> Substring? {
                parts.first { $0.hasPrefix(key + "=") }.map { $0.dropFirst(key.utf8.count + 1) }
            }
            guard let avg10 = value("avg10").flatMap({ Double($0) }),
                let avg60 = value("avg60").flatMap({ Double($0) }),
                let avg300 = value("avg300").flatMap({ Double($0) }), let total = value("total").flatMap({ UInt64($0) })
            else { throw .malformed(file(name), line) }
            let entry = V2Metrics.PSI.Line(avg10: avg10, avg60: avg60, avg300: avg300, total: total)
            if parts[0] == "some" { pressure.some = entry }
            if parts[0] == "full" { pressure.full = entry }
        }
        return pressure
    }
}
