// Says hello, then what it was given: each argument, each variable, and the file that HELLO_FILE names.
// hello.rs, hello.go and component/hello.c say the same, so one test serves them all.
#include <stdio.h>
#include <stdlib.h>

extern char **environ;

int main(int argc, char **argv) {
    puts("hello from C");
    for (int i = 0; i < argc; i++)
        printf("arg: %s\n", argv[i]);
    for (char **variable = environ; *variable; variable++)
        printf("env: %s\n", *variable);
    const char *path = getenv("HELLO_FILE");
    if (path) {
        FILE *file = fopen(path, "r");
        if (!file) {
            perror(path);
            return 1;
        }
        char line[4096];
        while (fgets(line, sizeof line, file))
            printf("file: %s", line);
        fclose(file);
    }
    return 0;
}
