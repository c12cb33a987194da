/* The rules of pprofread rename, as the command line and map files write them. */
#ifndef PPROFREAD_RENAME_RULES_H
#define PPROFREAD_RENAME_RULES_H

#include "base/list.h"
#include "cli.h"

typedef struct rename_rules {
    pprof_list list; /* of pprof_rename_rule; the texts are the arena's */
    pprof_arena *arena;
    pprof_status *status;
} rename_rules;

/* Both give false with the status set where an input is at fault, else with the message said. */
bool cli_add_rename_rule(rename_rules *rules, const cli_syntax *syntax, const char *option, const char *pair,
                         bool is_pattern);
bool cli_read_rename_map(rename_rules *rules, const char *file);

#endif
