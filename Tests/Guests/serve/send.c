// A WASI 0.2 command that sends requests, as its arguments say, one after the other:
//
//   get=URL     prints the answer's status and its body, or "error" and the error's number
//   soon=URL    the same, if the answer begins within 200 ms
//   post=URL    the same, with standard input as the request's body
//   swap=URL    the same, but writes the next 64 KiB of standard input only when as much has come back; the trailer x-sum
//               is 7, and that of the answer comes last
//   hold        prints "ready", and ends no more
//   trap        what it says
#include "serve.h"
#include "text.h"

IMPORT("wasi:cli/environment@0.2.0", "get-arguments") void get_arguments(list *);
IMPORT("wasi:cli/stdin@0.2.0", "get-stdin") int32_t get_stdin(void);

// The host asks for the memory of what it returns. What a step has taken is free after it, and a piece of a body after
// the next.
#define HEAP (1 << 20)
#include "heap.h"

static int32_t out;

static int begins(string text, const char *start) {
    string other = words(start);
    if (text.length < other.length)
        return 0;
    for (size_t i = 0; i < other.length; i++)
        if (text.bytes[i] != other.bytes[i])
            return 0;
    return 1;
}

static string after(string text, size_t count) { return (string){text.bytes + count, text.length - count}; }

static void print(const char *text) { put(out, words(text)); }

static void print_number(uint32_t number) {
    char digits[12];
    size_t start = sizeof digits;
    digits[--start] = '\n';
    do
        digits[--start] = (char)('0' + number % 10);
    while (number /= 10);
    put(out, (string){digits + start, sizeof digits - start});
}

static void print_error(uint8_t code) {
    print("error ");
    print_number(code);
}

static void wait(int32_t pollable) {
    pollable_block(pollable);
    pollable_drop(pollable);
}

// Sends on what comes, so many bytes; answers how many there were.
static size_t pass(int32_t input, int32_t output, size_t most) {
    result got;
    size_t sum = 0;
    for (size_t mark = used; sum < most; used = mark) {
        stream_read(input, most - sum < 65536 ? most - sum : 65536, &got);
        if (got.tag)
            break;
        sum += got.text.length;
        if (!put(output, got.text))
            break;
    }
    return sum;
}

enum { ALL = -1 };

static void print_sum(int32_t incoming) {
    trailers end;
    list values;
    int32_t future = incoming_finish(incoming);
    for (trailers_get(future, &end); !end.is_some; trailers_get(future, &end))
        wait(trailers_subscribe(future));
    if (end.is_taken || end.is_error || !end.has_fields)
        return;
    fields_get(end.fields, "x-sum", 5, &values);
    for (size_t i = 0; i < values.count; i++)
        put(out, ((string *)values.items)[i]);
}

static int32_t request_to(string url, int posts) {
    result done;
    int secure = begins(url, "https://");
    string rest = after(url, secure ? 8 : 7);
    size_t slash = 0;
    while (slash < rest.length && rest.bytes[slash] != '/')
        slash++;
    int32_t fields = fields_new();
    if (posts)
        fields_append(fields, "trailer", 7, "x-sum", 5, &done);
    int32_t request = request_new(fields);
    request_set_method(request, posts ? 2 : 0, 0, 0);
    request_set_scheme(request, 1, secure, 0, 0);
    request_set_authority(request, 1, rest.bytes, slash);
    request_set_path(request, 1, rest.bytes + slash, rest.length - slash);
    return request;
}

static void ask(string url, int soon, int posts, int swaps) {
    result got;
    sent begun;
    answered end;
    int32_t request = request_to(url, posts);
    int32_t options = options_new();
    if (soon)
        options_first_byte(options, 1, 200000000);
    int32_t sending = 0;
    if (posts) {
        request_body(request, &got);
        sending = taken(got);
    }
    outgoing_handle(request, 1, options, &begun);
    if (begun.is_error) {
        print_error(begun.code);
        return;
    }
    int32_t input = posts ? get_stdin() : 0, output = 0;
    size_t more = 0;
    if (posts) {
        body_write(sending, &got);
        output = taken(got);
        more = pass(input, output, swaps ? 65536 : (size_t)ALL);
    }
    if (posts && !swaps) {
        output_drop(output);
        body_finish(sending, 0, 0, &got);
    }
    for (future_get(begun.future, &end); !end.is_some; future_get(begun.future, &end))
        wait(future_subscribe(begun.future));
    future_drop(begun.future);
    if (end.is_error) {
        print_error(end.code);
        return;
    }
    print_number((uint32_t)answer_status(end.response));
    answer_consume(end.response, &got);
    int32_t incoming = taken(got);
    incoming_stream(incoming, &got);
    int32_t stream = taken(got);
    if (swaps) {
        while (more > 0) {
            if (pass(stream, out, more) != more)
                __builtin_trap();
            more = pass(input, output, 65536);
        }
        output_drop(output);
        int32_t sum = fields_new();
        fields_append(sum, "x-sum", 5, "7", 1, &got);
        body_finish(sending, 1, sum, &got);
    }
    pass(stream, out, (size_t)ALL);
    input_drop(stream);
    answer_drop(end.response);
    print_sum(incoming);
}

__attribute__((export_name("wasi:cli/run@0.2.0#run"))) int32_t run(void) {
    list arguments;
    out = get_stdout();
    get_arguments(&arguments);
    size_t mark = used;
    for (size_t i = 1; i < arguments.count; i++, used = mark) {
        string step = ((string *)arguments.items)[i];
        if (begins(step, "get="))
            ask(after(step, 4), 0, 0, 0);
        else if (begins(step, "soon="))
            ask(after(step, 5), 1, 0, 0);
        else if (begins(step, "post="))
            ask(after(step, 5), 0, 1, 0);
        else if (begins(step, "swap="))
            ask(after(step, 5), 0, 1, 1);
        else if (begins(step, "trap"))
            __builtin_trap();
        else if (begins(step, "hold")) {
            print("ready\n");
            wait(subscribe_duration((uint64_t)1 << 60));
        } else
            return 1;
    }
    return 0;
}
