// Parts of the code of functions.

extension BinaryWriter {
    mutating func body(_ code: [UInt8]) {
        number(UInt32(code.count))
        append(code)
    }

    mutating func expression(_ code: [UInt8]) {
        append(code)
        byte(0x0b)
    }

    mutating func global(_ type: UInt8, _ isMutable: UInt8, _ value: [UInt8]) {
        byte(type)
        byte(isMutable)
        expression(value)
    }

    mutating func set(_ global: UInt32, to value: UInt32) {
        byte(0x41)
        signedNumber(value)
        byte(0x24)
        number(global)
    }

    /// With the arguments of the function that it is in.
    mutating func call(_ function: UInt32, with arguments: Int) {
        for argument in 0..<arguments {
            byte(0x20)
            number(UInt32(argument))
        }
        byte(0x10)
        number(function)
    }
}
