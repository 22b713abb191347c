// An HTTP server as a WASI 0.2 component, written for WASI preview 1, with its libc: what that asks of preview 1 goes
// through an adapter (preview1.wat). The path says what is done:
//
//   /hello     200, a field and a short body
//   /echo      the request's body as it comes
//   /env       its variables, a line each
//   /print     a line on stdout and one on stderr
//   /both      allocates on either side of the adapter in turn: how many of 2000 values were as they should be
//   /exit?N    ends the program with N
//   /trap      what it says, some functions deep
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../serve/serve.h"

extern char **environ;

// Said by the adapter, which asks WASI 0.2 for it anew each time.
__attribute__((import_module("wasi_snapshot_preview1"), import_name("environ_sizes_get")))
int environ_sizes(size_t *count, size_t *bytes);

// What the host was given last.
static void *given;

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t had, size_t align, size_t size) {
    if (had)
        return realloc(old, size);
    return given = aligned_alloc(align < sizeof(void *) ? sizeof(void *) : align, size);
}

static int constructed;

__attribute__((constructor)) static void construct(void) { constructed++; }

static int32_t taken(result got) {
    if (got.tag)
        __builtin_trap();
    return got.handle;
}

static int32_t body;

static int32_t begin(int32_t outparam) {
    result got;
    int32_t fields = fields_new();
    fields_append(fields, "x-guest", 7, "adapted", 7, &got);
    int32_t response = response_new(fields);
    response_body(response, &got);
    body = taken(got);
    body_write(body, &got);
    int32_t stream = taken(got);
    outparam_set(outparam, 0, response, 0, 0, 0, 0, 0, 0);
    return stream;
}

static void put(int32_t stream, const char *bytes, size_t length) {
    result written;
    while (length > 0) {
        // What one call takes at most.
        size_t part = length < 4096 ? length : 4096;
        stream_write(stream, bytes, part, &written);
        bytes += part;
        length -= part;
    }
}

static void finish(int32_t stream) {
    result done;
    output_drop(stream);
    body_finish(body, 0, 0, &done);
}

static void answer(int32_t outparam, const char *text) {
    int32_t stream = begin(outparam);
    put(stream, text, strlen(text));
    finish(stream);
}

static void echo(int32_t request, int32_t outparam) {
    result got;
    request_consume(request, &got);
    int32_t incoming = taken(got);
    incoming_stream(incoming, &got);
    int32_t input = taken(got);
    int32_t output = begin(outparam);
    for (;;) {
        stream_read(input, 65536, &got);
        if (got.tag)
            break;
        put(output, got.text.bytes, got.text.length);
        free((void *)got.text.bytes);
    }
    input_drop(input);
    finish(output);
}

static void say_variables(int32_t outparam) {
    int32_t stream = begin(outparam);
    for (char **variable = environ; *variable; variable++) {
        put(stream, *variable, strlen(*variable));
        put(stream, "\n", 1);
    }
    finish(stream);
}

// The adapter has its own memory for what it is given, and looks whether that is where it was put.
static void allocate_both(int32_t request, int32_t outparam) {
    int good = 0;
    size_t first, bytes;
    environ_sizes(&first, &bytes);
    for (int i = 0; i < 1000; i++) {
        result path;
        size_t count;
        request_path(request, &path);
        // The text lies four bytes after where an option of it begins.
        string *text = &path.text;
        good += text->bytes == given;
        environ_sizes(&count, &bytes);
        good += count == first && text->length == 5 && memcmp(text->bytes, "/both", 5) == 0;
        free((void *)text->bytes);
    }
    char line[32];
    snprintf(line, sizeof line, "%d\n", good);
    answer(outparam, line);
}

__attribute__((noinline)) static void deepest(int32_t outparam) {
    if (outparam >= 0)
        __builtin_trap();
}

__attribute__((noinline)) static void deeper(int32_t outparam) {
    deepest(outparam);
    puts("not here");
}

__attribute__((export_name("wasi:http/incoming-handler@0.2.0#handle"))) void handle(int32_t request, int32_t outparam) {
    result got;
    char path[64] = "";
    request_path(request, &got);
    if (got.tag && got.text.length < sizeof path)
        memcpy(path, got.text.bytes, got.text.length);
    if (strcmp(path, "/hello") == 0)
        answer(outparam, constructed == 1 ? "hello\n" : "not constructed\n");
    else if (strcmp(path, "/echo") == 0)
        echo(request, outparam);
    else if (strcmp(path, "/env") == 0)
        say_variables(outparam);
    else if (strcmp(path, "/both") == 0)
        allocate_both(request, outparam);
    else if (strcmp(path, "/print") == 0) {
        printf("printed %d\n", 1);
        fprintf(stderr, "complained %d\n", 2);
        answer(outparam, "printed\n");
    } else if (strncmp(path, "/exit?", 6) == 0)
        exit(atoi(path + 6));
    else if (strcmp(path, "/trap") == 0)
        deeper(outparam);
    else
        answer(outparam, "what?\n");
    fflush(stdout);
}
