internal import CWasmtime

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
    package borrowing func setArguments(_ arguments: [String]) -> Bool {
        withCStrings(arguments) { wasi_config_set_argv(raw, arguments.count, $0) }
    }

    /// Sets the guest's environment, in this order. A NUL ends a name or a value.
    ///
    /// - Returns: false if a name or a value is not UTF-8, which a Swift string always is.
    package borrowing func setEnvironment(_ variables: [(name: String, value: String)]) -> Bool {
        withCStrings(variables.map(\.name)) { names in
            withCStrings(variables.map(\.value)) { values in
                wasi_config_set_env(raw, variables.count, names, values)
            }
        }
    }

    /// Gives the guest the process's descriptors 0, 1 and 2.
    package borrowing func inheritStandardStreams() {
        wasi_config_inherit_stdin(raw)
        wasi_config_inherit_stdout(raw)
        wasi_config_inherit_stderr(raw)
    }

    /// Gives the guest the process's standard error, and other files as its standard input and output; nothing as its
    /// input for nil. The files are opened now.
    ///
    /// - Returns: false if one can't be opened.
    package borrowing func setStandardStreams(input: String?, output: String) -> Bool {
        wasi_config_inherit_stderr(raw)
        guard wasi_config_set_stdout_file(raw, output) else { return false }
        guard let input else { return true }
        return wasi_config_set_stdin_file(raw, input)
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

    /// Calls `body` with an array of C strings, which the library copies.
    private borrowing func withCStrings(
        _ strings: [String], _ body: (UnsafeMutablePointer<UnsafePointer<CChar>?>?) -> Bool
    ) -> Bool {
        var storage: [CChar] = []
        var offsets: [Int] = []
        for string in strings {
            offsets.append(storage.count)
            storage.append(contentsOf: string.utf8CString)
        }
        return storage.withUnsafeBufferPointer { storage in
            var pointers = offsets.map { offset in storage.baseAddress.map { $0 + offset } }
            return pointers.withUnsafeMutableBufferPointer { body($0.baseAddress) }
        }
    }
}
