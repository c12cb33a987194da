/* What `pgo-gate ab` does before it can compare: commands with a log file each, and the tools that they need. */
#ifndef GATE_CLI_STEPS_H
#define GATE_CLI_STEPS_H

#include "gate_cli.h"

enum { CLI_STEP_ARGUMENTS = 12 };

typedef struct cli_step {
    const char *name;                              /* for people; and its log file's */
    const char *arguments[CLI_STEP_ARGUMENTS + 1]; /* ends with NULL; no shell sees them */
    const char *folder;                            /* where it is run */
    const char *log;                               /* takes both its streams */
    double timeout;
} cli_step;

/* Runs it with a line on standard error at its end; where it fails, the last lines of its log. */
bool cli_run_step(const cli_step *step, pprof_status *status);

/* Finds a tool that comes with pgo-gate: beside it, as installed; at [place_in_build] in the build folder, where
 * pgo-gate is in gate/; else in PATH. In the arena. */
const char *cli_find_tool(const char *name, const char *place_in_build, pprof_arena *arena, pprof_status *status);

#endif
