/// Why a guest was stopped, as wasmtime 47 numbers it. Numbers without a name here are kept too.
package struct TrapCode: RawRepresentable, Equatable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let stackOverflow = TrapCode(rawValue: 0)
    package static let memoryOutOfBounds = TrapCode(rawValue: 1)
    package static let integerDivisionByZero = TrapCode(rawValue: 7)
    package static let unreachable = TrapCode(rawValue: 9)
    package static let interrupt = TrapCode(rawValue: 10)
    package static let outOfFuel = TrapCode(rawValue: 11)
}
