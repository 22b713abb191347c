internal import Glibc
internal import LinuxSystem
internal import OCISpec

/// A profile as the Firefox profiler has it ("processed profile format"), as far as it is looked at here: the engine
/// writes one with one thread.
struct GuestProfile: Decodable {
    struct Thread: Decodable {
        struct Samples: Decodable {
            /// Into `stackTable`; nil for a sample without a stack.
            var stack: [Int?]
            /// How many samples each stands for.
            var weight: [Int]?
            /// Milliseconds since the one before.
            var timeDeltas: [Double]?
        }

        struct StackTable: Decodable {
            /// The caller's stack, into this table; nil for the outermost.
            var prefix: [Int?]
            /// Into `frameTable`.
            var frame: [Int]
        }

        struct FrameTable: Decodable {
            /// Into `funcTable`.
            var function: [Int]

            private enum CodingKeys: String, CodingKey {
                case function = "func"
            }
        }

        struct FunctionTable: Decodable {
            /// Into `stringArray`.
            var name: [Int]
        }

        var samples: Samples
        var stackTable: StackTable
        var frameTable: FrameTable
        var functionTable: FunctionTable
        var stringArray: [String]

        private enum CodingKeys: String, CodingKey {
            case samples, stackTable, frameTable, stringArray
            case functionTable = "funcTable"
        }
    }

    var threads: [Thread]

    static func read(_ path: String) throws -> GuestProfile {
        let file = try openFile(path, O_RDONLY)
        return try decodeJSON(
            GuestProfile.self, from: try readToEnd(of: file.raw, limit: 1 << 30, name: path), file: path)
    }
}
