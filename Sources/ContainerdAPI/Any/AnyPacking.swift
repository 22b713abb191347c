package import SwiftProtobuf

// containerd compares the type URL of an Any as a whole string with the name it registered (its typeurl
// library), in all versions: `containerd.events.TaskExit`, never `type.googleapis.com/containerd.events.TaskExit`,
// which is what SwiftProtobuf's own initialiser writes and containerd 1.6 does not know. Other clients may send
// the long form, so that both are read.

extension Google_Protobuf_Any {
    /// An Any of `message` with its bare full name as type URL, as containerd writes and expects it.
    package init<M: SwiftProtobuf.Message>(packing message: M) throws(PayloadError) {
        self.init()
        typeURL = M.protoMessageName
        do {
            value = try message.serializedBytes()
        } catch {
            throw PayloadError(code: .unencodable, part: .any, message: message, cause: error)
        }
    }

    /// An Any of JSON under one of the names that containerd gives to types of the runtime specification.
    package init(json: some Sequence<UInt8>, as type: JSONType) {
        self.init()
        typeURL = type.rawValue
        value.append(contentsOf: Array(json))
    }

    /// The full name of the message's type: what follows the last slash of the type URL, or all of it.
    package var messageName: Substring {
        guard let slash = typeURL.lastIndex(of: "/") else { return typeURL[...] }
        return typeURL[typeURL.index(after: slash)...]
    }

    /// Whether this holds an `M`, by either style of type URL. JSON types are never messages.
    package func holds<M: SwiftProtobuf.Message>(_ type: M.Type) -> Bool {
        jsonType == nil && messageName == M.protoMessageName
    }

    /// The message in this Any; nil if the type URL names another type.
    package func unpacked<M: SwiftProtobuf.Message>(as type: M.Type) throws(PayloadError) -> M? {
        guard holds(type) else { return nil }
        do {
            return try M(serializedBytes: value)
        } catch {
            throw PayloadError(code: .malformed, part: .any, message: M(), cause: error)
        }
    }

    /// Which type of the runtime specification `value` holds as JSON; nil if it is something else.
    package var jsonType: JSONType? { JSONType(rawValue: typeURL) }

    /// The types that containerd sends as JSON, by their type URLs (the same from 1.6 to 2.x; the number is the
    /// major version of the runtime specification).
    package enum JSONType: String, Sendable, CaseIterable {
        /// A whole config.json.
        case spec = "types.containerd.io/opencontainers/runtime-spec/1/Spec"
        /// `process` of config.json: an ExecProcessRequest's spec.
        case process = "types.containerd.io/opencontainers/runtime-spec/1/Process"
        /// `linux.resources` of config.json: an UpdateTaskRequest's resources.
        case linuxResources = "types.containerd.io/opencontainers/runtime-spec/1/LinuxResources"
        /// The features structure: a RuntimeInfo's features. Since containerd 2.0.
        case features = "types.containerd.io/opencontainers/runtime-spec/1/features/Features"
    }
}
