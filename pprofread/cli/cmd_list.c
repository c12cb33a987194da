/* pprofread list: source lines with what they cost. */
#include "cli.h"

int cli_run_list(int argc, char **argv) {
    static const cli_report report = {
        .command = "list",
        .about =
            "Prints the source of the functions that match REGEX with the value of each line beside it, in the layout\n"
            "of pprof -list. Nothing is trimmed. --source-path and --trim-path say where the files are.",
        .operands = CLI_SYMBOLS_AND_FILE,
        .print = pprof_print_list,
    };
    return cli_run_report(&report, argc, argv);
}
