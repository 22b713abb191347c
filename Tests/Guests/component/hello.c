// What hello.c says, as a WASI 0.2 command component, and what only components can do. Without a libc: the
// imports below are the canonical ABI of wit/guest.wit.
//
//   component.wasm                 says hello, its arguments, its variables and the file that HELLO_FILE names
//   component.wasm run-error       run returns an error
//   component.wasm exit-ok|exit-error   ends through wasi:cli/exit, from within
//   component.wasm trap
//   component.wasm copy FROM TO    the file as another, from its beginning; append FROM TO: at its end
//   component.wasm connect PORT    sends a line to 127.0.0.1:PORT and prints what comes back
#include <stddef.h>
#include <stdint.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))

typedef struct {
    const char *bytes;
    size_t length;
} string;

typedef struct {
    string name, value;
} variable;

// Results as the canonical ABI lays them out in memory.
typedef struct {
    uint8_t failed;
    union {
        int32_t handle;
        int32_t handles[2];
        struct {
            string data;
            uint8_t end;
        };
    };
    int32_t more[2];
} result;

typedef struct {
    int32_t descriptor;
    string name;
} preopen;

typedef struct {
    void *items;
    size_t count;
} list;

IMPORT("wasi:cli/environment@0.2.0", "get-arguments") void get_arguments(list *);
IMPORT("wasi:cli/environment@0.2.0", "get-environment") void get_environment(list *);
IMPORT("wasi:cli/exit@0.2.0", "exit") void wasi_exit(int32_t is_error);
IMPORT("wasi:cli/stdout@0.2.0", "get-stdout") int32_t get_stdout(void);
IMPORT("wasi:io/streams@0.2.0", "[method]output-stream.blocking-write-and-flush")
void stream_write(int32_t stream, const char *bytes, size_t length, result *);
IMPORT("wasi:io/streams@0.2.0", "[method]input-stream.blocking-read")
void stream_read(int32_t stream, uint64_t length, result *);
IMPORT("wasi:io/poll@0.2.0", "[method]pollable.block") void pollable_block(int32_t pollable);
IMPORT("wasi:io/poll@0.2.0", "[resource-drop]pollable") void pollable_drop(int32_t pollable);
IMPORT("wasi:filesystem/preopens@0.2.0", "get-directories") void get_directories(list *);
IMPORT("wasi:filesystem/types@0.2.0", "[method]descriptor.open-at")
void descriptor_open_at(
    int32_t folder, int32_t path_flags, const char *path, size_t length, int32_t open_flags, int32_t flags, result *);
IMPORT("wasi:filesystem/types@0.2.0", "[method]descriptor.read")
void descriptor_read(int32_t file, uint64_t length, uint64_t offset, result *);
IMPORT("wasi:filesystem/types@0.2.0", "[method]descriptor.read-via-stream")
void read_via_stream(int32_t file, uint64_t offset, result *);
IMPORT("wasi:filesystem/types@0.2.0", "[method]descriptor.write-via-stream")
void write_via_stream(int32_t file, uint64_t offset, result *);
IMPORT("wasi:filesystem/types@0.2.0", "[method]descriptor.append-via-stream")
void append_via_stream(int32_t file, result *);
IMPORT("wasi:sockets/instance-network@0.2.0", "instance-network") int32_t instance_network(void);
IMPORT("wasi:sockets/tcp-create-socket@0.2.0", "create-tcp-socket") void create_tcp_socket(int32_t family, result *);
// An IPv4 address takes five of the eleven words that the variant has for the larger IPv6 one.
IMPORT("wasi:sockets/tcp@0.2.0", "[method]tcp-socket.start-connect")
void start_connect(
    int32_t socket, int32_t network, int32_t family, int32_t port, int32_t a, int32_t b, int32_t c, int32_t d,
    int32_t, int32_t, int32_t, int32_t, int32_t, int32_t, result *);
IMPORT("wasi:sockets/tcp@0.2.0", "[method]tcp-socket.finish-connect") void finish_connect(int32_t socket, result *);
IMPORT("wasi:sockets/tcp@0.2.0", "[method]tcp-socket.subscribe") int32_t socket_subscribe(int32_t socket);

// The host asks for the memory of what it returns. A short program frees nothing.
static _Alignas(16) char heap[1 << 20];
static size_t used;

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t had, size_t align, size_t size) {
    used = (used + align - 1) & ~(align - 1);
    if (size > sizeof heap - used)
        __builtin_trap();
    char *block = heap + used;
    used += size;
    for (size_t i = 0; i < had && i < size; i++)
        block[i] = ((char *)old)[i];
    return block;
}

static int32_t out;

static void print(string text) {
    result written;
    while (text.length > 0) {
        // What one call takes at most.
        size_t part = text.length < 4096 ? text.length : 4096;
        stream_write(out, text.bytes, part, &written);
        if (written.failed)
            __builtin_trap();
        text.bytes += part;
        text.length -= part;
    }
}

static string words(const char *text) {
    size_t length = 0;
    while (text[length])
        length++;
    return (string){text, length};
}

static int same(string a, const char *text) {
    string b = words(text);
    if (a.length != b.length)
        return 0;
    for (size_t i = 0; i < a.length; i++)
        if (a.bytes[i] != b.bytes[i])
            return 0;
    return 1;
}

static void say(const char *label, string text) {
    print(words(label));
    print(text);
    print(words("\n"));
}

// A file by its absolute path, or -1; `open_flags` are create (1) and truncate (8), `flags` read (1) and write (2).
static int32_t open_path(string path, int32_t open_flags, int32_t flags) {
    list folders;
    result opened;
    get_directories(&folders);
    for (size_t i = 0; i < folders.count; i++) {
        preopen *folder = (preopen *)folders.items + i;
        if (!same(folder->name, "/"))
            continue;
        descriptor_open_at(
            folder->descriptor, 1, path.bytes + 1, path.length - 1, open_flags, flags, &opened);
        return opened.failed ? -1 : opened.handle;
    }
    return -1;
}

static int32_t copy(string from, string to, int appends) {
    int32_t source = open_path(from, 0, 1), target = open_path(to, appends ? 1 : 9, 2);
    result in, stream, got;
    if (source < 0 || target < 0) {
        print(words("not opened\n"));
        return 1;
    }
    read_via_stream(source, 0, &in);
    if (appends)
        append_via_stream(target, &stream);
    else
        write_via_stream(target, 0, &stream);
    if (in.failed || stream.failed)
        return 1;
    for (size_t before = used;; used = before) {
        stream_read(in.handle, 4096, &got);
        if (got.failed)
            return 0;
        string data = got.data;
        stream_write(stream.handle, data.bytes, data.length, &got);
        if (got.failed) {
            print(words("not written\n"));
            return 1;
        }
    }
}

// Each line of the file, which is given by its absolute path. 1 if it can't be read.
static int32_t say_file(string path) {
    result got;
    int32_t file = open_path(path, 0, 1);
    if (file >= 0)
        descriptor_read(file, 65536, 0, &got);
    if (file < 0 || got.failed) {
        say("can't read ", path);
        return 1;
    }
    for (size_t start = 0, end; start < got.data.length; start = end + 1) {
        for (end = start; end < got.data.length && got.data.bytes[end] != '\n';)
            end++;
        say("file: ", (string){got.data.bytes + start, end - start});
    }
    return 0;
}

static int32_t hello(const string *arguments, size_t count) {
    list variables;
    int32_t status = 0;
    print(words("hello from a component\n"));
    for (size_t i = 0; i < count; i++)
        say("arg: ", arguments[i]);
    get_environment(&variables);
    const variable *all = variables.items;
    for (size_t i = 0; i < variables.count; i++) {
        print(words("env: "));
        print(all[i].name);
        say("=", all[i].value);
    }
    for (size_t i = 0; i < variables.count; i++)
        if (same(all[i].name, "HELLO_FILE"))
            status = say_file(all[i].value);
    return status;
}

static int32_t connect(string number) {
    result made, did, got;
    int32_t port = 0;
    for (size_t i = 0; i < number.length; i++)
        port = port * 10 + (number.bytes[i] - '0');
    create_tcp_socket(0, &made);
    if (made.failed) {
        print(words("no socket\n"));
        return 1;
    }
    start_connect(made.handle, instance_network(), 0, port, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, &did);
    if (did.failed) {
        print(words("not allowed to connect\n"));
        return 1;
    }
    int32_t ready = socket_subscribe(made.handle);
    pollable_block(ready);
    pollable_drop(ready);
    finish_connect(made.handle, &did);
    if (did.failed) {
        print(words("not connected\n"));
        return 1;
    }
    string line = words("hello over TCP\n");
    stream_write(did.handles[1], line.bytes, line.length, &got);
    for (;;) {
        stream_read(did.handles[0], 4096, &got);
        if (got.failed)
            return 0;
        print(got.data);
    }
}

__attribute__((export_name("wasi:cli/run@0.2.0#run"))) int32_t run(void) {
    list arguments;
    out = get_stdout();
    get_arguments(&arguments);
    const string *all = arguments.items;
    string command = arguments.count > 1 ? all[1] : words("");
    if (same(command, "run-error"))
        return 1;
    if (same(command, "exit-ok"))
        wasi_exit(0);
    if (same(command, "exit-error"))
        wasi_exit(1);
    if (same(command, "trap"))
        __builtin_trap();
    if (same(command, "connect"))
        return connect(arguments.count > 2 ? all[2] : words("0"));
    if (arguments.count > 3 && (same(command, "copy") || same(command, "append")))
        return copy(all[2], all[3], same(command, "append"));
    return hello(all, arguments.count);
}
