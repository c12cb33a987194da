/* pprofread tree: the heaviest functions with their callers and callees. */
#include "cli.h"

int cli_run_tree(int argc, char **argv) {
    static const cli_report report = {
        .command = "tree",
        .about = "Prints the heaviest functions of a profile with their callers and callees, in the layout of\n"
                 "pprof -tree; 80 of them unless --nodecount says otherwise.",
        .print = pprof_print_tree,
    };
    return cli_run_report(&report, argc, argv);
}
