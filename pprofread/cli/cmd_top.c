/* pprofread top: the heaviest functions, lines or addresses. */
#include "cli.h"

int cli_run_top(int argc, char **argv) {
    static const cli_report report = {
        .command = "top",
        .about = "Prints the heaviest functions of a profile, in the layout of pprof -top.",
        .print = pprof_print_top,
    };
    return cli_run_report(&report, argc, argv);
}
