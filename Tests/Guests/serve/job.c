// A WASI 0.2 command that sends a request, has a configuration and logs: it asks the authority that TARGET names for
// /hello, prints the status, and MOOD of its configuration.
#include "serve.h"

IMPORT("wasi:config/store@0.2.0-rc.1", "get") void store_get(const char *key, size_t length, result *);
IMPORT("wasi:config/store@0.2.0-rc.1", "get-all") void store_get_all(result *);
IMPORT("wasi:logging/logging@0.1.0-draft", "log")
void log_line(int32_t level, const char *context, size_t context_length, const char *message, size_t message_length);

enum { WARN = 3 };

// The host asks for the memory of what it returns. A short program frees nothing.
#define HEAP (1 << 16)
#include "heap.h"

static int32_t out;

static void put(string text) {
    result written;
    stream_write(out, text.bytes, text.length, &written);
}

static void put_number(uint32_t number) {
    char digits[12];
    size_t start = sizeof digits;
    digits[--start] = '\n';
    do
        digits[--start] = (char)('0' + number % 10);
    while (number /= 10);
    put((string){digits + start, sizeof digits - start});
}

static int is(string text, const char *word, size_t length) {
    if (text.length != length)
        return 0;
    for (size_t i = 0; i < length; i++)
        if (text.bytes[i] != word[i])
            return 0;
    return 1;
}

// What get answers: result<option<string>, error>, as its bytes lie.
typedef struct {
    uint32_t is_error, is_some;
    string value;
} stored;

static void ask(string target) {
    sent begun;
    answered end;
    int32_t request = request_new(fields_new());
    request_set_scheme(request, 1, 0, 0, 0);
    request_set_authority(request, 1, target.bytes, target.length);
    request_set_path(request, 1, "/hello", 6);
    outgoing_handle(request, 0, 0, &begun);
    if (begun.is_error) {
        put((string){"refused ", 8});
        put_number(begun.code);
        return;
    }
    for (future_get(begun.future, &end); !end.is_some; future_get(begun.future, &end)) {
        int32_t pollable = future_subscribe(begun.future);
        pollable_block(pollable);
        pollable_drop(pollable);
    }
    put(end.is_error ? (string){"failed ", 7} : (string){"status ", 7});
    put_number(end.is_error ? end.code : (uint32_t)answer_status(end.response));
}

__attribute__((export_name("wasi:cli/run@0.2.0#run"))) int32_t run(void) {
    union {
        result raw;
        stored read;
    } got;
    list variables;
    out = get_stdout();
    log_line(WARN, "job", 3, "two\nlines", 9);
    store_get("MOOD", 4, &got.raw);
    put((string){"mood ", 5});
    put(got.read.is_some & 0xff ? got.read.value : (string){"none", 4});
    put((string){"\n", 1});
    store_get("NOTHING", 7, &got.raw);
    put(got.read.is_some & 0xff ? (string){"something\n", 10} : (string){"nothing\n", 8});
    store_get_all(&got.raw);
    get_environment(&variables);
    // A list lies where the text of get's error would.
    size_t count = got.raw.text.length;
    put(count == variables.count ? (string){"all\n", 4} : (string){"not all\n", 8});
    for (size_t i = 0; i < variables.count; i++) {
        variable *entry = (variable *)variables.items + i;
        if (is(entry->name, "TARGET", 6))
            ask(entry->value);
    }
    return 0;
}
