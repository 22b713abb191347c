import CWasmtime
import Foundation
import Testing

@Suite("Our declarations of the C API")
struct DeclarationTests {
    let bindings: Bindings
    let header: String

    /// Reading takes a second or two: once for all tests.
    private static let shared = Result { try Bindings() }

    init() throws {
        bindings = try Self.shared.get()
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/CWasmtime/wasmtime.h").standardized.path
        header = try String(contentsOfFile: path, encoding: .utf8)
    }

    /// The functions that the header declares, in the words of ``Bindings``.
    var declared: [(name: String, signature: Bindings.Signature)] {
        header.matches(of: /(?m)^([a-z][\w ]*?[ *]+)(\w+)\((.*)\);$/).map { match in
            let arguments = match.3 == "void" ? [] : split(match.3).map(normalised)
            return (String(match.2), .init(result: normalised(match.1), arguments: arguments))
        }
    }

    private func split(_ arguments: Substring) -> [Substring] {
        var depth = 0
        return arguments.split { character in
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            return character == "," && depth == 0
        }
    }

    private func normalised(_ type: Substring) -> String {
        String(type.replacing(/\bconst\b/, with: "")).replacing(" ", with: "")
    }

    @Test func everyFunctionHasTheSignatureOfTheWheel() {
        #expect(declared.count > 90)
        for (name, signature) in declared {
            #expect(bindings.functions[name] == signature, "\(name)")
        }
    }

    @Test func everyFunctionOfTheHeaderIsOneStatement() {
        let statements = header.split(separator: "\n").filter {
            $0.contains("(") && $0.hasSuffix(");") && !$0.hasPrefix("typedef") && !$0.hasPrefix(" ")
        }
        #expect(statements.count == declared.count)
    }

    @Test func everyAliasOfTheHeaderIsTheWheels() {
        for match in header.matches(of: /(?m)^typedef (\w+) (\w+);$/) {
            #expect(bindings.resolved(String(match.2)) == bindings.resolved(String(match.1)), "\(match.2)")
        }
    }

    @Test func everyEnumeratorThatTheWheelNamesHasItsValue() {
        let ours = header.matches(of: /(?m)^  (WAS\w+) = (\d+),$/)
        #expect(ours.count > 10)
        for match in ours {
            guard let theirs = bindings.enumerators[String(match.1)] else { continue }
            #expect(theirs == Int(match.2), "\(match.1)")
        }
    }

    @Test func everyStructureHasTheSizeAndTheAlignmentOfTheWheel() {
        func check<Type>(_ type: Type.Type, _ name: String) {
            let layout = bindings.layout(of: name)
            #expect(MemoryLayout<Type>.size == layout.size, "\(name)")
            #expect(MemoryLayout<Type>.stride == layout.size, "\(name)")
            #expect(MemoryLayout<Type>.alignment == layout.alignment, "\(name)")
            checked.insert(name)
        }
        var checked: Set<String> = []
        check(wasm_byte_vec_t.self, "wasm_byte_vec_t")
        check(wasm_valtype_vec_t.self, "wasm_valtype_vec_t")
        check(wasm_importtype_vec_t.self, "wasm_importtype_vec_t")
        check(wasm_exporttype_vec_t.self, "wasm_exporttype_vec_t")
        check(wasm_frame_vec_t.self, "wasm_frame_vec_t")
        check(wasmtime_func_t.self, "wasmtime_func_t")
        check(wasmtime_instance_t.self, "wasmtime_instance_t")
        check(wasmtime_memory_anon_0.self, "wasmtime_memory_anon_0")
        check(wasmtime_memory_t.self, "wasmtime_memory_t")
        check(wasmtime_extern_union_t.self, "wasmtime_extern_union_t")
        check(wasmtime_extern_t.self, "wasmtime_extern_t")
        check(wasmtime_valunion_t.self, "wasmtime_valunion_t")
        check(wasmtime_val_t.self, "wasmtime_val_t")
        check(wasmtime_val_raw_t.self, "wasmtime_val_raw_t")
        check(wasmtime_component_func_anon_0.self, "wasmtime_component_func_anon_0")
        check(wasmtime_component_func_t.self, "wasmtime_component_func_t")
        check(wasmtime_component_instance_t.self, "wasmtime_component_instance_t")
        check(wasmtime_component_item_union_t.self, "wasmtime_component_item_union_t")
        check(wasmtime_component_item_t.self, "wasmtime_component_item_t")
        check(wasmtime_component_valtype_t.self, "wasmtime_component_valtype_t")
        check(wasmtime_component_val_t.self, "wasmtime_component_val_t")
        check(wasmtime_component_valresult_t.self, "wasmtime_component_valresult_t")
        check(wasmtime_component_vallist_t.self, "wasmtime_component_vallist_t")
        check(wasmtime_component_valtuple_t.self, "wasmtime_component_valtuple_t")
        check(wasmtime_component_valrecord_t.self, "wasmtime_component_valrecord_t")
        check(wasmtime_component_valrecord_entry_t.self, "wasmtime_component_valrecord_entry_t")
        check(wasmtime_component_valvariant_t.self, "wasmtime_component_valvariant_t")
        check(wasmtime_component_valunion_t.self, "wasmtime_component_valunion_t")
        check(wasmtime_guestprofiler_modules_t.self, "wasmtime_guestprofiler_modules_t")
        check(wasmtime_linear_memory_t.self, "wasmtime_linear_memory")
        check(wasmtime_memory_creator_t.self, "wasmtime_memory_creator")
        let structures = header.matches(of: /(?m)^(?:typedef )?(?:struct|union) (\w+) \{$/).map { String($0.1) }
        #expect(Set(structures) == checked)
    }

    @Test func everyFieldLiesWhereTheWheelHasIt() {
        func check<Type>(_ path: PartialKeyPath<Type>, _ name: String, _ field: String) {
            #expect(MemoryLayout<Type>.offset(of: path) == bindings.offset(of: field, in: name), "\(name).\(field)")
        }
        check(\wasmtime_linear_memory_t.env, "wasmtime_linear_memory", "env")
        check(\wasmtime_linear_memory_t.get_memory, "wasmtime_linear_memory", "get_memory")
        check(\wasmtime_linear_memory_t.grow_memory, "wasmtime_linear_memory", "grow_memory")
        check(\wasmtime_linear_memory_t.finalizer, "wasmtime_linear_memory", "finalizer")
        check(\wasmtime_memory_creator_t.env, "wasmtime_memory_creator", "env")
        check(\wasmtime_memory_creator_t.new_memory, "wasmtime_memory_creator", "new_memory")
        check(\wasmtime_memory_creator_t.finalizer, "wasmtime_memory_creator", "finalizer")
        check(\wasm_byte_vec_t.size, "wasm_byte_vec_t", "size")
        check(\wasm_byte_vec_t.data, "wasm_byte_vec_t", "data")
        check(\wasm_valtype_vec_t.size, "wasm_valtype_vec_t", "size")
        check(\wasm_valtype_vec_t.data, "wasm_valtype_vec_t", "data")
        check(\wasm_importtype_vec_t.size, "wasm_importtype_vec_t", "size")
        check(\wasm_importtype_vec_t.data, "wasm_importtype_vec_t", "data")
        check(\wasm_exporttype_vec_t.size, "wasm_exporttype_vec_t", "size")
        check(\wasm_exporttype_vec_t.data, "wasm_exporttype_vec_t", "data")
        check(\wasm_frame_vec_t.size, "wasm_frame_vec_t", "size")
        check(\wasm_frame_vec_t.data, "wasm_frame_vec_t", "data")
        check(\wasmtime_func_t.store_id, "wasmtime_func_t", "store_id")
        check(\wasmtime_func_t.__private, "wasmtime_func_t", "__private")
        check(\wasmtime_instance_t.store_id, "wasmtime_instance_t", "store_id")
        check(\wasmtime_instance_t.__private, "wasmtime_instance_t", "__private")
        check(\wasmtime_memory_anon_0.store_id, "wasmtime_memory_anon_0", "store_id")
        check(\wasmtime_memory_anon_0.__private1, "wasmtime_memory_anon_0", "__private1")
        check(\wasmtime_memory_t._anon_1, "wasmtime_memory_t", "_anon_1")
        check(\wasmtime_memory_t.__private2, "wasmtime_memory_t", "__private2")
        check(\wasmtime_extern_t.kind, "wasmtime_extern_t", "kind")
        check(\wasmtime_extern_t.of, "wasmtime_extern_t", "of")
        check(\wasmtime_val_t.kind, "wasmtime_val_t", "kind")
        check(\wasmtime_val_t.of, "wasmtime_val_t", "of")
        check(\wasmtime_component_func_anon_0.store_id, "wasmtime_component_func_anon_0", "store_id")
        check(\wasmtime_component_func_anon_0.__private1, "wasmtime_component_func_anon_0", "__private1")
        check(\wasmtime_component_func_t._anon_1, "wasmtime_component_func_t", "_anon_1")
        check(\wasmtime_component_func_t.__private2, "wasmtime_component_func_t", "__private2")
        check(\wasmtime_component_instance_t.store_id, "wasmtime_component_instance_t", "store_id")
        check(\wasmtime_component_instance_t.__private, "wasmtime_component_instance_t", "__private")
        check(\wasmtime_component_item_t.kind, "wasmtime_component_item_t", "kind")
        check(\wasmtime_component_item_t.of, "wasmtime_component_item_t", "of")
        check(\wasmtime_component_valtype_t.kind, "wasmtime_component_valtype_t", "kind")
        check(\wasmtime_component_valtype_t.of, "wasmtime_component_valtype_t", "of")
        check(\wasmtime_component_val_t.kind, "wasmtime_component_val_t", "kind")
        check(\wasmtime_component_val_t.of, "wasmtime_component_val_t", "of")
        check(\wasmtime_component_valresult_t.is_ok, "wasmtime_component_valresult_t", "is_ok")
        check(\wasmtime_component_valresult_t.val, "wasmtime_component_valresult_t", "val")
        check(\wasmtime_component_vallist_t.size, "wasmtime_component_vallist_t", "size")
        check(\wasmtime_component_vallist_t.data, "wasmtime_component_vallist_t", "data")
        check(\wasmtime_component_valtuple_t.size, "wasmtime_component_valtuple_t", "size")
        check(\wasmtime_component_valtuple_t.data, "wasmtime_component_valtuple_t", "data")
        check(\wasmtime_component_valrecord_t.size, "wasmtime_component_valrecord_t", "size")
        check(\wasmtime_component_valrecord_t.data, "wasmtime_component_valrecord_t", "data")
        check(\wasmtime_component_valrecord_entry_t.name, "wasmtime_component_valrecord_entry_t", "name")
        check(\wasmtime_component_valrecord_entry_t.val, "wasmtime_component_valrecord_entry_t", "val")
        check(\wasmtime_component_valvariant_t.discriminant, "wasmtime_component_valvariant_t", "discriminant")
        check(\wasmtime_component_valvariant_t.val, "wasmtime_component_valvariant_t", "val")
        check(\wasmtime_guestprofiler_modules_t.name, "wasmtime_guestprofiler_modules_t", "name")
        check(\wasmtime_guestprofiler_modules_t.mod, "wasmtime_guestprofiler_modules_t", "mod")
    }
}
