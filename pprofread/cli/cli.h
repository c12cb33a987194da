/* The pprofread command: what its files share. main.c has the table of commands; each cmd_*.c is one command, options.c
 * reads their options from a table that is also their help. */
#ifndef PPROFREAD_CLI_H
#define PPROFREAD_CLI_H

#include "pprofread.h"

/* Exit statuses: 0 done, 1 the input or the output is at fault, 2 the command line is. */
enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_MISUSED = 2 };

typedef struct cli_command {
    const char *name, *summary;
    int (*run)(int argc, char **argv); /* argv[0] is the command's name; gives the exit status */
} cli_command;

int cli_run_import(int argc, char **argv);
int cli_run_check(int argc, char **argv);
int cli_run_top(int argc, char **argv);
int cli_run_raw(int argc, char **argv);
int cli_run_weights(int argc, char **argv);

/* ---- options.c ------------------------------------------------------------------------------------------------ */

/* One dash or two, words joined by '-' or '_': as pprof's users write them. */
typedef struct cli_option {
    const char *name;
    char letter;       /* a short form, or 0 */
    const char *value; /* what --help calls the argument */
    const char *help;
    /* What it sets; one of: */
    bool *flag;  /* -name, or -name=false */
    int *choice; /* -name sets it to .chosen */
    int chosen;
    const char **text; /* the argument itself */
    int *count;        /* not negative */
    double *fraction;  /* from 0 to 1 */
    uint64_t *size;    /* bytes, with K, M or G for powers of 1024 */
} cli_option;

/* What all commands that read a profile have. */
#define CLI_SIZE_LIMIT_OPTION(limit)                                                                                   \
    {.name = "size-limit",                                                                                             \
     .value = "BYTES",                                                                                                 \
     .help = "refuse a profile larger than this when decompressed (default 1G)",                                       \
     .size = (limit)}

typedef struct cli_syntax {
    const char *command;
    const char *about;         /* the help's paragraph */
    const cli_option *options; /* ends with a nameless one */
} cli_syntax;

/* Reads options and the one operand, FILE. When it gives false the command ends with *exit_status: --help was asked
 * for and given, or the command line was wrong and that has been said. */
bool cli_parse(const cli_syntax *syntax, int argc, char **argv, const char **file, int *exit_status);

/* ---- output.c ------------------------------------------------------------------------------------------------- */

/* Says what failed and gives the exit status for it. */
int cli_report_failure(const pprof_status *status);

/* Flushes standard output and gives the exit status: a full disk is a failure. */
int cli_finish_output(void);

/* Reads and decodes a pprof profile; any other format is refused with its remedy. */
bool cli_read_profile(const char *path, uint64_t size_limit, pprof_arena *arena, pprof_profile *profile,
                      pprof_status *status);

/* ---- progress.c ----------------------------------------------------------------------------------------------- */

typedef struct cli_progress cli_progress;

/* After two seconds, and only when standard error is a terminal: "symbolizing … 3 s" until it is stopped. NULL is
 * allowed: no progress is shown. */
cli_progress *cli_start_progress(const char *what);
void cli_stop_progress(cli_progress *progress);

#endif
