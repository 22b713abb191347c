// What the parts of surface.c have in common.
// The host asks for the memory of what it returns. All is free after a request.
static _Alignas(16) char heap[8 << 20];
static size_t used;
// What the host is given instead of memory, where that is asked for.
static uint32_t false_block;
// What is called while memory is asked for, where that is.
static void (*meddle)(void);

__attribute__((export_name("cabi_realloc"))) void *cabi_realloc(void *old, size_t had, size_t align, size_t size) {
    if (false_block)
        return (void *)(uintptr_t)false_block;
    if (meddle)
        meddle();
    used = (used + align - 1) & ~(align - 1);
    if (size > sizeof heap - used)
        __builtin_trap();
    char *block = heap + used;
    used += size;
    for (size_t i = 0; i < had && i < size; i++)
        block[i] = ((char *)old)[i];
    return block;
}

static string words(const char *text) {
    size_t length = 0;
    while (text[length])
        length++;
    return (string){text, length};
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

// MARK: What is said

static char said[64 << 10];
static size_t length;

static void say_byte(char byte) {
    if (length == sizeof said)
        __builtin_trap();
    said[length++] = byte;
}

static void say(const char *text) {
    while (*text)
        say_byte(*text++);
}

// Bytes that are no printable ASCII as \xx.
static void say_text(string text) {
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < text.length; i++) {
        uint8_t byte = (uint8_t)text.bytes[i];
        if (byte >= 0x20 && byte < 0x7f && byte != '\\') {
            say_byte((char)byte);
        } else {
            say_byte('\\');
            say_byte(digits[byte >> 4]);
            say_byte(digits[byte & 15]);
        }
    }
}

static void say_number(uint64_t value) {
    char text[24];
    size_t start = sizeof text;
    do
        text[--start] = (char)('0' + value % 10);
    while (value /= 10);
    while (start < sizeof text)
        say_byte(text[start++]);
}

static void line(const char *name, uint64_t value) {
    say(name);
    say(" ");
    say_number(value);
    say("\n");
}

static void text_line(const char *name, string text) {
    say(name);
    say(" '");
    say_text(text);
    say("'\n");
}

// MARK: Results

// Filled anew before each call, so that what the host leaves out is seen.
static result got;

static result *place(void) {
    for (size_t i = 0; i < sizeof got; i++)
        got.byte[i] = 0xee;
    return &got;
}

static int32_t taken(void) {
    if (got.byte[0])
        __builtin_trap();
    return (int32_t)got.word[1];
}

// result<_, header-error>.
static void refusal(const char *name) {
    static const char *const errors[] = {"invalid syntax", "forbidden", "immutable"};
    say(name);
    say(": ");
    say(!got.byte[0] ? "ok" : got.byte[1] < 3 ? errors[got.byte[1]] : "?");
    say("\n");
}

// result<own, _>.
static void whether(const char *name) {
    say(name);
    say(got.byte[0] ? ": error\n" : ": ok\n");
}

// A stream-error at an offset: 4, or 8 after a result of 64 bits.
static void say_end(const char *name, size_t offset) {
    say(name);
    if (!got.byte[0])
        say(": ok\n");
    else if (got.byte[offset] == 1)
        say(": closed\n");
    else
        say(": failed\n");
}

static void append(int32_t fields, const char *name, const char *value) {
    string a = words(name), b = words(value);
    fields_append(fields, a.bytes, a.length, b.bytes, b.length, place());
}

static void say_entries(const char *name, int32_t fields) {
    field_list entries;
    fields_entries(fields, &entries);
    line(name, entries.count);
    for (size_t i = 0; i < entries.count; i++) {
        say("  ");
        say_text(entries.items[i].name);
        text_line(":", entries.items[i].value);
    }
}

static void say_values(int32_t fields, const char *name) {
    list values;
    string text = words(name);
    fields_get(fields, text.bytes, text.length, &values);
    line(name, values.count);
    for (size_t i = 0; i < values.count; i++)
        text_line(" ", values.items[i]);
}

static int has(int32_t fields, const char *name) {
    return fields_has(fields, name, words(name).length);
}

static void wait(int32_t pollable) {
    pollable_block(pollable);
    pollable_drop(pollable);
}

// MARK: The response that is made

static int32_t request, out, stream, body;
static int has_begun;

static void respond(int32_t response) {
    has_begun = 1;
    outparam_set(out, 0, response, 0, 0, 0, 0, 0, 0);
}

static void begin_with(int32_t fields, int status) {
    int32_t response = response_new(fields);
    response_set_status(response, status);
    response_body(response, place());
    body = taken();
    body_write(body, place());
    stream = taken();
    respond(response);
}

static void begin(void) { begin_with(fields_new(), 200); }

static void finish(void) {
    for (size_t start = 0; start < length; start += 4096) {
        size_t part = length - start < 4096 ? length - start : 4096;
        output_blocking_write(stream, said + start, part, place());
        if (got.byte[0])
            break;
    }
    output_drop(stream);
    body_finish(body, 0, 0, place());
}

static void answer(void) {
    begin();
    finish();
}

static int32_t body_stream(int32_t *incoming) {
    request_consume(request, place());
    *incoming = taken();
    incoming_stream(*incoming, place());
    return taken();
}
