/* What the commands that write reports have in common: `suite` and `ab` run a suite and write all of them, `compare`
 * writes one. */
#ifndef GATE_SUITE_REPORTS_H
#define GATE_SUITE_REPORTS_H

#include "gate_cli.h"
#include "suite/suite.h"

typedef struct cli_suite_reports {
    const char *json, *markdown, *junit, *page; /* files; "-": standard output; NULL: not wanted */
    const char *earlier;
} cli_suite_reports;

#define CLI_SUITE_REPORT_OPTIONS(reports)                                                                              \
    {.name = "json", .text = &(reports)->json, .value = "FILE", .help = "write everything there, with every round"},   \
        {.name = "markdown", .text = &(reports)->markdown, .value = "FILE", .help = "for a pull request"},             \
        {.name = "junit", .text = &(reports)->junit, .value = "FILE", .help = "JUnit XML, a test case per benchmark"}, \
        {.name = "html", .text = &(reports)->page, .value = "FILE", .help = "one page with a plot of every round"},    \
        {.name = "baseline-json",                                                                                      \
         .text = &(reports)->earlier,                                                                                  \
         .value = "FILE",                                                                                              \
         .help = "what an earlier run's --json wrote: show what has changed since"}

/* Whether the files can be written, and the earlier one read: before hours of measuring, not after. */
bool cli_check_suite_reports(const cli_syntax *syntax, const cli_suite_reports *reports);

/* Prints the report into a file; NULL: it is not wanted. */
bool cli_write_report(const char *path, void (*print)(const gate_report *report, FILE *out), const gate_report *report,
                      pprof_status *status);

/* Runs the suite, prints it, writes the reports; gives the exit status. */
int cli_run_and_report_suite(const gate_suite *suite, const cli_suite_reports *reports, pprof_arena *arena);

#endif
