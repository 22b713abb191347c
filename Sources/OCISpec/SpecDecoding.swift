package import FoundationEssentials

extension Spec {
    /// Decodes `config.json`.
    ///
    /// - Parameter file: how errors name it.
    /// - Throws: `SpecError` that names the field, what was found and what would be right.
    package static func decode(_ json: Data, file: String?) throws(SpecError) -> Spec {
        try decodeJSON(Spec.self, from: json, file: file)
    }
}

/// Decodes a document of the specification, with errors that name the field.
package func decodeJSON<Value: Decodable>(
    _ type: Value.Type, from json: Data, file: String?
) throws(SpecError) -> Value {
    do {
        return try JSONDecoder().decode(type, from: json)
    } catch let error as DecodingError {
        throw SpecError(error, file: file)
    } catch {
        throw SpecError(.malformed, field: "", "\(error)", file: file)
    }
}

extension SpecError {
    fileprivate init(_ error: DecodingError, file: String?) {
        switch error {
        case .keyNotFound(let key, let context):
            self.init(
                .missing, field: dotted(context.codingPath + [key]), "the field is missing; it is required", file: file)
        case .typeMismatch(_, let context):
            self.init(.malformed, field: dotted(context.codingPath), context.debugDescription, file: file)
        case .valueNotFound(let type, let context):
            self.init(
                .malformed, field: dotted(context.codingPath), "found null; expected \(plainName(of: type))", file: file)
        case .dataCorrupted(let context):
            let cause = context.underlyingError.map { ": \($0)" } ?? ""
            self.init(
                .malformed, field: dotted(context.codingPath), context.debugDescription + cause, file: file)
        @unknown default:
            self.init(.malformed, field: "", "\(error)", file: file)
        }
    }
}

private func dotted(_ path: [any CodingKey]) -> String {
    var text = ""
    for key in path {
        if let index = key.intValue {
            text += "[\(index)]"
        } else {
            text += text.isEmpty ? key.stringValue : ".\(key.stringValue)"
        }
    }
    return text
}

/// A Swift type by the word that a person who writes JSON would use.
private func plainName(of type: any Any.Type) -> String {
    switch type {
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is any FixedWidthInteger.Type: "a whole number"
    case is any BinaryFloatingPoint.Type: "a number"
    default: "a value"
    }
}
