// Of surface.c: bodies and their streams.
// MARK: The request's body

static void say_trailers(int32_t future) {
    int looks = 0;
    for (trailers_get(future, place()); !got.byte[0]; trailers_get(future, place())) {
        if (++looks == 1000)
            break;
        wait(trailers_subscribe(future));
    }
    line("trailers", got.byte[0]);
    line("  taken", got.byte[8]);
    line("  error", got.byte[16]);
    line("  has", got.byte[24]);
    if (!got.byte[8] && !got.byte[16] && got.byte[24])
        say_entries("  fields", (int32_t)got.word[7]);
    trailers_get(future, place());
    line("again", got.byte[0]);
    line("  taken", got.byte[8]);
    wait(trailers_subscribe(future));
    trailers_drop(future);
}

// A non-blocking read of what there is, after a wait.
static int read_some(int32_t input, uint64_t most) {
    wait(input_subscribe(input));
    input_read(input, most, place());
    return !got.byte[0];
}

static void read_body(int32_t input) {
    input_read(input, 0, place());
    say_end("read of nothing", 4);
    if (!got.byte[0])
        line("  bytes", got.word[2]);
    input_skip(input, 0, place());
    say_end("skip of nothing", 8);
    if (!got.byte[0])
        line("  bytes", got.longer[1]);
    uint64_t sum = 0;
    char first = 0, last = 0;
    while (sum < 5) {
        if (!read_some(input, 5 - sum))
            break;
        if (got.word[2] && !sum)
            first = *(char *)(uintptr_t)got.word[1];
        sum += got.word[2];
    }
    line("read", sum);
    text_line("  first", (string){&first, 1});
    for (sum = 0; sum < 3; sum += got.longer[1]) {
        wait(input_subscribe(input));
        input_skip(input, 3 - sum, place());
        if (got.byte[0])
            break;
    }
    line("skipped", sum);
    for (sum = 0; sum < 2; sum += got.longer[1]) {
        input_blocking_skip(input, 2 - sum, place());
        if (got.byte[0])
            break;
    }
    line("skipped, blocking", sum);
    for (sum = 0;; used = 0) {
        input_blocking_read(input, 65536, place());
        if (got.byte[0])
            break;
        if (!got.word[2])
            say("an empty blocking read\n");
        sum += got.word[2];
        last = ((char *)(uintptr_t)got.word[1])[got.word[2] - 1];
    }
    line("read, blocking", sum);
    text_line("  last", (string){&last, 1});
    say_end("end", 4);
    input_blocking_read(input, 1, place());
    say_end("blocking read at the end", 4);
    input_read(input, 1, place());
    say_end("read at the end", 4);
    input_read(input, 0, place());
    say_end("read of nothing at the end", 4);
    input_blocking_read(input, 0, place());
    say_end("blocking read of nothing at the end", 4);
    input_skip(input, 1, place());
    say_end("skip at the end", 8);
    input_blocking_skip(input, 1, place());
    say_end("blocking skip at the end", 8);
    int32_t pollable = input_subscribe(input);
    pollable_block(pollable);
    line("ready at the end", (uint64_t)pollable_ready(pollable));
    pollable_drop(pollable);
}

static void say_body(void) {
    int32_t incoming;
    int32_t input = body_stream(&incoming);
    read_body(input);
    input_drop(input);
    say_trailers(incoming_finish(incoming));
    answer();
}

// Trailers of a body that nobody has read.
static void say_unread(int has_stream) {
    int32_t incoming;
    request_consume(request, place());
    incoming = taken();
    if (has_stream) {
        incoming_stream(incoming, place());
        input_drop(taken());
    }
    int32_t future = incoming_finish(incoming);
    trailers_get(future, place());
    trailers_drop(future);
    answer();
}

static void say_stdin(void) {
    int32_t input = get_stdin();
    uint64_t sum = 0;
    for (;;) {
        input_blocking_read(input, 4096, place());
        if (got.byte[0])
            break;
        sum += got.word[2];
    }
    line("bytes", sum);
    say_end("end", 4);
    input_drop(input);
    answer();
}

static void say_broken(void) {
    int32_t incoming, output = get_stdout();
    int32_t input = body_stream(&incoming);
    for (;;) {
        input_blocking_read(input, 4096, place());
        if (got.byte[0])
            break;
    }
    say_end("end", 4);
    if (got.byte[4] == 0) {
        int32_t error = (int32_t)got.word[2];
        string text;
        error_text(error, &text);
        line("error has a text", text.length > 0);
        http_error_code(error, place());
        line("has a code", got.byte[0]);
        error_drop(error);
    }
    input_drop(input);
    int32_t future = incoming_finish(incoming);
    for (trailers_get(future, place()); !got.byte[0]; trailers_get(future, place()))
        wait(trailers_subscribe(future));
    line("trailers error", got.byte[16]);
    line("  code", got.byte[24]);
    output_blocking_write(output, said, length, place());
    output_drop(output);
    answer();
}

// MARK: Writing

static void put(const char *text) { output_write(stream, text, words(text).length, place()); }

static void permit(void) {
    output_check(stream, place());
    say_end("check", 8);
    line("  some room", !got.byte[0] && got.longer[1] > 0);
}

static void write(void) {
    begin();
    permit();
    put("one\n");
    say_end("write", 4);
    permit();
    output_write(stream, "", 0, place());
    say_end("write of nothing", 4);
    output_flush(stream, place());
    say_end("flush", 4);
    output_blocking_flush(stream, place());
    say_end("blocking flush", 4);
    int32_t pollable = output_subscribe(stream);
    pollable_block(pollable);
    line("ready", (uint64_t)pollable_ready(pollable));
    pollable_drop(pollable);
    permit();
    output_blocking_write(stream, "two\n", 4, place());
    say_end("blocking write", 4);
    output_blocking_write(stream, "", 0, place());
    say_end("blocking write of nothing", 4);
    output_check(stream, place());
    output_zeroes(stream, 3, place());
    say_end("zeroes", 4);
    output_check(stream, place());
    output_zeroes(stream, 0, place());
    say_end("no zeroes", 4);
    output_blocking_zeroes(stream, 4, place());
    say_end("blocking zeroes", 4);
    output_blocking_zeroes(stream, 0, place());
    say_end("no blocking zeroes", 4);
    finish();
}

static void zeroes(uint64_t count) {
    begin();
    while (count > 0) {
        output_check(stream, place());
        if (got.byte[0])
            break;
        uint64_t room = got.longer[1];
        if (!room) {
            wait(output_subscribe(stream));
            continue;
        }
        uint64_t part = count < room ? count : room;
        output_zeroes(stream, part, place());
        if (got.byte[0])
            break;
        count -= part;
    }
    finish();
}

static void splice(void) {
    int32_t incoming;
    int32_t input = body_stream(&incoming);
    begin();
    uint64_t sum = 0;
    output_check(stream, place());
    output_splice(stream, input, 0, place());
    say_end("splice of nothing", 8);
    if (!got.byte[0])
        line("  bytes", got.longer[1]);
    while (sum < 4) {
        wait(input_subscribe(input));
        output_check(stream, place());
        output_splice(stream, input, 4 - sum, place());
        if (got.byte[0])
            break;
        sum += got.longer[1];
    }
    say("\n");
    line("spliced", sum);
    for (sum = 0;;) {
        output_blocking_splice(stream, input, 1 << 20, place());
        if (got.byte[0])
            break;
        sum += got.longer[1];
    }
    line("spliced, blocking", sum);
    say_end("end", 8);
    output_check(stream, place());
    output_splice(stream, input, 4, place());
    say_end("splice at the end", 8);
    input_drop(input);
    say_trailers(incoming_finish(incoming));
    finish();
}

static void early(void) {
    int32_t response = response_new(fields_new());
    response_body(response, place());
    body = taken();
    body_write(body, place());
    stream = taken();
    say("early\n");
    finish();
    respond(response);
}

static void trailers(void) {
    int32_t fields = fields_new();
    append(fields, "trailer", "x-sum");
    begin_with(fields, 200);
    put("body\n");
    output_drop(stream);
    fields = fields_new();
    append(fields, "x-sum", "7");
    append(fields, "x-empty", "");
    body_finish(body, 1, fields, place());
}
