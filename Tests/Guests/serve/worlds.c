// A WASI 0.2 HTTP server that has a configuration and logs: it answers with what MOOD is.
#include "serve.h"

IMPORT("wasi:config/store@0.2.0-rc.1", "get") void store_get(const char *key, size_t length, result *);
IMPORT("wasi:logging/logging@0.1.0-draft", "log")
void log_line(int32_t level, const char *context, size_t context_length, const char *message, size_t message_length);

enum { INFO = 2 };

static _Alignas(16) char heap[1 << 12];

// The host asks for the memory of one text only.
__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t had, size_t align, size_t size) {
    (void)old;
    (void)align;
    if (had || size > sizeof heap)
        __builtin_trap();
    return heap;
}

__attribute__((export_name("wasi:http/incoming-handler@0.2.0#handle"))) void handle(int32_t request, int32_t outparam) {
    (void)request;
    result got;
    result done;
    store_get("MOOD", 4, &got);
    log_line(INFO, "", 0, "asked", 5);
    int32_t response = response_new(fields_new());
    response_body(response, &done);
    int32_t body = done.handle;
    body_write(body, &done);
    int32_t stream = done.handle;
    outparam_set(outparam, 0, response, 0, 0, 0, 0, 0, 0);
    // The text lies four bytes after where an option of it begins.
    string *mood = (string *)((char *)&got + 8);
    stream_write(stream, mood->bytes, mood->length, &done);
    output_drop(stream);
    body_finish(body, 0, 0, &done);
}
