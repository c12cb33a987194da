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
        {"cum", CLI_CHOICE, &by_cumulative, NULL, "sort by cumulative value", 1, 0},
        {"flat", CLI_CHOICE, &by_cumulative, NULL, "sort by the function's own value (default)", 0, 0},
        {"functions", CLI_CHOICE, &granularity, NULL, "one row per function (default)", PPROF_BY_FUNCTIONS, 0},
        {"filefunctions", CLI_CHOICE, &granularity, NULL, "… per function and file", PPROF_BY_FILEFUNCTIONS, 0},
        {"files", CLI_CHOICE, &granularity, NULL, "… per source file", PPROF_BY_FILES, 0},
        {"lines", CLI_CHOICE, &granularity, NULL, "… per source line", PPROF_BY_LINES, 0},
        {"columns", CLI_CHOICE, &granularity, NULL, "… per source line and column", PPROF_BY_COLUMNS, 0},
        {"addresses", CLI_CHOICE, &granularity, NULL, "… per instruction", PPROF_BY_ADDRESSES, 0},
        {"noinlines", CLI_FLAG, &report.without_inlines, NULL, "count inlined calls for the function they are in", 0,
         0},
        {"sample-index", CLI_TEXT, &report.sample_type, "TYPE", "the value to show, by name or number", 0, 0},
        {"focus", CLI_TEXT, &report.focus, "REGEX", "only samples with a matching frame", 0, 0},
        {"ignore", CLI_TEXT, &report.ignore, "REGEX", "no samples with a matching frame", 0, 0},
        {"nodecount", CLI_COUNT, &report.node_count, "N", "at most so many rows (0: all)", 0, 0},
        {"nodefraction", CLI_FRACTION, &report.node_fraction, "F", "drop rows below this share (default 0.005)", 0, 0},
        {"edgefraction", CLI_FRACTION, &report.edge_fraction, "F", "drop calls below this share (default 0.001)", 0, 0},
        {"trim", CLI_FLAG, &trim, NULL, "--trim=false drops nothing", 0, 0},
        {"unit", CLI_TEXT, &report.unit, "UNIT", "write values in this unit (s, ms, MB, …)", 0, 0},
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
