/* The pprofread command: what its files share. main.c has the table of commands; each cmd_*.c is one command. */
#ifndef PPROFREAD_CLI_H
#define PPROFREAD_CLI_H

#include "cli/support.h"

int cli_run_import(int argc, char **argv);
int cli_run_record(int argc, char **argv);
int cli_run_fetch(int argc, char **argv);
int cli_run_merge(int argc, char **argv);
int cli_run_rename(int argc, char **argv);
int cli_run_check(int argc, char **argv);
int cli_run_top(int argc, char **argv);
int cli_run_tree(int argc, char **argv);
int cli_run_peek(int argc, char **argv);
int cli_run_diff(int argc, char **argv);
int cli_run_traces(int argc, char **argv);
int cli_run_tags(int argc, char **argv);
int cli_run_list(int argc, char **argv);
int cli_run_dot(int argc, char **argv);
int cli_run_flame(int argc, char **argv);
int cli_run_raw(int argc, char **argv);
int cli_run_weights(int argc, char **argv);
int cli_run_index(int argc, char **argv);

/* What all commands that read a profile have. */
#define CLI_SIZE_LIMIT_OPTION(limit)                                                                                   \
    {.name = "size-limit",                                                                                             \
     .value = "BYTES",                                                                                                 \
     .help = "refuse a profile larger than this when decompressed (default 1G)",                                       \
     .size = (limit)}

/* What all commands that weigh one have. */
#define CLI_SAMPLE_TYPE_OPTION(type)                                                                                   \
    {.name = "sample-type", .text = (type), .value = "TYPE", .help = "the value that counts, by name or number"}

/* ---- report_options.c ------------------------------------------------------------------------------------------- */

typedef struct cli_report_settings {
    pprof_report_options report;
    const char *base, *diff_base; /* files to subtract */
    uint64_t size_limit;
    bool trim, normalize;
    int order, granularity;
} cli_report_settings;

enum { CLI_ADDED_OPTION_COUNT = 2 };

typedef enum cli_operands { CLI_FILE = 0, CLI_SYMBOLS_AND_FILE, CLI_BASE_AND_FILE } cli_operands;

/* A command that is one report. */
typedef struct cli_report {
    const char *command, *about;
    cli_operands operands;
    /* Options of its own, CLI_ADDED_OPTION_COUNT at most, put behind the others; NULL: none. */
    void (*add_options)(cli_report_settings *settings, cli_option *end);
    pprof_print_report *print;
} cli_report;

int cli_run_report(const cli_report *report, int argc, char **argv);

/* ---- read_profile.c ------------------------------------------------------------------------------------------- */

/* Reads and decodes a pprof profile; any other format is refused with its remedy. */
bool cli_read_profile(const char *path, uint64_t size_limit, pprof_arena *arena, pprof_profile *profile,
                      pprof_status *status);

/* Writes it as gzipped protobuf; gives its size in bytes. */
bool cli_write_profile(const char *path, const pprof_profile *profile, pprof_arena *arena, size_t *size,
                       pprof_status *status);

/* ---- importing.c ---------------------------------------------------------------------------------------------- */

typedef enum cli_symbolizing {
    CLI_SYMBOLIZE_MISSING = 0, /* if some address has no line */
    CLI_SYMBOLIZE_ALL,
    CLI_SYMBOLIZE_NOTHING,
} cli_symbolizing;

typedef struct cli_import {
    const char *output;
    uint64_t size_limit;
    cli_symbolizing symbolizing;
    pprof_symbolize_options symbolize;
    pprof_arena arena;
    pprof_status status;
} cli_import;

/* What all commands that symbolize have. */
#define CLI_OUTPUT_OPTION(output)                                                                                      \
    {.name = "output",                                                                                                 \
     .letter = 'o',                                                                                                    \
     .text = (output),                                                                                                 \
     .value = "OUT",                                                                                                   \
     .help = "write here (default default.pgo; - for standard output)"}
#define CLI_SYMBOLIZER_OPTION(symbolize)                                                                               \
    {.name = "symbolizer", .text = &(symbolize)->symbolizer, .value = "PATH", .help = "the llvm-symbolizer to use"}
#define CLI_SYMBOLIZER_TIMEOUT_OPTION(symbolize)                                                                       \
    {.name = "symbolizer-timeout",                                                                                     \
     .count = &(symbolize)->silence_limit,                                                                             \
     .value = "SECONDS",                                                                                               \
     .help = "kill it when it is silent for so long (default 600)"}

/* A recording of any kind, in a file ─▶ the profile in it. */
bool cli_read_recording(cli_import *import, const char *file, pprof_profile *profile);
/* The same of what has been read already: a pprof or gperftools. */
bool cli_decode_recording(cli_import *import, const pprof_source *source, pprof_profile *profile);
/* Symbolizes the profile, writes it to import->output, and says what was written and what it lacks for PGO. */
bool cli_write_recording(cli_import *import, pprof_profile *profile);

#endif
