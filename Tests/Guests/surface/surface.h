// What surface.c imports: the canonical ABI of wit/surface.wit.
#include <stddef.h>
#include <stdint.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define HTTP(name) IMPORT("wasi:http/types@0.2.0", name)
#define IO(name) IMPORT("wasi:io/streams@0.2.0", name)

typedef struct {
    const char *bytes;
    size_t length;
} string;

typedef struct {
    string *items;
    size_t count;
} list;

typedef struct {
    string name, value;
} field;

typedef struct {
    field *items;
    size_t count;
} field_list;

// A result as the canonical ABI lays it out in memory: its bytes, words or long words, from the start.
typedef union {
    uint8_t byte[64];
    uint32_t word[16];
    uint64_t longer[8];
    string text[8];
} result;

IMPORT("wasi:cli/environment@0.2.0", "get-environment") void get_environment(field_list *);
IMPORT("wasi:cli/environment@0.2.0", "get-arguments") void get_arguments(list *);
IMPORT("wasi:cli/environment@0.2.0", "initial-cwd") void initial_cwd(result *);
IMPORT("wasi:cli/exit@0.2.0", "exit") void cli_exit(int32_t is_error);
IMPORT("wasi:cli/stdin@0.2.0", "get-stdin") int32_t get_stdin(void);
IMPORT("wasi:cli/stdout@0.2.0", "get-stdout") int32_t get_stdout(void);
IMPORT("wasi:cli/stderr@0.2.0", "get-stderr") int32_t get_stderr(void);
IMPORT("wasi:cli/terminal-stdin@0.2.0", "get-terminal-stdin") void get_terminal_stdin(result *);
IMPORT("wasi:cli/terminal-stdout@0.2.0", "get-terminal-stdout") void get_terminal_stdout(result *);
IMPORT("wasi:cli/terminal-stderr@0.2.0", "get-terminal-stderr") void get_terminal_stderr(result *);
IMPORT("wasi:clocks/monotonic-clock@0.2.0", "now") uint64_t now(void);
IMPORT("wasi:clocks/monotonic-clock@0.2.0", "resolution") uint64_t resolution(void);
IMPORT("wasi:clocks/monotonic-clock@0.2.0", "subscribe-instant") int32_t subscribe_instant(uint64_t);
IMPORT("wasi:clocks/monotonic-clock@0.2.0", "subscribe-duration") int32_t subscribe_duration(uint64_t);
IMPORT("wasi:clocks/wall-clock@0.2.0", "now") void wall_now(result *);
IMPORT("wasi:clocks/wall-clock@0.2.0", "resolution") void wall_resolution(result *);
IMPORT("wasi:random/random@0.2.0", "get-random-bytes") void random_bytes(uint64_t, string *);
IMPORT("wasi:random/random@0.2.0", "get-random-u64") uint64_t random_number(void);
IMPORT("wasi:random/insecure@0.2.0", "get-insecure-random-bytes") void insecure_bytes(uint64_t, string *);
IMPORT("wasi:random/insecure@0.2.0", "get-insecure-random-u64") uint64_t insecure_number(void);
IMPORT("wasi:random/insecure-seed@0.2.0", "insecure-seed") void insecure_seed(result *);
IMPORT("wasi:io/error@0.2.0", "[method]error.to-debug-string") void error_text(int32_t, string *);
IMPORT("wasi:io/error@0.2.0", "[resource-drop]error") void error_drop(int32_t);
IMPORT("wasi:io/poll@0.2.0", "[method]pollable.ready") int32_t pollable_ready(int32_t);
IMPORT("wasi:io/poll@0.2.0", "[method]pollable.block") void pollable_block(int32_t);
IMPORT("wasi:io/poll@0.2.0", "poll") void poll(const int32_t *, size_t count, list *);
IMPORT("wasi:io/poll@0.2.0", "[resource-drop]pollable") void pollable_drop(int32_t);
IO("[method]input-stream.read") void input_read(int32_t, uint64_t, result *);
IO("[method]input-stream.blocking-read") void input_blocking_read(int32_t, uint64_t, result *);
IO("[method]input-stream.skip") void input_skip(int32_t, uint64_t, result *);
IO("[method]input-stream.blocking-skip") void input_blocking_skip(int32_t, uint64_t, result *);
IO("[method]input-stream.subscribe") int32_t input_subscribe(int32_t);
IO("[resource-drop]input-stream") void input_drop(int32_t);
IO("[method]output-stream.check-write") void output_check(int32_t, result *);
IO("[method]output-stream.write") void output_write(int32_t, const char *, size_t, result *);
IO("[method]output-stream.blocking-write-and-flush")
void output_blocking_write(int32_t, const char *, size_t, result *);
IO("[method]output-stream.flush") void output_flush(int32_t, result *);
IO("[method]output-stream.blocking-flush") void output_blocking_flush(int32_t, result *);
IO("[method]output-stream.subscribe") int32_t output_subscribe(int32_t);
IO("[method]output-stream.write-zeroes") void output_zeroes(int32_t, uint64_t, result *);
IO("[method]output-stream.blocking-write-zeroes-and-flush") void output_blocking_zeroes(int32_t, uint64_t, result *);
IO("[method]output-stream.splice") void output_splice(int32_t, int32_t, uint64_t, result *);
IO("[method]output-stream.blocking-splice") void output_blocking_splice(int32_t, int32_t, uint64_t, result *);
IO("[resource-drop]output-stream") void output_drop(int32_t);
HTTP("http-error-code") void http_error_code(int32_t, result *);
HTTP("[constructor]fields") int32_t fields_new(void);
HTTP("[static]fields.from-list") void fields_from_list(const field *, size_t, result *);
HTTP("[method]fields.get") void fields_get(int32_t, const char *, size_t, list *);
HTTP("[method]fields.has") int32_t fields_has(int32_t, const char *, size_t);
HTTP("[method]fields.set") void fields_set(int32_t, const char *, size_t, const string *, size_t, result *);
HTTP("[method]fields.delete") void fields_delete(int32_t, const char *, size_t, result *);
HTTP("[method]fields.append") void fields_append(int32_t, const char *, size_t, const char *, size_t, result *);
HTTP("[method]fields.entries") void fields_entries(int32_t, field_list *);
HTTP("[method]fields.clone") int32_t fields_clone(int32_t);
HTTP("[resource-drop]fields") void fields_drop(int32_t);
HTTP("[method]incoming-request.method") void request_method(int32_t, result *);
HTTP("[method]incoming-request.path-with-query") void request_path(int32_t, result *);
HTTP("[method]incoming-request.scheme") void request_scheme(int32_t, result *);
HTTP("[method]incoming-request.authority") void request_authority(int32_t, result *);
HTTP("[method]incoming-request.headers") int32_t request_headers(int32_t);
HTTP("[method]incoming-request.consume") void request_consume(int32_t, result *);
HTTP("[resource-drop]incoming-request") void request_drop(int32_t);
HTTP("[method]incoming-body.stream") void incoming_stream(int32_t, result *);
HTTP("[static]incoming-body.finish") int32_t incoming_finish(int32_t);
HTTP("[resource-drop]incoming-body") void incoming_drop(int32_t);
HTTP("[method]future-trailers.subscribe") int32_t trailers_subscribe(int32_t);
HTTP("[method]future-trailers.get") void trailers_get(int32_t, result *);
HTTP("[resource-drop]future-trailers") void trailers_drop(int32_t);
HTTP("[constructor]outgoing-response") int32_t response_new(int32_t fields);
HTTP("[method]outgoing-response.status-code") int32_t response_status(int32_t);
HTTP("[method]outgoing-response.set-status-code") int32_t response_set_status(int32_t, int32_t);
HTTP("[method]outgoing-response.headers") int32_t response_headers(int32_t);
HTTP("[method]outgoing-response.body") void response_body(int32_t, result *);
HTTP("[resource-drop]outgoing-response") void response_drop(int32_t);
HTTP("[method]outgoing-body.write") void body_write(int32_t, result *);
HTTP("[static]outgoing-body.finish") void body_finish(int32_t, int32_t has_trailers, int32_t trailers, result *);
HTTP("[resource-drop]outgoing-body") void body_drop(int32_t);
// The arguments after the second are the result's, as wide as the largest of its error codes.
HTTP("[static]response-outparam.set")
void outparam_set(int32_t, int32_t is_error, int32_t, int32_t, int64_t, int32_t, int32_t, int32_t, int32_t);
HTTP("[resource-drop]response-outparam") void outparam_drop(int32_t);
IMPORT("wasi:http/outgoing-handler@0.2.0", "handle")
void outgoing_handle(int32_t request, int32_t has_options, int32_t options, result *);
#ifndef PLAIN
HTTP("[method]response-outparam.send-informational")
void outparam_inform(int32_t, int32_t status, int32_t fields, result *);
#endif
