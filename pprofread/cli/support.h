/* What a command of ours is made of, whichever program it belongs to: the table of commands, options read from a table
 * that is also their help, exit statuses, progress. */
#ifndef PPROFREAD_CLI_SUPPORT_H
#define PPROFREAD_CLI_SUPPORT_H

#include "pprofread.h"

/* Exit statuses: 0 done, 1 the input or the output is at fault, 2 the command line is. */
enum { CLI_DONE = 0, CLI_FAILED = 1, CLI_MISUSED = 2 };

/* ---- dispatch.c ----------------------------------------------------------------------------------------------- */

typedef struct cli_command {
    const char *name, *summary;
    /* argv[0] is the command's name; gives the exit status. NULL: no command, but a heading of the help's */
    int (*run)(int argc, char **argv);
} cli_command;

typedef struct cli_program {
    const char *name, *version;
    const char *about;           /* the help's first paragraph */
    const char *closing;         /* and its last one: operands, exit statuses */
    const cli_command *commands; /* ends with a nameless one */
} cli_program;

/* Defined by each program's main.c; messages begin with its name. */
extern const cli_program cli_this_program;

/* Runs the command that the command line names; gives the exit status. */
int cli_dispatch(int argc, char **argv);

/* ---- options.c ------------------------------------------------------------------------------------------------ */

/* The arguments of an option that may be given several times, in order. */
typedef struct cli_texts {
    const char **items; /* the command's, with room for argc of them */
    uint32_t count;
} cli_texts;

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
    cli_texts *texts;  /* the argument, after those of earlier uses */
    int *count;        /* not negative */
    double *fraction;  /* from 0 to 1 */
    double *percent;   /* "2%" or "2" sets 0.02; from 0 to below 100 */
    double *seconds;   /* "90", "500ms", "5m", "1h"; above 0 */
    uint64_t *size;    /* bytes, with K, M or G for powers of 1024 */
} cli_option;

typedef struct cli_syntax {
    const char *command;
    const char *about;         /* the help's paragraph */
    const cli_option *options; /* ends with a nameless one */
} cli_syntax;

/* Reads options and the one operand, FILE; none is taken where [file] is NULL. When it gives false the command ends
 * with *exit_status: --help was asked for and given, or the command line was wrong and that has been said. */
bool cli_parse(const cli_syntax *syntax, int argc, char **argv, const char **file, int *exit_status);

/* The same for several operands, one for each word of [names], as "REGEX FILE". */
bool cli_parse_operands(const cli_syntax *syntax, const char *names, int argc, char **argv, const char **operands,
                        int *exit_status);

/* The same for any number of operands, which are then the last [count] of argv. [names] is for the usage line; if it
 * begins with "[--]", options end at the first operand: it is a command line with options of its own. */
bool cli_parse_options(const cli_syntax *syntax, const char *names, int argc, char **argv, int *count,
                       int *exit_status);

/* Says on standard error what is wrong with the command line, and where help is; gives false. */
__attribute__((format(printf, 2, 3))) bool cli_misuse(const cli_syntax *syntax, const char *format, ...);

/* ---- output.c ------------------------------------------------------------------------------------------------- */

/* Says what failed and gives the exit status for it. */
int cli_report_failure(const pprof_status *status);

/* Flushes standard output and gives the exit status: a full disk is a failure. */
int cli_finish_output(void);

/* ---- progress.c ----------------------------------------------------------------------------------------------- */

typedef struct cli_progress cli_progress;

/* After two seconds, and only when standard error is a terminal: "symbolizing … 3 s" until it is stopped. NULL is
 * allowed: no progress is shown. */
cli_progress *cli_start_progress(const char *what);
/* "merging, 312 of 1000 … 3 s" from now on. */
void cli_advance_progress(cli_progress *progress, size_t done, size_t total);
void cli_stop_progress(cli_progress *progress);

#endif
