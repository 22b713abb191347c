// One guest for everything that is tested about a running module: tool.wasm COMMAND [ARGUMENT...].
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int failed(const char *what) {
    perror(what);
    return 1;
}

// read PATH: the file, on stdout.
static int read_file(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file)
        return failed(path);
    char buffer[4096];
    size_t count;
    while ((count = fread(buffer, 1, sizeof buffer, file)) > 0)
        fwrite(buffer, 1, count, stdout);
    fclose(file);
    return 0;
}

// write PATH TEXT: the text as the file. append PATH TEXT: at its end.
static int write_file(const char *path, const char *text, const char *mode) {
    FILE *file = fopen(path, mode);
    if (!file)
        return failed(path);
    fprintf(file, "%s\n", text);
    return fclose(file) ? failed(path) : 0;
}

// streams: each line of standard input by way of /dev/stdin, on /dev/stdout and /dev/stderr.
static int streams(void) {
    FILE *in = fopen("/dev/stdin", "r"), *out = fopen("/dev/stdout", "w"), *err = fopen("/dev/stderr", "a");
    if (!in || !out || !err)
        return failed("/dev");
    char line[4096];
    while (fgets(line, sizeof line, in))
        if (fprintf(out, "out %s", line) < 0 || fflush(out) || fprintf(err, "err %s", line) < 0 || fflush(err))
            return failed("a stream");
    return ferror(in) ? failed("/dev/stdin") : 0;
}

// opens PATH COUNT: opens it so many times, and says how long one took, in nanoseconds.
static int opens(const char *path, long count) {
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    for (long i = 0; i < count; i++) {
        int file = open(path, O_RDONLY);
        if (file < 0)
            return failed(path);
        close(file);
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    printf("%lld\n", ((end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec) / count);
    return 0;
}

// list PATH: the names in a folder.
static int list(const char *path) {
    DIR *folder = opendir(path);
    if (!folder)
        return failed(path);
    struct dirent *entry;
    while ((entry = readdir(folder)))
        if (strcmp(entry->d_name, ".") && strcmp(entry->d_name, ".."))
            puts(entry->d_name);
    closedir(folder);
    return 0;
}

// cat: stdin on stdout, until its end.
static int cat(void) {
    // Not on the stack, which is as large.
    static char buffer[65536];
    ssize_t count;
    while ((count = read(0, buffer, sizeof buffer)) > 0)
        for (ssize_t done = 0; done < count;) {
            ssize_t written = write(1, buffer + done, count - done);
            if (written < 0)
                return failed("stdout");
            done += written;
        }
    return count < 0 ? failed("stdin") : 0;
}

// lines COUNT LENGTH: so many lines of so many bytes, the line feed included.
static int lines(long count, long length) {
    char *line = malloc(length);
    if (!line)
        return failed("malloc");
    memset(line, 'x', length);
    line[length - 1] = '\n';
    for (long i = 0; i < count; i++)
        for (long done = 0; done < length;) {
            ssize_t written = write(1, line + done, length - done);
            if (written < 0)
                return failed("stdout");
            done += written;
        }
    return 0;
}

// What was allocated last, so that the compiler can't do without memory that is only written to.
static char *volatile last_block;

// grow MEGABYTES [PATH]: touches that much memory, not before there is such a file; exits 3 where it is refused.
static int grow(long megabytes, const char *path) {
    if (*path) {
        puts("ready");
        while (access(path, F_OK))
            usleep(20000);
    }
    for (long i = 0; i < megabytes; i++) {
        char *block = last_block = malloc(1 << 20);
        if (!block) {
            printf("refused after %ld MiB\n", i);
            return 3;
        }
        memset(block, 1, 1 << 20);
    }
    printf("grew by %ld MiB\n", megabytes);
    return 0;
}

static volatile int depth_limit = 1 << 30;

// overflow: calls itself until the stack is at its end.
static int overflow(int level) {
    volatile char frame[1024];
    frame[0] = (char)level;
    return level > depth_limit ? 0 : overflow(level + 1) + frame[0];
}

static volatile long count_of_spins;

int main(int argc, char **argv) {
    // A pipe is no terminal, but what a test waits for must not wait in a buffer.
    setvbuf(stdout, NULL, _IOLBF, 0);
    const char *command = argc > 1 ? argv[1] : "";
    const char *first = argc > 2 ? argv[2] : "";
    const char *second = argc > 3 ? argv[3] : "";
    if (!strcmp(command, "exit"))
        return atoi(first);
    if (!strcmp(command, "print"))
        return puts(first) < 0;
    if (!strcmp(command, "complain"))
        return fprintf(stderr, "%s\n", first) < 0;
    if (!strcmp(command, "read"))
        return read_file(first);
    if (!strcmp(command, "write"))
        return write_file(first, second, "w");
    if (!strcmp(command, "append"))
        return write_file(first, second, "a");
    if (!strcmp(command, "streams"))
        return streams();
    if (!strcmp(command, "opens"))
        return opens(first, atol(second));
    if (!strcmp(command, "list"))
        return list(first);
    if (!strcmp(command, "cat"))
        return cat();
    if (!strcmp(command, "lines"))
        return lines(atol(first), atol(second));
    if (!strcmp(command, "grow"))
        return grow(atol(first), second);
    if (!strcmp(command, "trap"))
        __builtin_trap();
    if (!strcmp(command, "overflow"))
        return overflow(0);
    // The next two say when they are there, and stay until they are ended.
    if (!strcmp(command, "sleep")) {
        puts("ready");
        for (;;)
            sleep(1000);
    }
    if (!strcmp(command, "spin")) {
        puts("ready");
        for (;;)
            count_of_spins++;
    }
    fprintf(stderr, "tool: unknown command '%s'\n", command);
    return 2;
}
