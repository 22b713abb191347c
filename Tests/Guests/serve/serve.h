// What serve.c imports: the canonical ABI of wit/serve.wit.
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

// option<result<result<incoming-response, error-code>>>.
typedef struct {
    _Alignas(8) uint8_t is_some;
    _Alignas(8) uint8_t is_taken;
    _Alignas(8) uint8_t is_error;
    _Alignas(8) union {
        int32_t response;
        uint8_t code;
    };
    int64_t more[4];
} answered;

// result<future-incoming-response, error-code>.
typedef struct {
    _Alignas(8) uint8_t is_error;
    _Alignas(8) union {
        int32_t future;
        uint8_t code;
    };
    int64_t more[4];
} sent;

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
IMPORT("wasi:clocks/monotonic-clock@0.2.0", "now") uint64_t now(void);
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
HTTP("[constructor]outgoing-request") int32_t request_new(int32_t fields);
HTTP("[method]outgoing-request.set-method") int32_t request_set_method(int32_t, int32_t, const char *, size_t);
HTTP("[method]outgoing-request.set-scheme") int32_t request_set_scheme(int32_t, int32_t, int32_t, const char *, size_t);
HTTP("[method]outgoing-request.set-authority") int32_t request_set_authority(int32_t, int32_t, const char *, size_t);
HTTP("[method]outgoing-request.set-path-with-query") int32_t request_set_path(int32_t, int32_t, const char *, size_t);
HTTP("[method]outgoing-request.body") void request_body(int32_t, result *);
HTTP("[constructor]request-options") int32_t options_new(void);
HTTP("[method]request-options.set-first-byte-timeout") int32_t options_first_byte(int32_t, int32_t, uint64_t);
HTTP("[method]future-incoming-response.subscribe") int32_t future_subscribe(int32_t);
HTTP("[method]future-incoming-response.get") void future_get(int32_t, answered *);
HTTP("[method]incoming-response.status") int32_t answer_status(int32_t);
HTTP("[method]incoming-response.consume") void answer_consume(int32_t, result *);
HTTP("[resource-drop]future-incoming-response") void future_drop(int32_t);
HTTP("[resource-drop]incoming-response") void answer_drop(int32_t);
HTTP("[resource-drop]future-trailers") void trailers_drop(int32_t);
#ifndef PLAIN
HTTP("[method]response-outparam.send-informational")
void outparam_inform(int32_t, int32_t status, int32_t fields, result *);
#endif
IMPORT("wasi:http/outgoing-handler@0.2.0", "handle")
void outgoing_handle(int32_t request, int32_t has_options, int32_t options, sent *);

enum { REQUEST_DENIED = 15 };
