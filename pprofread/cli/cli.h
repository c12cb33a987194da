/* The pprofread command: what its files share. main.c has the table of commands; each cmd_*.c is one command. */
#ifndef PPROFREAD_CLI_H
#define PPROFREAD_CLI_H

#include "cli/support.h"

int cli_run_import(int argc, char **argv);
int cli_run_check(int argc, char **argv);
int cli_run_top(int argc, char **argv);
int cli_run_raw(int argc, char **argv);
int cli_run_weights(int argc, char **argv);

/* What all commands that read a profile have. */
#define CLI_SIZE_LIMIT_OPTION(limit)                                                                                   \
    {.name = "size-limit",                                                                                             \
     .value = "BYTES",                                                                                                 \
     .help = "refuse a profile larger than this when decompressed (default 1G)",                                       \
     .size = (limit)}

/* ---- read_profile.c ------------------------------------------------------------------------------------------- */

/* Reads and decodes a pprof profile; any other format is refused with its remedy. */
bool cli_read_profile(const char *path, uint64_t size_limit, pprof_arena *arena, pprof_profile *profile,
                      pprof_status *status);

#endif
