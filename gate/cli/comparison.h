/* What `pgo-gate compare` and `pgo-gate ab` have in common: the options of one comparison. */
#ifndef GATE_CLI_COMPARISON_H
#define GATE_CLI_COMPARISON_H

#include "gate_cli.h"

typedef struct cli_comparison {
    gate_commands commands;
    gate_rules rules;
    const char *metric;
    double min_gain, max_regression; /* negative: not asked for */
    double budget;                   /* 0: not given */
    int rounds, layouts, warmup, seed;
    bool same_output;
} cli_comparison;

cli_comparison cli_default_comparison(void);

#define CLI_COMPARISON_OPTIONS(comparison)                                                                             \
    {.name = "min-gain",                                                                                               \
     .percent = &(comparison)->min_gain,                                                                               \
     .value = "P",                                                                                                     \
     .help = "pass only if this much less, as 2%"},                                                                    \
        {.name = "max-regression",                                                                                     \
         .percent = &(comparison)->max_regression,                                                                     \
         .value = "P",                                                                                                 \
         .help = "fail if this much more"},                                                                            \
        {.name = "metric",                                                                                             \
         .text = &(comparison)->metric,                                                                                \
         .value = "NAME",                                                                                              \
         .help = "what decides: cpu (default: user + system), user, system, wall,\n"                                   \
                 "                               max-rss, instructions, cycles"},                                      \
        {.name = "callgrind",                                                                                          \
         .flag = &(comparison)->commands.counts_instructions,                                                          \
         .help = "count instructions under valgrind instead: the same every time"},                                    \
        {.name = "budget",                                                                                             \
         .seconds = &(comparison)->budget,                                                                             \
         .value = "TIME",                                                                                              \
         .help = "measure at most so long (default 5m)"},                                                              \
        {.name = "rounds",                                                                                             \
         .count = &(comparison)->rounds,                                                                               \
         .value = "N",                                                                                                 \
         .help = "and at most so many rounds; two are the least"},                                                     \
        {.name = "precision",                                                                                          \
         .percent = &(comparison)->rules.precision,                                                                    \
         .value = "P",                                                                                                 \
         .help = "without thresholds: until the interval is this narrow (default 1%)"},                                \
        {.name = "confidence",                                                                                         \
         .percent = &(comparison)->rules.confidence,                                                                   \
         .value = "P",                                                                                                 \
         .help = "of the interval (default 95%)"},                                                                     \
        {.name = "layouts",                                                                                            \
         .count = &(comparison)->layouts,                                                                              \
         .value = "N",                                                                                                 \
         .help = "binaries per side; {layout} in CMD is 1 to N"},                                                      \
        {.name = "relink",                                                                                             \
         .text = &(comparison)->commands.relink,                                                                       \
         .value = "CMD",                                                                                               \
         .help = "makes one layout's binary, from {side} and {layout}"},                                               \
        {.name = "pin",                                                                                                \
         .count = &(comparison)->commands.processor,                                                                   \
         .value = "CPU",                                                                                               \
         .help = "run everything on this processor"},                                                                  \
        {.name = "prepare",                                                                                            \
         .text = &(comparison)->commands.prepare,                                                                      \
         .value = "CMD",                                                                                               \
         .help = "before each run, not measured"},                                                                     \
        {.name = "cleanup",                                                                                            \
         .text = &(comparison)->commands.cleanup,                                                                      \
         .value = "CMD",                                                                                               \
         .help = "after each run, not measured"},                                                                      \
        {.name = "warmup",                                                                                             \
         .count = &(comparison)->warmup,                                                                               \
         .value = "N",                                                                                                 \
         .help = "rounds that do not count (default 1)"},                                                              \
        {.name = "timeout",                                                                                            \
         .seconds = &(comparison)->commands.timeout,                                                                   \
         .value = "TIME",                                                                                              \
         .help = "of one command (default 10m)"},                                                                      \
        {.name = "same-output",                                                                                        \
         .flag = &(comparison)->same_output,                                                                           \
         .help = "standard output must always be the same (default true)"},                                            \
        {.name = "seed", .count = &(comparison)->seed, .value = "N", .help = "of the bootstrap (default 1)"}

/* Brings [commands] and [rules] in line with the other options; their commands must be set. */
bool cli_check_comparison(const cli_syntax *syntax, cli_comparison *comparison);

/* Whether any of the options was given another value than by default, the budget aside. */
bool cli_changes_comparison(const cli_comparison *comparison);

#endif
