// The users of notes.py, as a component of their own.
#include <stddef.h>
#include <stdint.h>

typedef struct {
    const char *bytes;
    size_t length;
} text;

// result<string, string>
typedef struct {
    uint8_t is_error;
    text value;
} answer;

#define TEXT(words) ((text){words, sizeof words - 1})

static const struct {
    text token, user;
} users[] = {{TEXT("open"), TEXT("ann")}, {TEXT("sesame"), TEXT("ben")}};

static int is_equal(text a, text b) {
    if (a.length != b.length)
        return 0;
    for (size_t i = 0; i < a.length; i++)
        if (a.bytes[i] != b.bytes[i])
            return 0;
    return 1;
}

// What a request's calls bring: an instance lives no longer.
#define HEAP (1 << 16)
#include "../serve/heap.h"

__attribute__((export_name("martlet:python/auth#check"))) answer *check(const char *token, size_t length) {
    static answer result;
    for (size_t i = 0; i < sizeof users / sizeof *users; i++) {
        if (is_equal(users[i].token, (text){token, length})) {
            result = (answer){0, users[i].user};
            return &result;
        }
    }
    result = (answer){1, length ? TEXT("unknown token") : TEXT("no token")};
    return &result;
}
