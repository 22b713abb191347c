// An HTTP server as a WASI 0.2 component: wasi:http/incoming-handler. Without a libc: the imports below are the
// canonical ABI of wit/serve.wit. The path says what is done:
//
//   /hello         200, a field and a short body
//   /env           its variables, a line each
//   /echo          the request's body as it comes, and its trailer x-sum as a trailer
//   /count         how many bytes the request's body has
//   /large?N       N times 64 KiB
//   /status?N      status N and no body
//   /length?N      says that the body has N bytes, and writes "hello"
//   /method        the request's method
//   /field         the values of the request's field x-one, a line each
//   /print         a line on stdout and on stderr, before the body and amid it
//   /sleep?N       "slept" after N milliseconds
//   /error         an error instead of a response
//   /nothing       no response
//   /half          part of a body, then a trap
//   /trap /spin    what they say
#include <stddef.h>
#include <stdint.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define HTTP(name) IMPORT("wasi:http/types@0.2.0", name)

typedef struct {
    const char *bytes;
    size_t length;
} string;

// Results as the canonical ABI lays them out in memory.
typedef struct {
    _Alignas(8) uint8_t tag;
    union {
        int32_t handle;
        string text;
    };
    int32_t more[12];
} result;

// option<result<result<option<fields>, error-code>>>, whose error-code has eight-byte alignment.
typedef struct {
    _Alignas(8) uint8_t is_some;
    _Alignas(8) uint8_t is_taken;
    _Alignas(8) uint8_t is_error;
    _Alignas(8) uint8_t has_fields;
    int32_t fields;
    int64_t more[5];
} trailers;

typedef struct {
    void *items;
    size_t count;
} list;

typedef struct {
    string name, value;
} variable;

IMPORT("wasi:cli/environment@0.2.0", "get-environment") void get_environment(list *);
IMPORT("wasi:cli/stdout@0.2.0", "get-stdout") int32_t get_stdout(void);
IMPORT("wasi:cli/stderr@0.2.0", "get-stderr") int32_t get_stderr(void);
IMPORT("wasi:clocks/monotonic-clock@0.2.0", "subscribe-duration") int32_t subscribe_duration(uint64_t);
IMPORT("wasi:io/poll@0.2.0", "[method]pollable.block") void pollable_block(int32_t pollable);
IMPORT("wasi:io/poll@0.2.0", "[resource-drop]pollable") void pollable_drop(int32_t pollable);
IMPORT("wasi:io/streams@0.2.0", "[method]output-stream.blocking-write-and-flush")
void stream_write(int32_t stream, const char *bytes, size_t length, result *);
IMPORT("wasi:io/streams@0.2.0", "[method]input-stream.blocking-read")
void stream_read(int32_t stream, uint64_t length, result *);
IMPORT("wasi:io/streams@0.2.0", "[resource-drop]output-stream") void output_drop(int32_t);
IMPORT("wasi:io/streams@0.2.0", "[resource-drop]input-stream") void input_drop(int32_t);
HTTP("[constructor]fields") int32_t fields_new(void);
HTTP("[method]fields.append")
void fields_append(int32_t, const char *name, size_t name_length, const char *value, size_t value_length, result *);
HTTP("[method]fields.get") void fields_get(int32_t, const char *name, size_t length, list *);
HTTP("[resource-drop]fields") void fields_drop(int32_t);
HTTP("[method]incoming-request.method") void request_method(int32_t, result *);
HTTP("[method]incoming-request.path-with-query") void request_path(int32_t, result *);
HTTP("[method]incoming-request.headers") int32_t request_headers(int32_t);
HTTP("[method]incoming-request.consume") void request_consume(int32_t, result *);
HTTP("[method]incoming-body.stream") void incoming_stream(int32_t, result *);
HTTP("[static]incoming-body.finish") int32_t incoming_finish(int32_t);
HTTP("[method]future-trailers.subscribe") int32_t trailers_subscribe(int32_t);
HTTP("[method]future-trailers.get") void trailers_get(int32_t, trailers *);
HTTP("[constructor]outgoing-response") int32_t response_new(int32_t fields);
HTTP("[method]outgoing-response.set-status-code") int32_t response_status(int32_t, int32_t);
HTTP("[method]outgoing-response.body") void response_body(int32_t, result *);
HTTP("[method]outgoing-body.write") void body_write(int32_t, result *);
HTTP("[static]outgoing-body.finish") void body_finish(int32_t, int32_t has_trailers, int32_t trailers, result *);
// The arguments after the second are the result's, as wide as the largest of its error codes.
HTTP("[static]response-outparam.set")
void outparam_set(int32_t, int32_t is_error, int32_t, int32_t, int64_t, int32_t, int32_t, int32_t, int32_t);

enum { REQUEST_DENIED = 15 };

// The host asks for the memory of what it returns. What a function has taken is free after it.
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

static uint64_t number(string text) {
    uint64_t value = 0;
    for (size_t i = 0; i < text.length; i++)
        value = value * 10 + (uint64_t)(text.bytes[i] - '0');
    return value;
}

static string digits(uint64_t value) {
    static char text[24];
    size_t start = sizeof text;
    do
        text[--start] = (char)('0' + value % 10);
    while (value /= 10);
    return (string){text + start, sizeof text - start};
}

static int32_t taken(result got) {
    if (got.tag)
        __builtin_trap();
    return got.handle;
}

// 0 if nobody takes it any more.
static int put(int32_t stream, string text) {
    result written;
    while (text.length > 0) {
        // What one call takes at most.
        size_t part = text.length < 4096 ? text.length : 4096;
        stream_write(stream, text.bytes, part, &written);
        if (written.tag)
            return 0;
        text.bytes += part;
        text.length -= part;
    }
    return 1;
}

static void print(int32_t stream, const char *text) {
    put(stream, words(text));
    output_drop(stream);
}

static void append(int32_t fields, const char *name, string value) {
    result done;
    fields_append(fields, name, words(name).length, value.bytes, value.length, &done);
    if (done.tag)
        __builtin_trap();
}

// The response that is being made.
static int32_t out, stream, body;

static void begin_with(int32_t fields, int status) {
    result got;
    int32_t response = response_new(fields);
    response_status(response, status);
    response_body(response, &got);
    body = taken(got);
    body_write(body, &got);
    stream = taken(got);
    outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
}

static void begin(void) { begin_with(fields_new(), 200); }

static void finish_with(int32_t has_trailers, int32_t fields) {
    result done;
    output_drop(stream);
    body_finish(body, has_trailers, fields, &done);
}

static void finish(void) { finish_with(0, 0); }

static void answer(string text) {
    begin();
    put(stream, text);
    finish();
}

static void sleep(uint64_t milliseconds) {
    int32_t pollable = subscribe_duration(milliseconds * 1000000);
    pollable_block(pollable);
    pollable_drop(pollable);
}

static void echo(int32_t request, int counts) {
    result got;
    uint64_t sum = 0;
    request_consume(request, &got);
    int32_t incoming = taken(got);
    incoming_stream(incoming, &got);
    int32_t input = taken(got);
    if (!counts)
        begin();
    for (size_t mark = used;; used = mark) {
        stream_read(input, 65536, &got);
        if (got.tag)
            break;
        sum += got.text.length;
        if (!counts && !put(stream, got.text))
            break;
    }
    input_drop(input);
    if (counts) {
        answer(digits(sum));
        return;
    }
    trailers end;
    int32_t future = incoming_finish(incoming);
    for (trailers_get(future, &end); !end.is_some; trailers_get(future, &end)) {
        int32_t pollable = trailers_subscribe(future);
        pollable_block(pollable);
        pollable_drop(pollable);
    }
    if (end.is_taken || end.is_error || !end.has_fields) {
        finish();
        return;
    }
    list values;
    fields_get(end.fields, "x-sum", 5, &values);
    int32_t fields = fields_new();
    for (size_t i = 0; i < values.count; i++)
        append(fields, "x-sum", ((string *)values.items)[i]);
    finish_with(1, fields);
}

static void say_variables(void) {
    list variables;
    get_environment(&variables);
    begin();
    for (size_t i = 0; i < variables.count; i++) {
        variable *one = (variable *)variables.items + i;
        put(stream, one->name);
        put(stream, words("="));
        put(stream, one->value);
        put(stream, words("\n"));
    }
    finish();
}

static void say_fields(int32_t request) {
    list values;
    fields_get(request_headers(request), "X-One", 5, &values);
    begin();
    for (size_t i = 0; i < values.count; i++) {
        put(stream, ((string *)values.items)[i]);
        put(stream, words("\n"));
    }
    finish();
}

static void say_method(int32_t request) {
    static const char *const methods[] = {
        "get", "head", "post", "put", "delete", "connect", "options", "trace", "patch",
    };
    result got;
    request_method(request, &got);
    answer(got.tag < 9 ? words(methods[got.tag]) : got.text);
}

__attribute__((export_name("wasi:http/incoming-handler@0.2.0#handle"))) void handle(int32_t request, int32_t outparam) {
    static char block[65536];
    result got;
    out = outparam;
    request_path(request, &got);
    string path = got.tag ? got.text : words("");
    string query = words("");
    for (size_t i = 0; i < path.length; i++) {
        if (path.bytes[i] == '?') {
            query = (string){path.bytes + i + 1, path.length - i - 1};
            path.length = i;
        }
    }
    if (same(path, "/hello")) {
        int32_t fields = fields_new();
        append(fields, "x-guest", words("serve"));
        begin_with(fields, 200);
        put(stream, words("hello\n"));
        finish();
    } else if (same(path, "/env")) {
        say_variables();
    } else if (same(path, "/echo")) {
        echo(request, 0);
    } else if (same(path, "/count")) {
        echo(request, 1);
    } else if (same(path, "/large")) {
        begin();
        for (uint64_t left = number(query); left > 0 && put(stream, (string){block, sizeof block}); left--)
            ;
        finish();
    } else if (same(path, "/bytes")) {
        begin();
        for (uint64_t left = number(query); left > 0;) {
            size_t part = left < sizeof block ? left : sizeof block;
            if (!put(stream, (string){block, part}))
                break;
            left -= part;
        }
        finish();
    } else if (same(path, "/status")) {
        int32_t response = response_new(fields_new());
        response_status(response, (int32_t)number(query));
        outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
    } else if (same(path, "/length")) {
        int32_t fields = fields_new();
        append(fields, "content-length", query);
        begin_with(fields, 200);
        put(stream, words("hello"));
        finish();
    } else if (same(path, "/method")) {
        say_method(request);
    } else if (same(path, "/field")) {
        say_fields(request);
    } else if (same(path, "/print")) {
        print(get_stdout(), "before, on stdout\n");
        print(get_stderr(), "before, on stderr\n");
        begin();
        put(stream, words("one\n"));
        print(get_stdout(), "amid, on stdout\n");
        print(get_stderr(), "amid, on stderr\n");
        put(stream, words("two\n"));
        finish();
    } else if (same(path, "/sleep")) {
        sleep(number(query));
        answer(words("slept\n"));
    } else if (same(path, "/error")) {
        outparam_set(out, 1, REQUEST_DENIED, 0, 0, 0, 0, 0, 0);
    } else if (same(path, "/half")) {
        begin();
        put(stream, words("half"));
        // Until the client has it.
        sleep(100);
        __builtin_trap();
    } else if (same(path, "/trap")) {
        __builtin_trap();
    } else if (same(path, "/spin")) {
        for (volatile int i = 0;; i++)
            ;
    } else if (!same(path, "/nothing")) {
        int32_t response = response_new(fields_new());
        response_status(response, 404);
        outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
    }
}
