/* pprofread peek: some functions with all their callers and callees. */
#include "cli.h"

int cli_run_peek(int argc, char **argv) {
    static const cli_report report = {
        .command = "peek",
        .about = "Prints the functions that match REGEX with all their callers and callees, in the layout of\n"
                 "pprof -peek. Nothing is trimmed.",
        .operands = CLI_SYMBOLS_AND_FILE,
        .print = pprof_print_peek,
    };
    return cli_run_report(&report, argc, argv);
}
