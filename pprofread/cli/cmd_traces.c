/* pprofread traces: every sample with its labels and its stack. */
#include "cli.h"

int cli_run_traces(int argc, char **argv) {
    static const cli_report report = {
        .command = "traces",
        .about = "Prints every sample with its labels and its stack, in the layout of pprof -traces.",
        .print = pprof_print_traces,
    };
    return cli_run_report(&report, argc, argv);
}
