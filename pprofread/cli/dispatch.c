/* Takes the command line and the program's table of commands; runs the one that is named. */
#include "cli/support.h"

#include <string.h>

static const cli_command *find_command(const char *name) {
    for (const cli_command *command = cli_this_program.commands; command->name != NULL; command++)
        if (command->run != NULL && strcmp(command->name, name) == 0) return command;
    return NULL;
}

static void print_help(FILE *out) {
    (void)fprintf(out, "%s\n", cli_this_program.about);
    if (cli_this_program.commands->run != NULL) (void)fputc('\n', out);
    for (const cli_command *command = cli_this_program.commands; command->name != NULL; command++)
        if (command->run == NULL)
            (void)fprintf(out, "\n%s\n", command->name);
        else
            (void)fprintf(out, "  %-10s %s\n", command->name, command->summary);
    (void)fprintf(out, "\n%s\n", cli_this_program.closing);
}

static bool is_any_of(const char *text, const char *a, const char *b, const char *c) {
    return strcmp(text, a) == 0 || strcmp(text, b) == 0 || strcmp(text, c) == 0;
}

int cli_dispatch(int argc, char **argv) {
    if (argc < 2) {
        print_help(stderr);
        return CLI_MISUSED;
    }
    const char *name = argv[1];
    if (is_any_of(name, "--version", "-version", "version")) {
        (void)printf("%s %s\n", cli_this_program.name, cli_this_program.version);
        return cli_finish_output();
    }
    bool wants_help = is_any_of(name, "--help", "-help", "help") || strcmp(name, "-h") == 0;
    if (wants_help && argc == 2) {
        print_help(stdout);
        return cli_finish_output();
    }
    if (wants_help) name = argv[2];
    const cli_command *command = find_command(name);
    if (command == NULL) {
        (void)fprintf(stderr, "%s: there is no command '%s'; '%s --help' lists them\n", cli_this_program.name, name,
                      cli_this_program.name);
        return CLI_MISUSED;
    }
    return wants_help ? command->run(2, (char *[]){argv[2], (char[]){"--help"}, NULL})
                      : command->run(argc - 1, argv + 1);
}
