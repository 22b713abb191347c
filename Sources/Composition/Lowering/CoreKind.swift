/// What core modules import, export and count: a number as the binary format has it (WebAssembly core specification 5.5.5).
enum CoreKind: UInt8 {
    case function = 0
    case table = 1
    case memory = 2
    case global = 3
}
