// Of surface.c: requests of its own.
HTTP("[constructor]outgoing-request") int32_t asked_new(int32_t fields);
HTTP("[method]outgoing-request.method") void asked_method(int32_t, result *);
HTTP("[method]outgoing-request.set-method") int32_t asked_set_method(int32_t, int32_t, const char *, size_t);
HTTP("[method]outgoing-request.path-with-query") void asked_path(int32_t, result *);
HTTP("[method]outgoing-request.set-path-with-query")
int32_t asked_set_path(int32_t, int32_t is_some, const char *, size_t);
HTTP("[method]outgoing-request.scheme") void asked_scheme(int32_t, result *);
HTTP("[method]outgoing-request.set-scheme")
int32_t asked_set_scheme(int32_t, int32_t is_some, int32_t, const char *, size_t);
HTTP("[method]outgoing-request.authority") void asked_authority(int32_t, result *);
HTTP("[method]outgoing-request.set-authority")
int32_t asked_set_authority(int32_t, int32_t is_some, const char *, size_t);
HTTP("[method]outgoing-request.headers") int32_t asked_headers(int32_t);
HTTP("[method]outgoing-request.body") void asked_body(int32_t, result *);
HTTP("[resource-drop]outgoing-request") void asked_drop(int32_t);
HTTP("[constructor]request-options") int32_t options_new(void);
HTTP("[method]request-options.connect-timeout") void options_connect(int32_t, result *);
HTTP("[method]request-options.set-connect-timeout") int32_t options_set_connect(int32_t, int32_t is_some, uint64_t);
HTTP("[method]request-options.first-byte-timeout") void options_first(int32_t, result *);
HTTP("[method]request-options.set-first-byte-timeout") int32_t options_set_first(int32_t, int32_t is_some, uint64_t);
HTTP("[method]request-options.between-bytes-timeout") void options_between(int32_t, result *);
HTTP("[method]request-options.set-between-bytes-timeout")
int32_t options_set_between(int32_t, int32_t is_some, uint64_t);
HTTP("[resource-drop]request-options") void options_drop(int32_t);
HTTP("[method]future-incoming-response.subscribe") int32_t future_subscribe(int32_t);
HTTP("[method]future-incoming-response.get") void future_get(int32_t, result *);
HTTP("[resource-drop]future-incoming-response") void future_drop(int32_t);
HTTP("[method]incoming-response.status") int32_t answered_status(int32_t);
HTTP("[method]incoming-response.headers") int32_t answered_headers(int32_t);
HTTP("[method]incoming-response.consume") void answered_consume(int32_t, result *);
HTTP("[resource-drop]incoming-response") void answered_drop(int32_t);

static void set_text(const char *name, int32_t (*set)(int32_t, int32_t, const char *, size_t),
                     void (*get)(int32_t, result *), int32_t asked, const char *text) {
    int32_t failed = text ? set(asked, 1, text, words(text).length) : set(asked, 0, 0, 0);
    say(name);
    if (text)
        text_line(" is to be", words(text));
    else
        say(" is to be none\n");
    if (failed)
        say("  refused\n");
    get(asked, place());
    say_option("  it is");
}

static void say_scheme(int32_t asked) {
    asked_scheme(asked, place());
    if (!got.byte[0])
        say("scheme none\n");
    else if (got.byte[4] < 2)
        line("scheme", got.byte[4]);
    else
        text_line("scheme", (string){(char *)(uintptr_t)got.word[2], got.word[3]});
}

static void say_method(int32_t asked) {
    asked_method(asked, place());
    if (got.byte[0] < 9)
        line("method", got.byte[0]);
    else
        text_line("method", (string){(char *)(uintptr_t)got.word[1], got.word[2]});
}

static void say_time(const char *name, int32_t (*set)(int32_t, int32_t, uint64_t), void (*get)(int32_t, result *),
                     int32_t options) {
    get(options, place());
    line(name, got.byte[0]);
    line("refused", (uint64_t)set(options, 1, 0x123456789abcdef));
    get(options, place());
    line("set to what it was told", got.byte[0] == 1 && got.longer[1] == 0x123456789abcdef);
    set(options, 0, 0);
    get(options, place());
    line("then", got.byte[0]);
}

// What a request that is not sent has.
static void say_asked(void) {
    int32_t fields = fields_new();
    append(fields, "x-one", "a");
    int32_t asked = asked_new(fields);
    say_method(asked);
    for (int32_t which = 1; which < 9; which++) {
        line("refused", (uint64_t)asked_set_method(asked, which, 0, 0));
        say_method(asked);
    }
    line("refused", (uint64_t)asked_set_method(asked, 9, "PURGE", 5));
    say_method(asked);
    line("refused", (uint64_t)asked_set_method(asked, 9, "a b", 3));
    line("refused", (uint64_t)asked_set_method(asked, 9, "", 0));
    say_method(asked);
    asked_path(asked, place());
    say_option("path");
    const char *paths[] = {"/a?b", "", "a b", "/\n", 0};
    for (int i = 0; i < 5; i++)
        set_text("path", asked_set_path, asked_path, asked, paths[i]);
    const char *authorities[] = {"host:80", "two words", 0};
    for (int i = 0; i < 3; i++)
        set_text("authority", asked_set_authority, asked_authority, asked, authorities[i]);
    say_scheme(asked);
    for (int32_t which = 0; which < 2; which++) {
        asked_set_scheme(asked, 1, which, 0, 0);
        say_scheme(asked);
    }
    asked_set_scheme(asked, 1, 2, "ftp", 3);
    say_scheme(asked);
    asked_set_scheme(asked, 0, 0, 0, 0);
    say_scheme(asked);
    int32_t received = asked_headers(asked);
    say_entries("fields", received);
    append(received, "x-two", "b");
    refusal("append");
    fields_drop(received);
    asked_body(asked, place());
    whether("body");
    int32_t body = taken();
    asked_body(asked, place());
    whether("body again");
    body_write(body, place());
    whether("stream");
    int32_t stream = taken();
    body_write(body, place());
    whether("stream again");
    output_drop(stream);
    body_drop(body);
    asked_drop(asked);
    int32_t options = options_new();
    say_time("connect", options_set_connect, options_connect, options);
    say_time("first byte", options_set_first, options_first, options);
    say_time("between bytes", options_set_between, options_between, options);
    options_drop(options);
    answer();
}

// An error-code at an offset of a result: its case, and what it carries of a size.
static void say_error(size_t offset) {
    line("error", got.byte[offset]);
    if (got.byte[offset] == 17 && got.byte[offset + 8])
        line("size", got.longer[offset / 8 + 2]);
}

static int32_t asking(const char *method, string authority, const char *path, int32_t fields) {
    int32_t asked = asked_new(fields);
    asked_set_method(asked, 9, method, words(method).length);
    asked_set_scheme(asked, 1, 0, 0, 0);
    asked_set_authority(asked, 1, authority.bytes, authority.length);
    asked_set_path(asked, 1, path, words(path).length);
    return asked;
}

// The response; 0 for none.
static int32_t response_of(int32_t future) {
    future_get(future, place());
    if (!got.byte[0]) {
        wait(future_subscribe(future));
        future_get(future, place());
    }
    line("there", got.byte[0]);
    if (got.byte[0] && !got.byte[8] && got.byte[16]) {
        say_error(24);
        return 0;
    }
    int32_t response = (int32_t)got.word[6];
    future_get(future, place());
    line("there again", got.byte[0] + got.byte[8]);
    return response;
}

// Reads a response to its end, and says it.
static void say_answered(int32_t future) {
    int32_t response = response_of(future);
    future_drop(future);
    if (!response)
        return;
    line("status", (uint64_t)answered_status(response));
    int32_t fields = answered_headers(response);
    say_values(fields, "x-had");
    append(fields, "x-two", "b");
    refusal("append");
    fields_drop(fields);
    answered_consume(response, place());
    whether("body");
    int32_t incoming = taken();
    answered_consume(response, place());
    whether("body again");
    answered_drop(response);
    incoming_stream(incoming, place());
    int32_t input = taken();
    incoming_stream(incoming, place());
    whether("stream again");
    for (;;) {
        input_blocking_read(input, 1 << 16, place());
        if (got.byte[0])
            break;
        text_line("read", (string){(char *)(uintptr_t)got.word[1], got.word[2]});
    }
    say_end("end", 4);
    if (!got.byte[4]) {
        int32_t error = (int32_t)got.word[2];
        http_error_code(error, place());
        line("has a code", got.byte[0]);
        error_drop(error);
    }
    input_drop(input);
    int32_t trailers = incoming_finish(incoming);
    trailers_get(trailers, place());
    while (!got.byte[0]) {
        wait(trailers_subscribe(trailers));
        trailers_get(trailers, place());
    }
    if (got.byte[16]) {
        say("trailers failed\n");
    } else if (!got.byte[24]) {
        say("no trailers\n");
    } else {
        int32_t fields = (int32_t)got.word[7];
        say_entries("trailers", fields);
        fields_drop(fields);
    }
    trailers_get(trailers, place());
    line("trailers again", got.byte[0] + got.byte[8]);
    trailers_drop(trailers);
}

static int32_t sent(int32_t asked) {
    outgoing_handle(asked, 0, 0, place());
    if (got.byte[0]) {
        say_error(8);
        return 0;
    }
    return (int32_t)got.word[2];
}

// Asks another server for what it says of a request with a body and trailers.
static void say_asked_and_answered(string authority) {
    int32_t fields = fields_new();
    append(fields, "x-one", "a");
    append(fields, "trailer", "x-sum");
    int32_t asked = asking("POST", authority, "/trailers", fields);
    asked_body(asked, place());
    int32_t sending = taken();
    body_write(sending, place());
    int32_t output = taken();
    output_blocking_write(output, "before ", 7, place());
    int32_t future = sent(asked);
    if (!future) {
        answer();
        return;
    }
    wait(output_subscribe(output));
    output_check(output, place());
    line("may write", !got.byte[0] && got.longer[1] > 0);
    output_write(output, "after", 5, place());
    output_blocking_flush(output, place());
    output_drop(output);
    int32_t trailers = fields_new();
    append(trailers, "x-sum", "7");
    body_finish(sending, 1, trailers, place());
    line("finished", !got.byte[0]);
    say_answered(future);
    answer();
}

// With a size of four bytes.
static void say_sized(string authority, const char *text) {
    int32_t fields = fields_new();
    append(fields, "content-length", "4");
    int32_t asked = asking("POST", authority, "/body", fields);
    asked_body(asked, place());
    int32_t sending = taken();
    int32_t future = sent(asked);
    body_write(sending, place());
    int32_t output = taken();
    output_blocking_write(output, text, words(text).length, place());
    output_drop(output);
    body_finish(sending, 0, 0, place());
    line("finished", !got.byte[0]);
    if (got.byte[0])
        line("error", got.byte[8]);
    if (future)
        future_drop(future);
    answer();
}

// Gets a path.
static void say_got(string authority, const char *path) {
    int32_t future = sent(asking("GET", authority, path, fields_new()));
    if (future)
        say_answered(future);
    answer();
}

// A body that nobody finishes: the other server sees that it is broken off.
static void leave(string authority) {
    int32_t asked = asking("POST", authority, "/broken", fields_new());
    asked_body(asked, place());
    int32_t sending = taken();
    body_write(sending, place());
    int32_t output = taken();
    output_blocking_write(output, "some", 4, place());
    int32_t future = sent(asked);
    output_drop(output);
    body_drop(sending);
    line("sent", future != 0);
    int32_t response = response_of(future);
    line("answered", response != 0);
    answer();
}

// Holds as many fields of a value of 64 KiB.
static void hold_fields(uint64_t count) {
    string name = words("x-one"), value = {heap, 64 << 10};
    for (size_t i = 0; i < value.length; i++)
        heap[i] = 'x';
    for (; count > 0; count--)
        fields_append(fields_new(), name.bytes, name.length, value.bytes, value.length, place());
    answer();
}
