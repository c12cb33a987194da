/* pprofread dot: the call graph, for Graphviz. */
#include "cli.h"

static void add_options(cli_report_settings *settings, cli_option *end) {
    *end = (cli_option){.name = "hot",
                        .fraction = &settings->report.hot_fraction,
                        .value = "F",
                        .help = "hot calls red: those with this share of the weight (0.99: what the plugin calls hot)"};
}

int cli_run_dot(int argc, char **argv) {
    static const cli_report report = {
        .command = "dot",
        .about =
            "Writes the call graph in the layout of pprof -dot, for Graphviz: pprofread dot x | dot -Tsvg > x.svg.\n"
            "By itself it draws 80 functions at most.",
        .add_options = add_options,
        .print = pprof_print_dot,
    };
    return cli_run_report(&report, argc, argv);
}
