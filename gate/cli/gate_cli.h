/* The pgo-gate command: what its files share. */
#ifndef GATE_CLI_H
#define GATE_CLI_H

#include "cli/support.h"
#include "gate.h"

int cli_run_compare(int argc, char **argv);
int cli_run_selftest(int argc, char **argv);
int cli_run_profile(int argc, char **argv);
int cli_run_report(int argc, char **argv);
int cli_run_suite(int argc, char **argv);
int cli_run_ab(int argc, char **argv);

/* gate_read_build with progress on a terminal. */
bool cli_read_build(const char *const *paths, uint32_t path_count, pprof_arena *arena, gate_build *build,
                    pprof_status *status);

/* Whether a report can be written there ("-" and NULL are fine): asked before hours of measuring, not after. */
bool cli_can_write(const cli_syntax *syntax, const char *path);

/* On a terminal, after two seconds: rounds, time, ratio. A source's show_progress. */
void cli_show_rounds(void *context, const gate_progress *progress);
/* Ends that line. */
void cli_finish_rounds(void);

#endif
