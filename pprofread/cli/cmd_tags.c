/* pprofread tags: what the samples under every label add up to. */
#include "cli.h"

int cli_run_tags(int argc, char **argv) {
    static const cli_report report = {
        .command = "tags",
        .about = "Prints what the samples under every label add up to, in the layout of pprof -tags.",
        .print = pprof_print_tags,
    };
    return cli_run_report(&report, argc, argv);
}
