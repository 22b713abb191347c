internal import CLinux
internal import OCISpec

/// A condition on an argument of a call, checked.
struct Condition: Hashable {
    /// 0 to 5.
    var argument: UInt32
    var comparison: SeccompOperator
    /// The mask, for `maskedEqual`.
    var value: UInt64
    /// For `maskedEqual` only.
    var valueTwo: UInt64

    /// Instructions that come to their end when the condition holds, and pass over `failure` instructions behind
    /// their end when it does not.
    ///
    /// - Parameter wide: whether arguments have 64 bits; of those that have 32 only these are looked at.
    func code(failure: UInt8, wide: Bool) -> [sock_filter] {
        let low = [.load(CallData.low(argument))] + lowCode(failure: failure)
        guard wide else { return low }
        let high = UInt32(truncatingIfNeeded: value >> 32)
        let rest = UInt8(low.count)
        var code: [sock_filter] = [.load(CallData.high(argument))]
        switch comparison {
        case .equal: code += [.ifEqual(high, else: rest + failure)]
        case .notEqual: code += [.ifEqual(high, else: rest)]
        // A higher high word decides, a lower one too; an equal one leaves it to the low word.
        case .greater, .greaterOrEqual:
            code += [.ifGreater(high, over: rest + 1), .ifEqual(high, else: rest + failure)]
        case .less, .lessOrEqual: code += [.ifGreater(high, over: rest + 1 + failure), .ifEqual(high, else: rest)]
        case .maskedEqual:
            code += [.and(high), .ifEqual(UInt32(truncatingIfNeeded: wanted >> 32), else: rest + failure)]
        }
        return code + low
    }

    private func lowCode(failure: UInt8) -> [sock_filter] {
        let low = UInt32(truncatingIfNeeded: value)
        return switch comparison {
        case .equal: [.ifEqual(low, else: failure)]
        case .notEqual: [.ifEqual(low, over: failure)]
        case .greater: [.ifGreater(low, else: failure)]
        case .greaterOrEqual: [.ifNotLess(low, else: failure)]
        case .less: [.ifNotLess(low, over: failure)]
        case .lessOrEqual: [.ifGreater(low, over: failure)]
        case .maskedEqual: [.and(low), .ifEqual(UInt32(truncatingIfNeeded: wanted), else: failure)]
        }
    }

    /// Bits outside the mask do not count.
    private var wanted: UInt64 { value & valueTwo }
}
