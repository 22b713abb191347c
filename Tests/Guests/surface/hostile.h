// Of surface.c: things in odd orders, and what no guest may do.
// MARK: Odd orders

static void drop(uint64_t which) {
    int32_t incoming, input, response;
    switch (which) {
    case 0: // all of the request, at once
        request_drop(request);
        break;
    case 1: // the body before its stream
        input = body_stream(&incoming);
        incoming_drop(incoming);
        input_blocking_read(input, 4, place());
        whether("read");
        input_drop(input);
        break;
    case 2: // the request before its body
        input = body_stream(&incoming);
        request_drop(request);
        input_blocking_read(input, 4, place());
        whether("read");
        input_drop(input);
        incoming_drop(incoming);
        break;
    case 3: // a body that was finished before its stream was dropped
        input = body_stream(&incoming);
        trailers_drop(incoming_finish(incoming));
        input_drop(input);
        break;
    case 4: // a response that is not sent, with its body
        response = response_new(fields_new());
        response_body(response, place());
        body = taken();
        response_drop(response);
        body_drop(body);
        break;
    case 5: // fields of a request and of a response after them
        response = response_new(fields_new());
        int32_t fields = response_headers(response), received = request_headers(request);
        response_drop(response);
        request_drop(request);
        say_entries("fields", fields);
        line("received", (uint64_t)has(received, "x-one"));
        break;
    case 6: // no response: the outparam is dropped
        outparam_drop(out);
        return;
    case 7: // a response whose body is dropped unfinished
        response = response_new(fields_new());
        response_body(response, place());
        body = taken();
        respond(response);
        body_drop(body);
        return;
    case 8: // one whose body is finished, and nothing was written
        response = response_new(fields_new());
        response_body(response, place());
        body = taken();
        respond(response);
        body_finish(body, 0, 0, place());
        return;
    case 9: // one whose body is finished before the stream is dropped
        begin();
        put("written\n");
        output_blocking_flush(stream, place());
        body_finish(body, 0, 0, place());
        output_drop(stream);
        return;
    case 10: // nothing is dropped or finished
        begin();
        put("written\n");
        output_blocking_flush(stream, place());
        return;
    case 11: // one without a body
        response = response_new(fields_new());
        respond(response);
        return;
    case 12: // fields that were appended to after a clone of them went out
        fields = fields_new();
        append(fields, "x-one", "a");
        begin_with(fields_clone(fields), 200);
        append(fields, "x-one", "b");
        say_entries("fields", fields);
        finish();
        return;
    case 13: // the body is finished, then written
        begin();
        put("written\n");
        output_blocking_flush(stream, place());
        body_finish(body, 0, 0, place());
        output_blocking_write(stream, "late\n", 5, place());
        return;
    case 14: // a response of a known length, and too little
        fields = fields_new();
        append(fields, "content-length", "8");
        begin_with(fields, 200);
        put("four");
        output_blocking_flush(stream, place());
        output_drop(stream);
        body_finish(body, 0, 0, place());
        return;
    case 15: // two requests of the response's fields, dropped in their order
        response = response_new(fields_new());
        int32_t one = response_headers(response), two = response_headers(response);
        fields_drop(one);
        fields_drop(two);
        response_drop(response);
        break;
    }
    answer();
}

// Lets go late of what it had in the last request that its instance has served.
static void keep(void) {
    static int32_t kept;
    int32_t fields = fields_new();
    append(fields, "x-one", "a");
    line("kept", kept != 0);
    if (kept)
        fields_drop(kept);
    line("has it", (uint64_t)has(fields, "x-one"));
    kept = fields;
    answer();
}

// MARK: What no guest may do

static int32_t meddled;

static void ask_for_more(void) {
    string text;
    random_bytes(8, &text);
}

static void read_again(void) {
    result again;
    input_read(meddled, 1, &again);
}

// Needs a body.
static void read_within(void) {
    int32_t incoming;
    meddled = body_stream(&incoming);
    meddle = read_again;
    input_blocking_read(meddled, 8, place());
    meddle = 0;
    answer();
}

static void drop_it(void) {
    meddle = 0;
    fields_drop(meddled);
}

static void look_at_the_clock(void) { now(); }

static void hostile(uint64_t which) {
    const char *outside = (const char *)0xfffffff0;
    int32_t fields = fields_new(), response, incoming, input;
    list values;
    field_list entries;
    string text;
    switch (which) {
    // Pointers outside of memory.
    case 0: fields_has(fields, outside, 4); break;
    case 1: fields_has(fields, outside, 0x20); break;
    case 2: fields_append(fields, "a", 1, (char *)0x40000000, 1, place()); break;
    case 3: fields_append(fields, "a", 1, "", 0xffffffff, place()); break;
    case 4: fields_get(fields, "a", 1, (list *)0xfffffff8); break;
    case 5: fields_append(fields, "a", 1, "a", 1, (result *)0xffffffff); break;
    case 6: request_path(request, (result *)0x7ffffff0); break;
    case 7: fields_from_list((field *)0xfffffff0, 1, place()); break;
    case 8: fields_from_list((field *)16, 0x10000000, place()); break;
    case 9: fields_from_list((field *)16, 0xffffffff, place()); break;
    case 10: {
        field bad = {words("a"), {outside, 4}};
        fields_from_list(&bad, 1, place());
        break;
    }
    case 11: {
        string bad = {(char *)0x7fffffff, 4};
        fields_set(fields, "a", 1, &bad, 1, place());
        break;
    }
    case 12: begin(); output_write(stream, outside, 4, place()); break;
    case 13: begin(); output_blocking_write(stream, outside, 0x100, place()); break;
    case 14: poll((int32_t *)0xfffffff0, 1, &values); break;
    case 15: wall_now((result *)0xfffffff0); break;
    case 16: random_bytes(8, (string *)0xfffffff8); break;
    case 17: random_bytes(UINT64_MAX, &text); break;
    case 18: random_bytes(0xffffffff, &text); break;
    case 19: get_environment((field_list *)0xfffffff8); break;
    case 20: response = response_new(fields); response_body(response, (result *)0xfffffff8); break;
    // Places that are not aligned.
    case 21: fields_get(fields, "a", 1, (list *)(got.byte + 1)); break;
    case 22: fields_entries(fields, (field_list *)(got.byte + 2)); break;
    case 23: request_method(request, (result *)(got.byte + 2)); break;
    case 24: wall_now((result *)(got.byte + 4)); break;
    case 25: fields_from_list((field *)(heap + 2), 1, place()); break;
    case 26: poll((int32_t *)(heap + 1), 1, &values); break;
    case 27: begin(); output_check(stream, (result *)(got.byte + 4)); break;
    case 28: request_consume(request, (result *)(got.byte + 1)); break;
    case 29: random_bytes(1, (string *)(got.byte + 1)); break;
    case 30: insecure_seed((result *)(got.byte + 4)); break;
    case 31: fields_from_list((field *)(heap + 2), 0, place()); break;
    // Strings that are not UTF-8.
    case 32: fields_has(fields, "\xff", 1); break;
    case 33: fields_append(fields, "\xc3", 1, "a", 1, place()); break;
    case 34: fields_delete(fields, "\xed\xa0\x80", 3, place()); break;
    case 35: fields_get(fields, "a\x80", 2, &values); break;
    case 36: {
        field bad = {words("\xf5"), words("a")};
        fields_from_list(&bad, 1, place());
        break;
    }
    case 37: outparam_set(out, 1, 38, 1, (int64_t)(uintptr_t) "\xff", 1, 0, 0, 0); break;
    case 38: outparam_set(out, 1, 38, 1, 0x7ffffff0, 8, 0, 0, 0); break;
    // Handles that were never given.
    case 39: fields_has(0, "a", 1); break;
    case 40: fields_has(1000, "a", 1); break;
    case 41: fields_has(-1, "a", 1); break;
    case 42: pollable_block(0x7fffffff); break;
    case 43: input_read(77, 1, place()); break;
    case 44: fields_drop(4711); break;
    case 45: fields_drop(0); break;
    case 46: response_new(99); break;
    case 47: outparam_set(99, 1, 15, 0, 0, 0, 0, 0, 0); break;
    case 48: outparam_set(out, 0, 99, 0, 0, 0, 0, 0, 0); break;
    case 49: {
        int32_t bad = 99;
        poll(&bad, 1, &values);
        break;
    }
    case 50: incoming_finish(99); break;
    case 51: body_finish(99, 0, 0, place()); break;
    case 52: error_text(99, &text); break;
    case 53: http_error_code(99, place()); break;
    // Handles that were dropped or given away.
    case 54: fields_drop(fields); fields_has(fields, "a", 1); break;
    case 55: fields_drop(fields); fields_drop(fields); break;
    case 56: response_new(fields); fields_has(fields, "a", 1); break;
    case 57: response_new(fields); response_new(fields); break;
    case 58: begin(); outparam_set(out, 1, 15, 0, 0, 0, 0, 0, 0); break;
    case 59: response = response_new(fields); response_drop(response); respond(response); break;
    case 60: input = body_stream(&incoming); trailers_drop(incoming_finish(incoming)); incoming_finish(incoming); break;
    case 61: begin(); output_drop(stream); output_write(stream, "a", 1, place()); break;
    case 62: request_drop(request); request_method(request, place()); break;
    case 63: {
        response = response_new(fields_new());
        response_body(response, place());
        body = taken();
        body_finish(body, 1, fields, place());
        body_finish(body, 0, 0, place());
        break;
    }
    // Handles of another kind.
    case 64: fields_has(request, "a", 1); break;
    case 65: request_method(fields, place()); break;
    case 66: response_new(request); break;
    case 67: input = body_stream(&incoming); output_write(input, "a", 1, place()); break;
    case 68: begin(); input_read(stream, 1, place()); break;
    case 69: begin(); output_splice(stream, stream, 1, place()); break;
    case 70: outparam_set(request, 1, 15, 0, 0, 0, 0, 0, 0); break;
    case 71: outparam_set(out, 0, request, 0, 0, 0, 0, 0, 0); break;
    case 72: poll(&fields, 1, &values); break;
    // Cases that there are not.
    case 73: outparam_set(out, 2, 0, 0, 0, 0, 0, 0, 0); break;
    case 74: outparam_set(out, 1, 39, 0, 0, 0, 0, 0, 0); break;
    case 75: outparam_set(out, 1, -1, 0, 0, 0, 0, 0, 0); break;
    case 76: {
        response = response_new(fields_new());
        response_body(response, place());
        body_finish(taken(), 2, fields, place());
        break;
    }
    case 77: outparam_set(out, 1, 38, 2, 0, 0, 0, 0, 0); break;
    case 78: cli_exit(2); break;
    // An empty list.
    case 79: poll(&fields, 0, &values); break;
    // Memory that is none.
    case 80: false_block = 0x7ffffff0; request_path(request, place()); break;
    case 81: append(fields, "a", "b"); false_block = 2; fields_get(fields, "a", 1, &values); break;
    case 82: append(fields, "a", "b"); false_block = 0x7ffffff0; fields_entries(fields, &entries); break;
    case 83: used = sizeof heap; request_path(request, place()); break;
    // More than may be written.
    case 84: begin(); output_blocking_write(stream, heap, 4097, place()); break;
    case 85: begin(); output_blocking_zeroes(stream, 4097, place()); break;
    // Calls from within a call.
    case 86: meddle = ask_for_more; request_path(request, place()); break;
    case 87: append(fields, "a", "b"); meddled = fields; meddle = drop_it; fields_get(fields, "a", 1, &values); break;
    case 88: meddle = look_at_the_clock; request_path(request, place()); break;
    // Dropped as what they are not: it harms nobody.
    case 89: response_new(fields); fields_drop(fields); break;
    case 90: fields_drop(request); break;
    case 91: pollable_drop(fields); break;
    case 92: response = response_new(fields); response_drop(out); break;
    }
    false_block = 0;
    meddle = 0;
    say("it goes on\n");
    if (has_begun)
        finish();
    else
        answer();
}
