/* pprofread raw: all of a profile as text. */
#include "cli.h"

int cli_run_raw(int argc, char **argv) {
    uint64_t size_limit = 0;
    const cli_option options[] = {CLI_SIZE_LIMIT_OPTION(&size_limit), {0}};
    const cli_syntax syntax = {"raw", "Prints everything in a profile, in the layout of pprof -raw.", options};
    const char *file;
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, &file, &exit_status)) return exit_status;

    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile profile;
    bool done = cli_read_profile(file, size_limit, &arena, &profile, &status) &&
                pprof_print_raw(&profile, stdout, &arena, &status);
    exit_status = done ? cli_finish_output() : cli_report_failure(&status);
    pprof_arena_free(&arena);
    return exit_status;
}
