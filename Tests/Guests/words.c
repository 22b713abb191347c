// A program that is slow for a reason that can be found, with DWARF and names: words.wasm COUNT makes so many words and
// says how many different ones there are; words.wasm trap ends in a trap.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct words {
    size_t count;
    uint32_t *known;
};

// Looks at each one that is known: that is the reason.
__attribute__((noinline)) static int is_known(const struct words *words, uint32_t word) {
    for (size_t index = 0; index < words->count; index++)
        if (words->known[index] == word)
            return 1;
    return 0;
}

__attribute__((noinline)) static uint32_t next_word(uint32_t *state) {
    *state = *state * 1664525 + 1013904223;
    return *state >> 8;
}

__attribute__((noinline)) static void count_words(struct words *words, size_t count) {
    uint32_t state = 1;
    while (count--) {
        uint32_t word = next_word(&state);
        if (!is_known(words, word))
            words->known[words->count++] = word;
    }
}

__attribute__((noinline)) static void stop(void) {
    __builtin_trap();
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "trap") == 0)
        stop();
    size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
    struct words words = {0, malloc(count * sizeof(uint32_t))};
    if (!words.known)
        return 1;
    count_words(&words, count);
    printf("%zu words\n", words.count);
    free(words.known);
    return 0;
}
