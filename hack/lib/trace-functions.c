// Which functions of programs run, in the order in which each is first come to.
//
//   trace-functions PROGRAM... FOLDER COMMAND [ARGUMENT...]
//
// Runs COMMAND and follows all its processes (ptrace(2)). Wherever PROGRAM, which has to lie at fixed addresses and to
// have its symbols, is executed (or a stripped copy of it, known by its file name), each of its functions gets a
// breakpoint, which goes when it is hit. A file of the program's name in FOLDER gets the functions' symbols, a line
// each. The exit status is COMMAND's. x86-64 only.

#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { breakpoint = 0xcc, most = 8 };

struct function {
    uint64_t address;
    const char *name;
    unsigned char byte;
    int is_found;
};

struct program {
    const char *name;  // the file's
    FILE *output;
    struct function *functions;
    size_t count;
    uint64_t begin, end;  // of the functions
};

static struct program programs[most];
static int program_count;

static void fail(const char *what) {
    fprintf(stderr, "trace-functions: %s: %s\n", what, strerror(errno));
    exit(2);
}

static int by_address(const void *left, const void *right) {
    const struct function *a = left, *b = right;
    return a->address < b->address ? -1 : a->address > b->address;
}

static void load(const char *path, const char *folder) {
    if (program_count == most) fail("too many programs");
    struct program *program = &programs[program_count++];
    int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0) fail(path);
    const char *image = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (image == MAP_FAILED) fail(path);
    close(file);
    const Elf64_Ehdr *header = (const Elf64_Ehdr *)image;
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(image + header->e_shoff);
    program->name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
    char output[4096];
    snprintf(output, sizeof output, "%s/%s", folder, program->name);
    program->output = fopen(output, "we");
    if (!program->output) fail(output);
    for (int index = 0; index < header->e_shnum; index++) {
        if (sections[index].sh_type != SHT_SYMTAB) continue;
        const Elf64_Sym *symbols = (const Elf64_Sym *)(image + sections[index].sh_offset);
        const char *names = image + sections[sections[index].sh_link].sh_offset;
        size_t count = sections[index].sh_size / sizeof *symbols;
        program->functions = calloc(count, sizeof *program->functions);
        if (!program->functions) fail(path);
        for (size_t at = 0; at < count; at++) {
            const Elf64_Sym *symbol = &symbols[at];
            if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || symbol->st_size == 0 || symbol->st_shndx >= header->e_shnum)
                continue;
            const Elf64_Shdr *section = &sections[symbol->st_shndx];
            if (!(section->sh_flags & SHF_EXECINSTR)) continue;
            struct function *function = &program->functions[program->count++];
            function->address = symbol->st_value;
            function->name = names + symbol->st_name;
            function->byte = (unsigned char)image[section->sh_offset + (symbol->st_value - section->sh_addr)];
        }
    }
    qsort(program->functions, program->count, sizeof *program->functions, by_address);
    if (program->count == 0) fail("a program without symbols");
    program->begin = program->functions[0].address;
    program->end = program->functions[program->count - 1].address + 1;
}

static struct program *program_of(pid_t pid) {
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/%d/exe", pid);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return NULL;
    path[length] = '\0';
    const char *name = strrchr(path, '/');
    for (int index = 0; name && index < program_count; index++)
        if (strcmp(programs[index].name, name + 1) == 0) return &programs[index];
    return NULL;
}

static int open_memory(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/mem", pid);
    return open(path, O_RDWR | O_CLOEXEC);
}

static void plant(pid_t pid, const struct program *program) {
    size_t length = program->end - program->begin;
    unsigned char *text = malloc(length);
    int memory = open_memory(pid);
    if (!text || memory < 0 || pread(memory, text, length, (off_t)program->begin) != (ssize_t)length) fail("memory");
    for (size_t index = 0; index < program->count; index++)
        text[program->functions[index].address - program->begin] = breakpoint;
    if (pwrite(memory, text, length, (off_t)program->begin) != (ssize_t)length) fail("memory");
    close(memory);
    free(text);
}

// Whether the stop was at a breakpoint; the process goes on behind it then.
static int hit(pid_t pid) {
    struct program *program = program_of(pid);
    struct user_regs_struct registers;
    if (!program || ptrace(PTRACE_GETREGS, pid, NULL, &registers) != 0) return 0;
    struct function key = {.address = registers.rip - 1};
    struct function *found =
        bsearch(&key, program->functions, program->count, sizeof key, by_address);
    if (!found) return 0;
    // The first of those at the same address.
    while (found > program->functions && found[-1].address == found->address) found--;
    if (!found->is_found) {
        found->is_found = 1;
        fprintf(program->output, "%s\n", found->name);
    }
    int memory = open_memory(pid);
    if (memory < 0 || pwrite(memory, &found->byte, 1, (off_t)found->address) != 1) return 0;
    close(memory);
    registers.rip--;
    return ptrace(PTRACE_SETREGS, pid, NULL, &registers) == 0;
}

int main(int argc, char **argv) {
    struct stat status_of;
    int folder = 1;
    while (folder < argc && !(stat(argv[folder], &status_of) == 0 && S_ISDIR(status_of.st_mode))) folder++;
    if (folder < 2 || folder + 1 >= argc) {
        fprintf(stderr, "usage: trace-functions PROGRAM... FOLDER COMMAND [ARGUMENT...]\n");
        return 2;
    }
    for (int index = 1; index < folder; index++) load(argv[index], argv[folder]);
    char **words = argv + folder + 1;
    pid_t command = fork();
    if (command == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        raise(SIGSTOP);
        execvp(words[0], words);
        fail(words[0]);
    }
    int status, result = 2;
    long options = PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC;
    if (command < 0 || waitpid(command, &status, 0) != command) fail("fork");
    if (ptrace(PTRACE_SETOPTIONS, command, NULL, options) != 0) fail("ptrace");
    ptrace(PTRACE_CONT, command, NULL, NULL);
    for (;;) {
        pid_t pid = waitpid(-1, &status, __WALL);
        if (pid < 0 && errno == ECHILD) break;
        if (pid < 0) fail("waitpid");
        if (pid == command && WIFEXITED(status)) result = WEXITSTATUS(status);
        if (!WIFSTOPPED(status)) continue;
        int signal = WSTOPSIG(status), event = status >> 16;
        if (event == PTRACE_EVENT_EXEC) {
            struct program *program = program_of(pid);
            if (program) plant(pid, program);
        }
        // What a new process or thread stops with, and the events, are the tracing's own.
        int is_own = event != 0 || signal == SIGSTOP || (signal == SIGTRAP && hit(pid));
        ptrace(PTRACE_CONT, pid, NULL, (long)(is_own ? 0 : signal));
    }
    return result;
}
