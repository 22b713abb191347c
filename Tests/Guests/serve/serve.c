// An HTTP server as a WASI 0.2 component: wasi:http/incoming-handler. Without a libc: the imports are in
// serve.h. The path says what is done:
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
//   /lines?N       N long lines on stdout and on stderr, each in pieces
//   /mutter?N      a line and a half on stdout, then "slept" after N milliseconds
//   /fetch?A/P     the answer to GET P, asked of the authority A: its status, then its body
//   /fetch-soon?A/P  the same, if the answer begins within 200 ms
//   /fetch-secure?A/P  the same by HTTPS
//   /forward?A/P   sends the request's body on to P of A, and answers with the answer's body and trailer x-sum
//   /sleep?N       "slept" after N milliseconds
//   /visits        how many requests this instance has been asked for that, with this one
//   /slow-start    answers, computes for 20 ms, and only then begins the body: "started"
//   /after?N       finishes its body, "done", and writes N times 64 KiB more
//   /error         an error instead of a response
//   /nothing       no response
//   /half          part of a body, then a trap
//   /trap /spin    what they say
//
//   /inform        tries an interim response, and says whether that went well
//
// With PLAIN it knows of no interim responses, and can be lowered: /inform is not there.
#include "serve.h"
#include "text.h"

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

static void wait(int32_t pollable) {
    pollable_block(pollable);
    pollable_drop(pollable);
}

static void sleep(uint64_t milliseconds) { wait(subscribe_duration(milliseconds * 1000000)); }

// Sends a body on; answers how many bytes it had.
static uint64_t pass(int32_t input, int32_t output) {
    result got;
    uint64_t sum = 0;
    for (size_t mark = used;; used = mark) {
        stream_read(input, 65536, &got);
        if (got.tag)
            break;
        sum += got.text.length;
        if (!put(output, got.text))
            break;
    }
    input_drop(input);
    return sum;
}

// Ends the response with the trailer x-sum of what it was made from.
static void finish_after(int32_t incoming) {
    trailers end;
    int32_t future = incoming_finish(incoming);
    for (trailers_get(future, &end); !end.is_some; trailers_get(future, &end))
        wait(trailers_subscribe(future));
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

static void echo(int32_t request, int counts) {
    result got;
    uint64_t sum = 0;
    request_consume(request, &got);
    int32_t incoming = taken(got);
    incoming_stream(incoming, &got);
    int32_t input = taken(got);
    if (!counts) {
        begin();
        pass(input, stream);
        finish_after(incoming);
        return;
    }
    for (size_t mark = used;; used = mark) {
        stream_read(input, 65536, &got);
        if (got.tag)
            break;
        sum += got.text.length;
    }
    input_drop(input);
    answer(digits(sum));
}

static void answer_error(uint8_t code) {
    begin_with(fields_new(), 502);
    put(stream, words("error "));
    put(stream, digits(code));
    finish();
}

// Asks another server, and answers with what it answers.
static void fetch(string target, int32_t forwarded, int soon, int secure) {
    result got;
    sent begun;
    answered end;
    size_t slash = 0;
    while (slash < target.length && target.bytes[slash] != '/')
        slash++;
    int32_t fields = fields_new();
    append(fields, "x-one", words("fetched"));
    if (forwarded)
        append(fields, "trailer", words("x-sum"));
    int32_t request = request_new(fields);
    request_set_method(request, forwarded ? 2 : 0, 0, 0);
    request_set_scheme(request, 1, secure, 0, 0);
    request_set_authority(request, 1, target.bytes, slash);
    request_set_path(request, 1, target.bytes + slash, target.length - slash);
    int32_t options = options_new();
    if (soon)
        options_first_byte(options, 1, 200000000);
    request_body(request, &got);
    int32_t sending = taken(got);
    outgoing_handle(request, 1, options, &begun);
    if (begun.is_error) {
        answer_error(begun.code);
        return;
    }
    if (forwarded) {
        request_consume(forwarded, &got);
        int32_t incoming = taken(got);
        incoming_stream(incoming, &got);
        int32_t input = taken(got);
        body_write(sending, &got);
        int32_t output = taken(got);
        pass(input, output);
        output_drop(output);
        trailers_drop(incoming_finish(incoming));
        int32_t sum = fields_new();
        append(sum, "x-sum", words("7"));
        body_finish(sending, 1, sum, &got);
    } else {
        body_finish(sending, 0, 0, &got);
    }
    for (future_get(begun.future, &end); !end.is_some; future_get(begun.future, &end))
        wait(future_subscribe(begun.future));
    future_drop(begun.future);
    if (end.is_error) {
        answer_error(end.code);
        return;
    }
    answer_consume(end.response, &got);
    int32_t incoming = taken(got);
    incoming_stream(incoming, &got);
    begin();
    if (!forwarded) {
        put(stream, digits((uint64_t)answer_status(end.response)));
        put(stream, words("\n"));
    }
    pass(taken(got), stream);
    answer_drop(end.response);
    finish_after(incoming);
}

static void say_lines(uint64_t count) {
    static char piece[1500];
    for (size_t i = 0; i < sizeof piece; i++)
        piece[i] = 'x';
    int32_t streams[] = {get_stdout(), get_stderr()};
    for (uint64_t line = 0; line < count; line++) {
        for (int i = 0; i < 2; i++) {
            for (int part = 0; part < 3; part++)
                put(streams[i], (string){piece, sizeof piece});
            put(streams[i], words("\n"));
        }
    }
    output_drop(streams[0]);
    output_drop(streams[1]);
    answer(words("said\n"));
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
    used = 0;
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
    } else if (same(path, "/lines")) {
        say_lines(number(query));
    } else if (same(path, "/mutter")) {
        print(get_stdout(), "a line\nhalf a line");
        sleep(number(query));
        answer(words("slept\n"));
    } else if (same(path, "/fetch")) {
        fetch(query, 0, 0, 0);
    } else if (same(path, "/fetch-soon")) {
        fetch(query, 0, 1, 0);
    } else if (same(path, "/fetch-secure")) {
        fetch(query, 0, 0, 1);
    } else if (same(path, "/forward")) {
        fetch(query, request, 0, 0);
#ifndef PLAIN
    } else if (same(path, "/inform")) {
        static uint64_t informed[8];
        outparam_inform(out, 103, fields_new(), (result *)informed);
        answer(digits(!*(uint8_t *)informed));
#endif
    } else if (same(path, "/sleep")) {
        sleep(number(query));
        answer(words("slept\n"));
    } else if (same(path, "/visits")) {
        static uint64_t visits;
        answer(digits(++visits));
    } else if (same(path, "/slow-start")) {
        int32_t response = response_new(fields_new());
        response_body(response, &got);
        body = taken(got);
        outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
        for (uint64_t end = now() + 20000000; now() < end;)
            ;
        body_write(body, &got);
        stream = taken(got);
        put(stream, words("started"));
        finish();
    } else if (same(path, "/after")) {
        begin();
        put(stream, words("done"));
        body_finish(body, 0, 0, &got);
        for (uint64_t left = number(query); left > 0 && put(stream, (string){block, sizeof block}); left--)
            ;
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
