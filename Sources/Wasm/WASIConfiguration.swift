internal import CWasmtime
// Linked for libwasmtime, which calls its functions.
internal import CWasmtimeFiles

/// Owner of what a guest will see of the host through WASI. Nothing is given unless asked for.
package struct WASIConfiguration: ~Copyable {
    private let raw: OpaquePointer

    package init() {
        raw = wasi_config_new()
    }

    deinit {
        wasi_config_delete(raw)
    }

    consuming func release() -> OpaquePointer {
        let raw = raw
        discard self
        return raw
    }

    /// Sets the guest's arguments, the program's name first. A NUL ends an argument.
    ///
    /// - Returns: false if an argument is not UTF-8, which a Swift string always is.
    package borrowing func setArguments(_ arguments: CStringList) -> Bool {
        arguments.withPointers { wasi_config_set_argv(raw, arguments.count, $0) }
    }

    /// Sets the guest's environment, in this order: as many values as names. A NUL ends a name or a value.
    ///
    /// - Returns: false if a name or a value is not UTF-8, which a Swift string always is.
    package borrowing func setEnvironment(names: CStringList, values: CStringList) -> Bool {
        names.withPointers { names in
            values.withPointers { wasi_config_set_env(raw, values.count, names, $0) }
        }
    }

    /// Gives the guest the process's descriptors 0, 1 and 2.
    package borrowing func inheritStandardStreams() {
        wasi_config_inherit_stdin(raw)
        wasi_config_inherit_stdout(raw)
        wasi_config_inherit_stderr(raw)
    }

    /// What a guest may read from its standard input.
    package enum Input {
        case nothing
        /// Of the file with this path, which is opened now.
        case file(String)
        case bytes(UnsafeRawBufferPointer)
    }

    /// Gives the guest the process's standard error, and other things as its standard input and output.
    ///
    /// - Parameters:
    ///   - input: bytes are copied.
    ///   - output: the path of a file, which is opened now.
    /// - Returns: false if a file can't be opened.
    package borrowing func setStandardStreams(input: Input, output: String) -> Bool {
        wasi_config_inherit_stderr(raw)
        guard wasi_config_set_stdout_file(raw, output) else { return false }
        switch input {
        case .nothing: break
        case .file(let path): return wasi_config_set_stdin_file(raw, path)
        case .bytes(let bytes):
            var copy = wasm_byte_vec_t()
            wasm_byte_vec_new(&copy, bytes.count, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
            wasi_config_set_stdin_bytes(raw, &copy)
        }
        return true
    }

    /// Gives the guest a file to print its errors into, instead of the process's standard error.
    ///
    /// - Returns: false if the file can't be opened.
    package borrowing func setStandardError(_ path: String) -> Bool {
        wasi_config_set_stderr_file(raw, path)
    }

    /// Lets the guest open sockets and look names up, as far as the process can.
    package borrowing func inheritNetwork() {
        wasi_config_inherit_network(raw)
        wasi_config_allow_ip_name_lookup(raw, true)
    }

    /// Gives the guest a directory, to read and write. It is opened now.
    ///
    /// - Returns: false if the directory can't be opened.
    package borrowing func preopen(_ path: String, as name: String) -> Bool {
        wasi_config_preopen_dir(
            raw, path, name, wasi_dir_perms(WASMTIME_WASI_DIR_PERMS_READ | WASMTIME_WASI_DIR_PERMS_WRITE),
            wasi_file_perms(WASMTIME_WASI_FILE_PERMS_READ | WASMTIME_WASI_FILE_PERMS_WRITE))
    }
}
