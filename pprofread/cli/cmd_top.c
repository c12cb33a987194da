/* pprofread top: the heaviest functions, lines or addresses, with pprof's options under pprof's names. */
#include "cli.h"

/* -trim=false: every row and every call, as in pprof. */
static void settle_trimming(pprof_report_options *report, bool trim) {
    if (trim) return;
    report->node_count = 0;
    report->node_fraction = 0;
    report->edge_fraction = 0;
}

int cli_run_top(int argc, char **argv) {
    uint64_t size_limit = 0;
    bool trim = true;
    int granularity = PPROF_BY_FUNCTIONS, by_cumulative = 0;
    pprof_report_options report = {.node_count = -1, .node_fraction = -1, .edge_fraction = -1};
    const cli_option options[] = {
        {.name = "cum", .choice = &by_cumulative, .chosen = 1, .help = "sort by cumulative value"},
        {.name = "flat", .choice = &by_cumulative, .chosen = 0, .help = "sort by the function's own value (default)"},
        {.name = "functions",
         .choice = &granularity,
         .chosen = PPROF_BY_FUNCTIONS,
         .help = "one row per function (default)"},
        {.name = "filefunctions",
         .choice = &granularity,
         .chosen = PPROF_BY_FILEFUNCTIONS,
         .help = "… per function and file"},
        {.name = "files", .choice = &granularity, .chosen = PPROF_BY_FILES, .help = "… per source file"},
        {.name = "lines", .choice = &granularity, .chosen = PPROF_BY_LINES, .help = "… per source line"},
        {.name = "columns", .choice = &granularity, .chosen = PPROF_BY_COLUMNS, .help = "… per source line and column"},
        {.name = "addresses", .choice = &granularity, .chosen = PPROF_BY_ADDRESSES, .help = "… per instruction"},
        {.name = "noinlines",
         .flag = &report.without_inlines,
         .help = "count inlined calls for the function they are in"},
        {.name = "sample-index",
         .text = &report.sample_type,
         .value = "TYPE",
         .help = "the value to show, by name or number"},
        {.name = "focus", .text = &report.focus, .value = "REGEX", .help = "only samples with a matching frame"},
        {.name = "ignore", .text = &report.ignore, .value = "REGEX", .help = "no samples with a matching frame"},
        {.name = "nodecount", .count = &report.node_count, .value = "N", .help = "at most so many rows (0: all)"},
        {.name = "nodefraction",
         .fraction = &report.node_fraction,
         .value = "F",
         .help = "drop rows below this share (default 0.005)"},
        {.name = "edgefraction",
         .fraction = &report.edge_fraction,
         .value = "F",
         .help = "drop calls below this share (default 0.001)"},
        {.name = "trim", .flag = &trim, .help = "--trim=false drops nothing"},
        {.name = "unit", .text = &report.unit, .value = "UNIT", .help = "write values in this unit (s, ms, MB, …)"},
        CLI_SIZE_LIMIT_OPTION(&size_limit),
        {0},
    };
    const cli_syntax syntax = {"top", "Prints the heaviest functions of a profile, in the layout of pprof -top.",
                               options};
    const char *file;
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, &file, &exit_status)) return exit_status;
    settle_trimming(&report, trim);
    report.granularity = (pprof_granularity)granularity;
    report.cumulative = by_cumulative == 1;

    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile profile;
    bool done = cli_read_profile(file, size_limit, &arena, &profile, &status) &&
                pprof_print_top(&profile, &report, stdout, &arena, &status);
    exit_status = done ? cli_finish_output() : cli_report_failure(&status);
    pprof_arena_free(&arena);
    return exit_status;
}
