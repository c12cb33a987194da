/* What the changes of a profile share: expressions that name what is meant, and the pruning of frames that the profile
 * itself asks for. Private to the library. */
#ifndef PPROFREAD_EDIT_H
#define PPROFREAD_EDIT_H

#include "pprofread.h"

#include <regex.h>

/* ---- pattern.c: regular expressions --------------------------------------------------------------------------- */

typedef struct pprof_pattern {
    regex_t regex;
    bool is_set; /* false: no pattern was given */
} pprof_pattern;

/* Compiles the user's [text] (NULL or "": no pattern); [name] is the option, for the message. */
bool pprof_compile_pattern(pprof_pattern *pattern, const char *name, const char *text, pprof_status *status);

/* Compiles a pattern that came with a profile, to match whole names. A pattern that is not valid, or looks as if it was
 * made to exhaust the regular expression engine, is no pattern. */
bool pprof_compile_foreign_pattern(pprof_pattern *pattern, pprof_string text, pprof_arena *arena, pprof_status *status);

/* Whether any part of [string] matches. False when no pattern is set. */
bool pprof_match_pattern(const pprof_pattern *pattern, pprof_string string);

void pprof_free_pattern(pprof_pattern *pattern);

/* ---- scale.c: values as whole numbers --------------------------------------------------------------------------- */

/* The nearest value, halves away from zero, saturating; 0 for what is no number. */
int64_t pprof_round_value(double value);

/* value · factor, rounded so. */
int64_t pprof_weigh_value(int64_t value, double factor);

/* ---- prune.c: frames that the profiler itself put on the stacks -------------------------------------------------- */

/* "ns::(anonymous namespace)::f(int)" ─▶ "ns::(anonymous namespace)::f": what patterns of frames to drop are about. */
pprof_string pprof_cut_parameters(pprof_string name);

/* [input] without the frames that its drop_frames names and keep_frames does not, nor anything that they called. */
bool pprof_prune_frames(const pprof_profile *input, pprof_arena *arena, pprof_profile *output, pprof_status *status);

#endif
