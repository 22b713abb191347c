// Of surface.c: fields, requests and responses.
// MARK: Fields

static void try_append(int32_t fields, const char *name, string value) {
    fields_append(fields, name, words(name).length, value.bytes, value.length, place());
    say("append ");
    say_text(words(name));
    say(" '");
    say_text(value);
    refusal("'");
}

static void say_fields(void) {
    int32_t fields = fields_new();
    say_entries("new", fields);
    append(fields, "X-One", "a");
    refusal("append");
    append(fields, "x-one", "b");
    append(fields, "x-two", "");
    say_values(fields, "X-ONE");
    say_values(fields, "x-three");
    line("has X-Two", (uint64_t)has(fields, "X-Two"));
    line("has x-three", (uint64_t)has(fields, "x-three"));
    string values[] = {words("c"), words("d"), words("\x80\xff")};
    fields_set(fields, "x-one", 5, values, 3, place());
    refusal("set");
    say_entries("entries", fields);
    int32_t copy = fields_clone(fields);
    fields_set(fields, "x-two", 5, values, 0, place());
    refusal("set to none");
    fields_delete(fields, "X-One", 5, place());
    refusal("delete");
    fields_delete(fields, "x-three", 7, place());
    refusal("delete what is not there");
    say_entries("left", fields);
    say_entries("clone", copy);
    fields_drop(fields);
    say_entries("clone that is left", copy);
    fields_drop(copy);

    field list[] = {{words("a"), words("1")}, {words("B"), words("\xc3\xa4")}, {words("a"), words("")}};
    fields_from_list(list, 3, place());
    whether("from list");
    say_entries("list", taken());
    fields_from_list(list, 0, place());
    whether("from no list");
    say_entries("empty", taken());
    list[1].name = words("b c");
    fields_from_list(list, 3, place());
    line("from a list with a bad name", got.byte[0] ? 1 + got.byte[4] : 0);
    list[1].name = words("Host");
    fields_from_list(list, 3, place());
    line("from a list with a forbidden one", got.byte[0] ? 1 + got.byte[4] : 0);
    list[2].value = words("a\nb");
    fields_from_list(list + 2, 1, place());
    line("from a list with a bad value", got.byte[0] ? 1 + got.byte[4] : 0);
    list[1] = (field){words(""), words("")};
    fields_from_list(list + 1, 1, place());
    line("from a list with no name", got.byte[0] ? 1 + got.byte[4] : 0);
    answer();
}

static void say_edges(void) {
    static const char *const names[] = {
        "", " ", "a b", "a:", "\xc3\xa4", "a\x7f", "!#$%&'*+-.^_`|~09", "connection", "Keep-Alive",
        "proxy-authenticate", "proxy-authorization", "proxy-connection", "transfer-encoding", "upgrade", "host",
        "http2-settings", "te", "trailer", "content-length", "Set-Cookie",
    };
    int32_t fields = fields_new();
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        size_t count = words(names[i]).length;
        try_append(fields, names[i], words("v"));
        line("  has", (uint64_t)has(fields, names[i]));
        list values;
        fields_get(fields, names[i], count, &values);
        line("  get", values.count);
        string value = words("w");
        fields_set(fields, names[i], count, &value, 1, place());
        refusal("  set");
        fields_set(fields, names[i], count, &value, 0, place());
        refusal("  set to none");
        fields_delete(fields, names[i], count, place());
        refusal("  delete");
    }
    try_append(fields, "a", words("tab\tbed"));
    try_append(fields, "a", words(" around "));
    try_append(fields, "a", words("line\nfeed"));
    try_append(fields, "a", words("return\r"));
    try_append(fields, "a", (string){"nul\0", 4});
    try_append(fields, "a", words("\x01"));
    try_append(fields, "a", words("\x1f"));
    try_append(fields, "a", words("\x7f"));
    try_append(fields, "a", words("\x80\xfe\xff"));
    try_append(fields, "a", words(""));
    string mixed[] = {words("good"), words("bad\n")};
    fields_set(fields, "a", 1, mixed, 2, place());
    refusal("set to good and bad");
    say_entries("entries", fields);

    int32_t immutable = request_headers(request);
    append(immutable, "x-one", "a");
    refusal("append to immutable");
    append(immutable, "a b", "a");
    refusal("append a bad name to immutable");
    fields_set(immutable, "x-one", 5, mixed, 1, place());
    refusal("set in immutable");
    fields_delete(immutable, "x-one", 5, place());
    refusal("delete in immutable");
    int32_t copy = fields_clone(immutable);
    append(copy, "x-copy", "a");
    refusal("append to its clone");
    line("clone has it", (uint64_t)has(copy, "x-copy"));
    line("immutable has it", (uint64_t)has(immutable, "x-copy"));
    answer();
}

static void say_large(void) {
    static char megabyte[1 << 20];
    for (size_t i = 0; i < sizeof megabyte; i++)
        megabyte[i] = (char)('a' + i % 26);
    int32_t fields = fields_new();
    fields_append(fields, "x-large", 7, megabyte, sizeof megabyte, place());
    refusal("append");
    list values;
    fields_get(fields, "x-large", 7, &values);
    line("values", values.count);
    line("bytes", values.items[0].length);
    int equal = 1;
    for (size_t i = 0; i < sizeof megabyte; i++)
        equal &= values.items[0].bytes[i] == megabyte[i];
    line("equal", (uint64_t)equal);
    fields_append(fields, megabyte, sizeof megabyte, "v", 1, place());
    refusal("append with a name of a megabyte");
    line("has it", (uint64_t)fields_has(fields, megabyte, sizeof megabyte));
    static field many[10000];
    for (size_t i = 0; i < 10000; i++)
        many[i] = (field){words("x-many"), {megabyte + i, 26}};
    fields_from_list(many, 10000, place());
    whether("from a list of 10000");
    int32_t long_list = taken();
    fields_get(long_list, "x-many", 6, &values);
    line("values", values.count);
    text_line("last", values.items[9999]);
    answer();
}

// MARK: The request

static void say_option(const char *name) {
    if (!got.byte[0])
        text_line(name, words("(none)"));
    else
        text_line(name, got.text[0].length ? (string){(char *)(uintptr_t)got.word[1], got.word[2]} : words(""));
}

static void say_request(void) {
    request_method(request, place());
    line("method", got.byte[0]);
    if (got.byte[0] == 9)
        text_line("other", (string){(char *)(uintptr_t)got.word[1], got.word[2]});
    request_scheme(request, place());
    line("has scheme", got.byte[0]);
    line("scheme", got.byte[4]);
    request_authority(request, place());
    say_option("authority");
    request_path(request, place());
    say_option("path");
    int32_t fields = request_headers(request);
    say_values(fields, "X-One");
    line("has host", (uint64_t)has(fields, "host"));
    line("has connection", (uint64_t)has(fields, "connection"));
    fields_drop(fields);
    say_entries("fields", request_headers(request));
    request_consume(request, place());
    whether("consume");
    int32_t incoming = taken();
    request_consume(request, place());
    whether("consume again");
    incoming_stream(incoming, place());
    whether("stream");
    int32_t input = taken();
    incoming_stream(incoming, place());
    whether("stream again");
    input_drop(input);
    incoming_stream(incoming, place());
    whether("stream after it was dropped");
    incoming_drop(incoming);
    request_consume(request, place());
    whether("consume after it was dropped");
    answer();
}

// MARK: The response

static void say_response(void) {
    int32_t fields = fields_new();
    append(fields, "x-one", "a");
    append(fields, "x-one", "b");
    int32_t response = response_new(fields);
    line("status", (uint64_t)response_status(response));
    static const int statuses[] = {201, 0, 99, 100, 101, 199, 200, 599, 999, 1000, 65535, 65536 + 204, 418};
    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        line("set", (uint64_t)statuses[i]);
        line("  refused", (uint64_t)response_set_status(response, statuses[i]));
        line("  status", (uint64_t)response_status(response));
    }
    int32_t held = response_headers(response);
    say_entries("headers", held);
    append(held, "x-two", "a");
    refusal("append to them");
    int32_t copy = fields_clone(held);
    append(copy, "x-two", "a");
    refusal("append to a clone");
    fields_drop(held);
    response_body(response, place());
    whether("body");
    body = taken();
    response_body(response, place());
    whether("body again");
    body_write(body, place());
    whether("write");
    stream = taken();
    body_write(body, place());
    whether("write again");
    response_set_status(response, 203);
    respond(response);
    finish();
}

static void set_status(int status) {
    int32_t response = response_new(fields_new());
    int refused = response_set_status(response, status);
    if (refused)
        response_set_status(response, 400);
    respond(response);
}

static void detailed_error(int32_t code) {
    const char *text = "a word";
    switch (code) {
    case 1:
        outparam_set(out, 1, 1, 1, (int64_t)(uintptr_t)text, 6, 1, 7, 0);
        break;
    case 14:
        outparam_set(out, 1, 14, 1, 7, 1, (int32_t)(uintptr_t)text, 6, 0);
        break;
    case 22:
        outparam_set(out, 1, 22, 1, 1, (int32_t)(uintptr_t)text, 6, 1, 7);
        break;
    case 24: case 27: case 30:
        outparam_set(out, 1, code, 1, (int64_t)(uintptr_t)text, 6, 1, 7, 0);
        break;
    case 31: case 32: case 38:
        outparam_set(out, 1, code, 1, (int64_t)(uintptr_t)text, 6, 0, 0, 0);
        break;
    default:
        outparam_set(out, 1, code, 1, 7, 0, 0, 0, 0);
    }
}
