// A server that does to files what it is told, and answers with what it was given, the same whether it is lowered or
// not. Without a libc: the imports are in surface.h and files.h. The path says what is done:
//
//   /run         the lines of the request's body, each a verb and words: see verbs.h. A word may have bytes as %XX, and
//                is nothing as %. Descriptors and streams are named by numbers from 0 to 63; those of /run's `dirs` are
//                the first. It answers with a line for each.
//   /send?P      the file P below the first directory, read and written by turns
//   /splice?P    the same, by splices
//   /leave?N     opens N files, and traps
//   /wait?N      opens N files, and waits for ever
//   /bad?N       what no guest may do
//   /visits      the requests that this instance was given
//
// With PLAIN it knows of no interim responses, and can be lowered: /inform is not there.
#pragma clang diagnostic ignored "-Wunused-function"
#include "surface.h"

#include "files.h"
#include "tools.h"
#include "words.h"
#include "verbs.h"

static void run(void) {
    int32_t incoming, input = body_stream(&incoming);
    size_t count = 0;
    for (;;) {
        input_blocking_read(input, sizeof script - count, place());
        if (got.byte[0])
            break;
        const char *bytes = (const char *)(uintptr_t)got.word[1];
        for (size_t i = 0; i < got.word[2]; i++)
            script[count++] = bytes[i];
    }
    input_drop(input);
    incoming_drop(incoming);
    for (size_t start = 0; start < count;) {
        size_t end = start;
        while (end < count && script[end] != '\n')
            end++;
        split(script + start, script + end);
        start = end + 1;
        if (!word_count)
            continue;
        say_text(word(0));
        say(": ");
        if (!files(word(0)) && !paths(word(0)))
            streams(word(0));
        say("\n");
    }
    answer();
}

// MARK: Others

static int32_t open_first(string path) {
    directory_list list;
    get_directories(&list);
    path_open(list.items[0].descriptor, 1, path.bytes, path.length, 0, 1, place());
    return taken();
}

static void send(string path, int splices) {
    file_input(open_first(path), 0, place());
    int32_t input = taken();
    begin();
    for (;;) {
        used = 0;
        if (splices) {
            wait(output_subscribe(stream));
            output_blocking_splice(stream, input, 1 << 20, place());
            if (got.byte[0])
                break;
            continue;
        }
        input_blocking_read(input, 1 << 20, place());
        if (got.byte[0])
            break;
        const char *bytes = (const char *)(uintptr_t)got.word[1];
        size_t count = got.word[2];
        for (size_t start = 0; start < count; start += 4096)
            output_blocking_write(stream, bytes + start, count - start < 4096 ? count - start : 4096, place());
    }
    input_drop(input);
    finish();
}

static void bad(uint64_t which) {
    int32_t file = open_first(words("proc/self/status"));
    switch (which) {
    case 0: file_stat(12345, place()); break;
    case 1: file_stat(file, (result *)1); break;
    case 2: file_stat(file, (result *)0xfffffff8); break;
    case 3: file_advise(file, 0, 0, 6, place()); break;
    case 4: file_set_times(file, 3, 0, 0, 0, 0, 0, place()); break;
    case 5: path_stat(file, 0, "\xff", 1, place()); break;
    case 6: path_stat(file, 0, (const char *)0xfffffff0, 100, place()); break;
    case 7: file_drop(file); file_stat(file, place()); break;
    case 8: file_drop(file); file_drop(file); break;
    case 9: entries_next(file, place()); break;
    case 10: input_read(file, 1, place()); break;
    case 11: file_stat(request, place()); break;
    case 12: path_link(file, 0, "a", 1, 12345, "b", 1, place()); break;
    case 13: file_write(file, (const char *)0xfffffff0, 100, 0, place()); break;
    case 14: get_directories((directory_list *)2); break;
    default: false_block = 0xfffffff0; file_read(file, 10, 0, place()); break;
    }
    answer();
}

static void leave(uint64_t count, int waits) {
    while (count--)
        open_first(words("."));
    if (!waits)
        __builtin_trap();
    pollable_block(subscribe_instant(UINT64_MAX));
}

static uint64_t visits;

__attribute__((export_name("wasi:http/incoming-handler@0.2.0#handle"))) void handle(int32_t given, int32_t outparam) {
    used = 0;
    length = 0;
    false_block = 0;
    request = given;
    out = outparam;
    visits++;
    request_path(request, place());
    string path = {(char *)(uintptr_t)got.word[1], got.word[2]}, query = words("");
    for (size_t i = 0; i < path.length; i++) {
        if (path.bytes[i] == '?') {
            query = (string){path.bytes + i + 1, path.length - i - 1};
            path.length = i;
        }
    }
    if (same(path, "/run"))
        run();
    else if (same(path, "/send"))
        send(query, 0);
    else if (same(path, "/splice"))
        send(query, 1);
    else if (same(path, "/leave"))
        leave(number(query), 0);
    else if (same(path, "/wait"))
        leave(number(query), 1);
    else if (same(path, "/bad"))
        bad(number(query));
    else if (same(path, "/visits")) {
        line("visits", visits);
        answer();
    }
#ifndef PLAIN
    else if (same(path, "/inform"))
        outparam_inform(out, 103, fields_new(), place());
#endif
    else {
        int32_t response = response_new(fields_new());
        respond(response);
    }
}
