// A CGI program for the tests of served modules: what PATH_INFO names is done.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern char **environ;

static const char *variable(const char *name) {
    const char *value = getenv(name);
    return value ? value : "";
}

static int is(const char *path) {
    return strcmp(variable("PATH_INFO"), path) == 0;
}

// All of it, or nothing: stdio's buffer would hide when it is written.
static int say(const char *text, size_t length) {
    while (length > 0) {
        ssize_t count = write(1, text, length);
        if (count < 0)
            return errno;
        text += count;
        length -= count;
    }
    return 0;
}

static void text(const char *text) { say(text, strlen(text)); }

static const char plain[] = "Content-Type: text/plain\n\n";

// What came, with how long it is said to be.
static void echo(void) {
    static char buffer[65536];
    text("content-type: application/octet-stream\r\nx-length: ");
    text(variable("CONTENT_LENGTH"));
    text("\r\n\r\n");
    ssize_t count;
    while ((count = read(0, buffer, sizeof buffer)) > 0)
        if (say(buffer, count))
            exit(1);
}

// So many times 64 KB; stops when nobody takes them.
static void large(long count) {
    static char buffer[65536];
    memset(buffer, 'x', sizeof buffer);
    text(plain);
    while (count-- > 0) {
        int error = say(buffer, sizeof buffer);
        if (error) {
            fprintf(stderr, "nobody reads: %d\n", error == EPIPE);
            exit(0);
        }
    }
}

int main(int argc, char **argv) {
    const char *query = variable("QUERY_STRING");
    long number = strtol(query, NULL, 10);
    if (is("/hello")) {
        text("Content-Type: text/plain\nX-Guest: cgi\n\nhello\n");
    } else if (is("/env")) {
        text(plain);
        for (char **entry = environ; *entry; entry++)
            printf("%s\n", *entry);
        for (int index = 0; index < argc; index++)
            printf("argument=%s\n", argv[index]);
    } else if (is("/read")) {
        FILE *file = fopen(query, "r");
        char line[256];
        text(plain);
        text(file && fgets(line, sizeof line, file) ? line : "nothing");
    } else if (is("/echo")) {
        echo();
    } else if (is("/large")) {
        large(number);
    } else if (is("/ticks")) {
        text("Content-Type: text/event-stream\n\n");
        for (long tick = 0; tick < number; tick++) {
            text("tick\n");
            usleep(100 * 1000);
        }
    } else if (is("/slow-head")) {
        // A head in pieces, each a look of the server's apart.
        for (const char *letter = "Status: 202 Taken\r\nContent-Type: text/plain\r\n\r\nlate\n"; *letter; letter++) {
            say(letter, 1);
            if (*letter == '\n')
                usleep(10 * 1000);
        }
    } else if (is("/head")) {
        // The head is the body that came.
        static char head[1 << 17];
        size_t length = fread(head, 1, sizeof head, stdin);
        usleep(number * 1000);
        say(head, length);
    } else if (is("/exit")) {
        exit((int)number);
    } else if (is("/exit-late")) {
        text("Content-Type: text/plain\n\nenough\n");
        exit((int)number);
    } else if (is("/trap")) {
        __builtin_trap();
    } else if (is("/trap-late")) {
        text(plain);
        text("begun\n");
        usleep(200 * 1000);
        __builtin_trap();
    } else if (is("/loop")) {
        for (volatile long turn = 0;; turn++)
            ;
    } else if (is("/sleep")) {
        sleep((unsigned)number);
        text(plain);
        text("slept\n");
    } else if (is("/memory")) {
        text(plain);
        char *volatile memory = malloc((size_t)number << 20);
        text(memory ? "has it\n" : "has it not\n");
    } else if (is("/complain")) {
        for (int part = 0; part < 3; part++) {
            fprintf(stderr, "part %d of %s,", part, query);
            fflush(stderr);
            usleep(20 * 1000);
        }
        text(plain);
    } else {
        text("Status: 404 Not Found\nContent-Type: text/plain\n\n");
        text(variable("PATH_INFO"));
    }
    return 0;
}
