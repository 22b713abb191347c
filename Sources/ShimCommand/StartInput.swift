internal import ContainerdAPI
internal import Glibc
internal import LinuxSystem
package import ShimService
internal import SwiftProtobuf

/// What comes on the stdin of `start`: nothing, the runtime's options in an Any (containerd 1.6 to 2.2), or
/// BootstrapParams (2.3 and later), which say what flags and environment say, and more.
package struct StartInput: Hashable, Sendable {
    package var options = LaunchOptions()
    /// nil: the caller is older than 2.3.
    package var bootstrap: Bootstrap?

    /// What BootstrapParams say. Empty texts are nil.
    package struct Bootstrap: Hashable, Sendable {
        package var logLevel: ShimConfiguration.LogLevel
        /// containerd's addresses.
        package var ttrpcAddress: String?
        package var grpcAddress: String?
        /// Where the shim's socket is to be. Absolute.
        package var socketFolder: String?
    }

    package init() {}

    /// Reads the bytes that came.
    ///
    /// Runtime options may be taken for BootstrapParams, whose first two fields are texts like those of an Any: it is
    /// what the flags say, id and namespace, that tells them apart.
    ///
    /// - Throws: `TaskError` for what is neither; what `LaunchOptions` throws.
    package init(_ bytes: [UInt8], id: String, namespace: String) throws {
        guard let any = try Self.any(bytes) else { return }
        guard any.typeURL == id, any.value.elementsEqual(namespace.utf8) else {
            options = try LaunchOptions(any)
            return
        }
        let parameters: ShimBootstrapParams
        do {
            parameters = try ShimBootstrapParams(serializedBytes: bytes)
        } catch {
            throw TaskError(.invalidArgument, "stdin: \(bytes.count) bytes that are no BootstrapParams", cause: error)
        }
        bootstrap = try Bootstrap(parameters)
        // Other extensions are for other shims. A caller that sends options of no known type is told so at Create.
        if let known = parameters.extensions.map(\.value).first(where: LaunchOptions.knows) {
            options = try LaunchOptions(known)
        }
    }

    /// Reads stdin to its end. The descriptor is borrowed.
    package static func read(_ descriptor: Int32 = STDIN_FILENO) throws -> [UInt8] {
        try readToEnd(of: descriptor, limit: limit, name: "stdin")
    }

    /// No options are larger.
    private static let limit = 1 << 20

    static func any(_ bytes: [UInt8]) throws -> Google_Protobuf_Any? {
        guard !bytes.isEmpty else { return nil }
        do {
            return try Google_Protobuf_Any(serializedBytes: bytes)
        } catch {
            throw TaskError(.invalidArgument, "stdin: \(bytes.count) bytes that are no protobuf Any", cause: error)
        }
    }
}

extension StartInput.Bootstrap {
    fileprivate init(_ parameters: ShimBootstrapParams) throws(TaskError) {
        logLevel = ShimConfiguration.LogLevel(parameters.logLevel)
        ttrpcAddress = parameters.containerdTtrpcAddress.nonEmpty
        grpcAddress = parameters.containerdGrpcAddress.nonEmpty
        socketFolder = parameters.socketDir.nonEmpty
        if let socketFolder, !socketFolder.hasPrefix("/") {
            throw TaskError(.invalidArgument, "socket_dir: found \"\(socketFolder)\"; expected an absolute path")
        }
    }
}

extension ShimConfiguration.LogLevel {
    /// The nearest that there is: levels are numbers, of which new ones may come.
    init(_ level: ShimLogLevel) {
        self =
            switch level.rawValue {
            case ..<(-2): .debug
            case ..<2: .info
            case ..<6: .warning
            default: .error
            }
    }
}

extension String {
    fileprivate var nonEmpty: String? { isEmpty ? nil : self }
}
