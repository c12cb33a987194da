/* Takes the command line; runs the command that it names. */
#include "cli.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

static const cli_command commands[] = {
    {"import", "make a symbolized profile from perf.data, gperftools or bare addresses", cli_run_import},
    {"check", "say whether a profile is fit for profile-guided optimization", cli_run_check},
    {"top", "print the heaviest functions, lines or addresses, as pprof -top", cli_run_top},
    {"raw", "print everything in a profile, as pprof -raw", cli_run_raw},
    {"weights", "print what the compiler plugin learns from a profile", cli_run_weights},
};
enum { COMMAND_COUNT = sizeof commands / sizeof *commands };

static const cli_command *find_command(const char *name) {
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0) return &commands[i];
    return NULL;
}

static void print_help(FILE *out) {
    (void)fputs("usage: pprofread COMMAND [OPTIONS] FILE\n"
                "Reads, makes and checks pprof CPU profiles for profile-guided optimization.\n\n",
                out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        (void)fprintf(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    (void)fputs("\n'pprofread COMMAND --help' tells a command's options; FILE may be - for standard input.\n"
                "Exit status: 0 done, 1 failed (or, for check, not fit), 2 wrong usage.\n",
                out);
}

static bool is_any_of(const char *text, const char *a, const char *b, const char *c) {
    return strcmp(text, a) == 0 || strcmp(text, b) == 0 || strcmp(text, c) == 0;
}

int main(int argc, char **argv) {
    /* `pprofread raw x | head` ends quietly, even under a parent that ignores the signal. */
    (void)signal(SIGPIPE, SIG_DFL);
    if (argc < 2) {
        print_help(stderr);
        return CLI_MISUSED;
    }
    const char *name = argv[1];
    if (is_any_of(name, "--version", "-version", "version")) {
        (void)puts("pprofread " PPROFREAD_VERSION);
        return cli_finish_output();
    }
    if (is_any_of(name, "--help", "-help", "help") || strcmp(name, "-h") == 0) {
        const cli_command *command = argc > 2 ? find_command(argv[2]) : NULL;
        if (command != NULL) return command->run(2, (char *[]){argv[2], (char[]){"--help"}, NULL});
        print_help(stdout);
        return cli_finish_output();
    }
    const cli_command *command = find_command(name);
    if (command == NULL) {
        (void)fprintf(stderr, "pprofread: there is no command '%s'; 'pprofread --help' lists them\n", name);
        return CLI_MISUSED;
    }
    return command->run(argc - 1, argv + 1);
}
