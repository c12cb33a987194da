/* pprofread diff: what has changed from one profile to another. */
#include "cli.h"

int cli_run_diff(int argc, char **argv) {
    static const cli_report report = {
        .command = "diff",
        .about = "Prints what FILE has more (and, negative, less) than BASE, heaviest change first, in the layout of\n"
                 "pprof -top -diff_base=BASE: shares are of BASE's total. For recordings of unequal length, give "
                 "--normalize.",
        .operands = CLI_BASE_AND_FILE,
        .print = pprof_print_top,
    };
    return cli_run_report(&report, argc, argv);
}
