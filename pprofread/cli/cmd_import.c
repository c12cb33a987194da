/* pprofread import: what a profiler recorded ─▶ a symbolized pprof, ready to be committed as default.pgo. */
#include "cli.h"

#include <signal.h>

int cli_run_import(int argc, char **argv) {
    cli_import import = {.output = "default.pgo"};
    int symbolizing = CLI_SYMBOLIZE_MISSING;
    const cli_option options[] = {
        CLI_OUTPUT_OPTION(&import.output),
        {.name = "binary",
         .text = &import.symbolize.binary,
         .value = "EXE",
         .help = "the program, if it has moved since the recording"},
        CLI_SYMBOLIZER_OPTION(&import.symbolize),
        CLI_SYMBOLIZER_TIMEOUT_OPTION(&import.symbolize),
        {.name = "force",
         .choice = &symbolizing,
         .chosen = CLI_SYMBOLIZE_ALL,
         .help = "find lines anew even where the profile has them"},
        CLI_SIZE_LIMIT_OPTION(&import.size_limit),
        {0},
    };
    const cli_syntax syntax = {
        "import",
        "Makes a symbolized pprof profile from perf.data, a gperftools CPU profile or a pprof\n"
        "profile of bare addresses. The programs that ran must be there, with debug information.",
        options};
    const char *file;
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, &file, &exit_status)) return exit_status;

    (void)signal(SIGPIPE, SIG_IGN); /* a symbolizer that dies is an error message, not our death */
    import.symbolizing = (cli_symbolizing)symbolizing;
    pprof_profile profile = {0};
    bool done = cli_read_recording(&import, file, &profile) && cli_write_recording(&import, &profile);
    exit_status = done ? CLI_DONE : cli_report_failure(&import.status);
    pprof_arena_free(&import.arena);
    return exit_status;
}
