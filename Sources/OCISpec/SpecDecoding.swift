extension Spec {
    /// Decodes `config.json`.
    ///
    /// - Parameter file: how errors name it.
    /// - Throws: `SpecError` that names the field, what was found and what would be right.
    package static func decode(_ json: some Collection<UInt8>, file: String?) throws(SpecError) -> Spec {
        try decodeJSON(Spec.self, from: json, file: file)
    }
}

/// Decodes a document of the specification, with errors that name the field.
///
/// Not Foundation's decoder: that one does not say where a number is too large or the text is not JSON, and its first
/// use in a process takes a millisecond.
package func decodeJSON<Value: Decodable>(
    _ type: Value.Type, from json: some Collection<UInt8>, file: String?
) throws(SpecError) -> Value {
    let bytes = ContiguousArray(json)
    do {
        let tree = try bytes.withUnsafeBufferPointer { try JSONParser.parse($0) }
        return try JSONTreeDecoder(value: tree, path: .top).nested(type)
    } catch let error as SpecError {
        throw SpecError(error.code, field: error.field, error.message, file: file)
    } catch let error as JSONSyntaxError {
        throw SpecError(
            .malformed, field: "", "not JSON at line \(error.line), column \(error.column): \(error.message)",
            file: file)
    } catch {
        throw SpecError(.malformed, field: "", "\(error)", file: file)
    }
}
