// Of surface.c: pollables, clocks, random numbers, and what commands have.
// MARK: The world

static void say_poll(void) {
    uint64_t start = now();
    int32_t past = subscribe_instant(0), soon = subscribe_duration(5000000), far = subscribe_duration(UINT64_MAX);
    int32_t instant = subscribe_instant(UINT64_MAX), zero = subscribe_duration(0);
    line("soon is ready", (uint64_t)pollable_ready(soon));
    line("far is ready", (uint64_t)pollable_ready(far));
    line("instant is ready", (uint64_t)pollable_ready(instant));
    pollable_block(zero);
    line("zero is ready", (uint64_t)pollable_ready(zero));
    pollable_block(past);
    line("past is ready", (uint64_t)pollable_ready(past));
    list ready;
    int32_t both[] = {soon, far, past, past};
    poll(both, 4, &ready);
    line("ready at once", ready.count);
    for (size_t i = 0; i < ready.count; i++)
        line("  place", ((uint32_t *)ready.items)[i]);
    poll(both, 2, &ready);
    line("ready", ready.count);
    line("  place", ((uint32_t *)ready.items)[0]);
    line("waited", now() - start >= 5000000);
    line("soon is ready", (uint64_t)pollable_ready(soon));
    pollable_block(soon);
    int32_t twice[] = {soon, soon};
    poll(twice, 2, &ready);
    line("the same twice", ready.count);
    int32_t later = subscribe_instant(now() + 2000000);
    pollable_block(later);
    pollable_drop(later);
    pollable_drop(past);
    pollable_drop(soon);
    pollable_drop(far);
    pollable_drop(instant);
    pollable_drop(zero);
    int32_t output = get_stdout();
    int32_t pollable = output_subscribe(output);
    pollable_block(pollable);
    line("stdout is ready", (uint64_t)pollable_ready(pollable));
    pollable_drop(pollable);
    output_drop(output);
    answer();
}

// Pollables of streams among others.
static void say_waits(void) {
    int32_t incoming, input = body_stream(&incoming), far = subscribe_duration(UINT64_MAX);
    list ready;
    int32_t two[] = {far, input_subscribe(input)};
    poll(two, 2, &ready);
    line("of the body", ready.count);
    line("  place", ((uint32_t *)ready.items)[0]);
    pollable_drop(two[1]);
    for (;;) {
        input_blocking_read(input, 4096, place());
        if (got.byte[0])
            break;
    }
    input_drop(input);
    int32_t future = incoming_finish(incoming);
    for (trailers_get(future, place()); !got.byte[0]; trailers_get(future, place())) {
        two[1] = trailers_subscribe(future);
        poll(two, 2, &ready);
        if (((uint32_t *)ready.items)[0] != 1)
            say("?\n");
        pollable_drop(two[1]);
    }
    trailers_drop(future);
    begin();
    two[1] = output_subscribe(stream);
    poll(two, 2, &ready);
    line("of the response", ready.count);
    line("  place", ((uint32_t *)ready.items)[0]);
    pollable_drop(two[1]);
    pollable_drop(far);
    finish();
}

static void say_clocks(void) {
    uint64_t first = now(), second = now();
    line("monotonic", second >= first);
    line("resolution", resolution() > 0 && resolution() <= 1000000);
    wait(subscribe_duration(1000000));
    line("later", now() - first >= 1000000);
    wall_now(place());
    uint64_t seconds = got.longer[0];
    line("after 2024", seconds > 1704067200 && seconds < 10000000000);
    line("nanoseconds", got.word[2] < 1000000000);
    wall_now(place());
    line("not before", got.longer[0] >= seconds);
    wall_resolution(place());
    line("seconds", got.longer[0]);
    line("nanoseconds", got.word[2] > 0 && got.word[2] <= 1000000);
    answer();
}

static int are_zeros(string text) {
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i])
            return 0;
    return 1;
}

static void say_random(void) {
    static const uint64_t counts[] = {0, 1, 7, 8, 9, 4096, 1 << 20};
    for (int i = 0; i < 7; i++) {
        string text;
        random_bytes(counts[i], &text);
        line("random", text.length);
        line("  zeros", text.length > 4 && are_zeros((string){text.bytes + text.length - 4, 4}) &&
                            are_zeros((string){text.bytes, 4}));
        insecure_bytes(counts[i], &text);
        line("insecure", text.length);
        line("  zeros", text.length > 4 && are_zeros(text));
    }
    line("numbers differ", random_number() != random_number());
    line("insecure numbers differ", insecure_number() != insecure_number());
    insecure_seed(place());
    line("seed", got.longer[0] != got.longer[1] && got.longer[1] != 0xeeeeeeeeeeeeeeee);
    answer();
}

static void say_cli(void) {
    field_list variables;
    get_environment(&variables);
    for (size_t i = 0; i < variables.count; i++)
        if (same(variables.items[i].name, "MOOD"))
            text_line("MOOD", variables.items[i].value);
    list arguments;
    get_arguments(&arguments);
    line("arguments", arguments.count);
    initial_cwd(place());
    line("has a working directory", got.byte[0]);
    get_terminal_stdin(place());
    line("terminal stdin", got.byte[0]);
    get_terminal_stdout(place());
    line("terminal stdout", got.byte[0]);
    get_terminal_stderr(place());
    line("terminal stderr", got.byte[0]);
    int32_t output = get_stdout(), errors = get_stderr();
    output_check(output, place());
    say_end("stdout", 8);
    line("  some room", got.longer[1] > 0);
    output_write(output, "a line on stdout, ", 18, place());
    say_end("write", 4);
    output_flush(output, place());
    say_end("flush", 4);
    int32_t again = get_stdout();
    output_blocking_write(again, "and its end\n", 12, place());
    say_end("blocking write", 4);
    output_drop(again);
    output_blocking_flush(output, place());
    say_end("blocking flush", 4);
    output_check(output, place());
    output_zeroes(output, 1, place());
    say_end("zeroes", 4);
    output_blocking_zeroes(output, 2, place());
    say_end("blocking zeroes", 4);
    output_blocking_write(output, "\n", 1, place());
    output_blocking_write(errors, "on stderr\n", 10, place());
    say_end("stderr", 4);
    output_drop(output);
    output_drop(errors);
    answer();
}
