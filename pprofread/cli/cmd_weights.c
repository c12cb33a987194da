/* pprofread weights: what the compiler plugin learns from a profile, in the text form that it can also read. */
#include "cli.h"

int cli_run_weights(int argc, char **argv) {
    uint64_t size_limit = 0;
    int context_depth = 0;
    pprof_weights_options weighing = {0};
    const cli_option options[] = {
        CLI_SAMPLE_TYPE_OPTION(&weighing.sample_type),
        {.name = "context-depth", .count = &context_depth, .value = "N", .help = "follow calls this deep (default 10)"},
        CLI_SIZE_LIMIT_OPTION(&size_limit),
        {0},
    };
    const cli_syntax syntax = {
        "weights",
        "Prints each function's samples by line, column and call, in the text form that\n"
        "-pgo-profile= accepts beside pprof files and indexes. FILE may be in any of these forms.",
        options};
    const char *file;
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, &file, &exit_status)) return exit_status;
    weighing.context_depth = (uint32_t)context_depth;

    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_weights weights;
    bool done = pprof_load_weights(file, size_limit, &weighing, &arena, &weights, &status) &&
                pprof_print_weights(&weights, stdout, &status);
    exit_status = done ? cli_finish_output() : cli_report_failure(&status);
    pprof_arena_free(&arena);
    return exit_status;
}
