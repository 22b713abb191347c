import SwiftProtobuf

/// What of a `.proto` file decides about the bytes on the wire and the names in the API, as comparable lines.
struct Shapes {
    /// Fields or, for an enum, values, by the full name of the message or enum.
    private(set) var types: [String: Set<String>] = [:]
    /// The files that declare the types of `types` that are messages.
    private(set) var files: [String: ProtoFile] = [:]
    /// Methods by the full name of the service.
    private(set) var services: [String: Set<String>] = [:]

    /// Looks at what `files` declare themselves, not at what they import.
    init(_ files: [ProtoFile]) {
        for file in files {
            guard let descriptor = file.set.file.first(where: { $0.name == file.name }) else { continue }
            for message in descriptor.messageType { add(message, "\(descriptor.package).\(message.name)", file) }
            for type in descriptor.enumType { add(type, "\(descriptor.package).\(type.name)") }
            for service in descriptor.service {
                services["\(descriptor.package).\(service.name)"] = Set(
                    service.method.map {
                        "\($0.name)(\($0.clientStreaming ? "stream " : "")\($0.inputType)) returns "
                            + "(\($0.serverStreaming ? "stream " : "")\($0.outputType))"
                    })
            }
        }
    }

    var messageNames: Set<String> { Set(files.keys) }

    private mutating func add(_ message: Google_Protobuf_DescriptorProto, _ name: String, _ file: ProtoFile) {
        files[name] = file
        types[name] = Set(message.field.map { Self.line($0, in: message) })
        for nested in message.nestedType where !nested.options.mapEntry { add(nested, "\(name).\(nested.name)", file) }
        for type in message.enumType { add(type, "\(name).\(type.name)") }
    }

    private mutating func add(_ type: Google_Protobuf_EnumDescriptorProto, _ name: String) {
        types[name] = Set(type.value.map { "\($0.name) = \($0.number)" })
    }

    /// For example `repeated .containerd.types.Mount rootfs = 3`.
    private static func line(
        _ field: Google_Protobuf_FieldDescriptorProto, in message: Google_Protobuf_DescriptorProto
    ) -> String {
        var line = "\(typeName(field, in: message)) \(field.name) = \(field.number)"
        if field.label == .repeated, message.mapEntry(of: field) == nil { line = "repeated " + line }
        if field.label == .required { line = "required " + line }
        if field.hasOneofIndex { line += " in \(message.oneofDecl[Int(field.oneofIndex)].name)" }
        // Packing is the default of proto3; a file that turns it off writes other bytes.
        if field.options.hasPacked { line += " packed: \(field.options.packed)" }
        return line
    }

    private static func typeName(
        _ field: Google_Protobuf_FieldDescriptorProto, in message: Google_Protobuf_DescriptorProto
    ) -> String {
        if let entry = message.mapEntry(of: field), entry.field.count == 2 {
            return "map<\(typeName(entry.field[0], in: entry)), \(typeName(entry.field[1], in: entry))>"
        }
        return field.typeName.isEmpty ? String("\(field.type)".drop(while: { $0 == "." })) : field.typeName
    }
}

extension Google_Protobuf_DescriptorProto {
    /// The generated message of a map field's entries; nil if `field` is no map.
    func mapEntry(of field: Google_Protobuf_FieldDescriptorProto) -> Google_Protobuf_DescriptorProto? {
        guard field.type == .message, let last = field.typeName.split(separator: ".").last else { return nil }
        return nestedType.first { $0.options.mapEntry && $0.name == last }
    }
}
