// A WASI 0.2 component that lets requests through to another one: it exports wasi:http/incoming-handler and imports the
// same. A request with the field x-token is the other's; all else is answered with 401.
#include <stddef.h>
#include <stdint.h>

#define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
#define HTTP(name) IMPORT("wasi:http/types@0.2.0", name)

typedef struct {
    void *items;
    size_t count;
} list;

HTTP("[constructor]fields") int32_t fields_new(void);
HTTP("[method]fields.get") void fields_get(int32_t, const char *name, size_t length, list *);
HTTP("[resource-drop]fields") void fields_drop(int32_t);
HTTP("[method]incoming-request.headers") int32_t request_headers(int32_t);
HTTP("[resource-drop]incoming-request") void request_drop(int32_t);
HTTP("[constructor]outgoing-response") int32_t response_new(int32_t fields);
HTTP("[method]outgoing-response.set-status-code") int32_t response_status(int32_t, int32_t);
// The arguments after the second are the result's, as wide as the largest of its error codes.
HTTP("[static]response-outparam.set")
void outparam_set(int32_t, int32_t is_error, int32_t, int32_t, int64_t, int32_t, int32_t, int32_t, int32_t);
IMPORT("wasi:http/incoming-handler@0.2.0", "handle") void next_handle(int32_t request, int32_t out);

// The host asks for the memory of what it returns. An instance answers one request.
#define HEAP (1 << 16)
#include "heap.h"

__attribute__((export_name("wasi:http/incoming-handler@0.2.0#handle"))) void handle(int32_t request, int32_t out) {
    list tokens;
    int32_t headers = request_headers(request);
    fields_get(headers, "x-token", 7, &tokens);
    fields_drop(headers);
    if (tokens.count) {
        next_handle(request, out);
        return;
    }
    request_drop(request);
    int32_t response = response_new(fields_new());
    response_status(response, 401);
    outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
}
