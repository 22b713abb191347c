// Text for the guests that speak with others by it. After serve.h.
static string words(const char *text) {
    size_t length = 0;
    while (text[length])
        length++;
    return (string){text, length};
}

static int32_t taken(result got) {
    if (got.tag)
        __builtin_trap();
    return got.handle;
}

// 0 if nobody takes it any more.
static int put(int32_t stream, string text) {
    result written;
    while (text.length > 0) {
        // What one call takes at most.
        size_t part = text.length < 4096 ? text.length : 4096;
        stream_write(stream, text.bytes, part, &written);
        if (written.tag)
            return 0;
        text.bytes += part;
        text.length -= part;
    }
    return 1;
}
