/* pprofread raw: all of a profile as text. */
#include "cli.h"

int cli_run_raw(int argc, char **argv) {
    static const cli_report report = {
        .command = "raw",
        .about =
            "Prints everything in a profile, in the layout of pprof -raw. Of the options, those that filter samples,\n"
            "frames and labels count, and those for a base.",
        .print = pprof_print_raw,
    };
    return cli_run_report(&report, argc, argv);
}
