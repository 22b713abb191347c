// Of files.c: the words of a line, and what is answered.
// MARK: Words of a line

static char script[64 << 10];
static string words_of[12];
static size_t word_count;

static int digit(char c) { return c <= '9' ? c - '0' : (c | 32) - 'a' + 10; }

// Takes a line apart, in its place.
static void split(char *start, char *end) {
    word_count = 0;
    while (start < end) {
        char *word = start, *to = start;
        while (start < end && *start != ' ') {
            if (*start != '%') {
                *to++ = *start++;
            } else if (end - start >= 3 && start[1] != ' ') {
                *to++ = (char)(digit(start[1]) << 4 | digit(start[2]));
                start += 3;
            } else {
                start++;
            }
        }
        words_of[word_count++] = (string){word, (size_t)(to - word)};
        start++;
    }
}

static string word(size_t i) {
    if (i >= word_count)
        __builtin_trap();
    return words_of[i];
}

static uint64_t value(size_t i) { return number(word(i)); }

// What numbers stand for; handles begin at 1. They outlive a request, if the instance does.
static int32_t things[64];
static int32_t thing(size_t i) { return things[value(i) & 63]; }

// MARK: Answers

static const char *const errors[] = {
    "access", "would-block", "already", "bad-descriptor", "busy", "deadlock", "quota", "exist", "file-too-large",
    "illegal-byte-sequence", "in-progress", "interrupted", "invalid", "io", "is-directory", "loop", "too-many-links",
    "message-size", "name-too-long", "no-device", "no-entry", "no-lock", "insufficient-memory", "insufficient-space",
    "not-directory", "not-empty", "not-recoverable", "unsupported", "no-tty", "no-such-device", "overflow",
    "not-permitted", "pipe", "read-only", "invalid-seek", "text-file-busy", "cross-device"};
static const char *const types[] = {"unknown", "block-device", "character-device", "directory", "fifo",
                                    "symbolic-link", "regular-file", "socket"};

// Says the error of a result, which is at an offset.
static int failed(size_t offset) {
    if (!got.byte[0])
        return 0;
    say(got.byte[0] == 1 && got.byte[offset] < 37 ? errors[got.byte[offset]] : "?");
    return 1;
}

static void say_done(void) {
    if (!failed(1))
        say("ok");
}

// A new thing, by the number that a word says.
static void keep(size_t i) {
    if (failed(4))
        return;
    things[value(i) & 63] = (int32_t)got.word[1];
    say("ok");
}

static void say_bytes(string bytes) {
    say("'");
    say_text(bytes);
    say("'");
}

// Times that were set have few seconds.
static void say_time(const char *name, size_t offset) {
    say(name);
    uint64_t seconds = got.longer[offset / 8 + 1];
    if (!got.byte[offset])
        say("none");
    else if (seconds > 1000000000 && seconds < 100000000000)
        say("recent");
    else {
        say_number(seconds);
        say(".");
        say_number(got.word[offset / 4 + 4]);
    }
}

static void say_stat(void) {
    if (failed(8))
        return;
    int is_file = got.byte[8] == 6;
    say(got.byte[8] < 8 ? types[got.byte[8]] : "?");
    say(" links ");
    say_number(is_file ? got.longer[2] : got.longer[2] > 0);
    if (got.byte[8] != 3) {
        say(" size ");
        say_number(got.longer[3]);
    }
    say_time(" accessed ", 32);
    say_time(" modified ", 56);
}

static void stream_end(size_t offset) {
    if (got.byte[offset] == 1) {
        say("closed");
        return;
    }
    say("failed: ");
    int32_t error = (int32_t)got.word[offset / 4 + 1];
    http_error_code(error, place());
    if (got.byte[0])
        say("an error of HTTP, ");
    file_error(error, place());
    say(!got.byte[0] ? "none" : got.byte[1] < 37 ? errors[got.byte[1]] : "?");
    error_drop(error);
}

static void say_written(void) {
    if (got.byte[0])
        stream_end(4);
    else
        say("ok");
}

static void say_count(void) {
    if (got.byte[0])
        stream_end(8);
    else
        say_number(got.longer[1]);
}
