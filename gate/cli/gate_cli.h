/* The pgo-gate command: what its files share. */
#ifndef GATE_CLI_H
#define GATE_CLI_H

#include "cli/support.h"
#include "gate.h"

int cli_run_compare(int argc, char **argv);
int cli_run_selftest(int argc, char **argv);

/* On a terminal, after two seconds: rounds, time, ratio. A source's show_progress. */
void cli_show_rounds(void *context, const gate_progress *progress);
/* Ends that line. */
void cli_finish_rounds(void);

#endif
