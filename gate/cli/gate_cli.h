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

/* ---- text_file.c ---- */

/* "-" */
bool cli_is_output(const char *path);

/* Whether a report can be written there ("-" and NULL are fine): asked before hours of measuring, not after. */
bool cli_can_write(const cli_syntax *syntax, const char *path);

/* A file in the making. */
typedef struct cli_text {
    const char *path; /* "-": standard output */
    char *bytes;
    size_t size; /* known when it is closed */
    FILE *out;
} cli_text;

/* Gives the FILE to print to, or NULL. */
FILE *cli_open_text(cli_text *text, const char *path, pprof_status *status);
/* Writes the file if [is_wanted], and frees the memory. */
bool cli_close_text(cli_text *text, bool is_wanted, pprof_status *status);

/* ---- progress_rounds.c ---- */

/* On a terminal, after two seconds: rounds, time, ratio. A source's show_progress. */
void cli_show_rounds(void *context, const gate_progress *progress);
/* Ends that line. */
void cli_finish_rounds(void);

#endif
