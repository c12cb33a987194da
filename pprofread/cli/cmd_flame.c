/* pprofread flame: where the time went, as a picture to walk in. */
#include "cli.h"

int cli_run_flame(int argc, char **argv) {
    static const cli_report report = {
        .command = "flame",
        .about =
            "Writes a flame graph as one HTML page, which any browser opens from disk: pprofread flame x > x.html.\n"
            "Callers stand above what they called, the width is the weight; with zoom, search and keys.\n"
            "By itself it shows frames of 0.0002 of all and more, at most 10000, and says what it left out.",
        .print = pprof_print_flame,
    };
    return cli_run_report(&report, argc, argv);
}
