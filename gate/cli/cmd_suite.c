/* pgo-gate suite: several benchmarks, one budget, one verdict. */
#include "suite_reports.h"

#include <string.h>

int cli_run_suite(int argc, char **argv) {
    cli_suite_reports reports = {0};
    double budget = 0;
    const cli_option options[] = {
        {.name = "budget", .seconds = &budget, .value = "TIME", .help = "instead of the file's (default 5m)"},
        CLI_SUITE_REPORT_OPTIONS(&reports),
        {0},
    };
    const cli_syntax syntax = {
        "suite",
        "Runs the benchmarks of a JSON file (gate/suite/README.md tells its keys), each as `pgo-gate compare` does.\n"
        "They share one budget: who is decided leaves the rest of it to the others.\n"
        "Exit status: 1 if any of them fails, or the mean; else 4 if one could not be compared, else 3 if one is\n"
        "inconclusive, else 0. Wrong usage, or a wrong file, is 2. A report file \"-\" is standard output.",
        options};
    const char *file;
    int exit_status;
    if (!cli_parse(&syntax, argc, argv, &file, &exit_status)) return exit_status;
    pprof_arena arena = {0};
    pprof_status status = {0};
    gate_suite suite;
    exit_status = CLI_MISUSED;
    if (!gate_read_suite(file, &arena, &suite, &status)) {
        (void)cli_report_failure(&status);
    } else if (cli_check_suite_reports(&syntax, &reports)) {
        if (budget > 0) gate_set_budget(&suite, budget);
        exit_status = cli_run_and_report_suite(&suite, &reports, &arena);
    }
    pprof_arena_free(&arena);
    return exit_status;
}
