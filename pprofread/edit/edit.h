/* What the changes of a profile share: expressions that name what is meant, and the pruning of frames that the profile
 * itself asks for. Private to the library. */
#ifndef PPROFREAD_EDIT_H
#define PPROFREAD_EDIT_H

#include "base/buffer.h"
#include "base/list.h"
#include "pprofread.h"

#include <regex.h>

/* ---- pattern.c: regular expressions --------------------------------------------------------------------------- */

typedef struct pprof_pattern {
    regex_t regex;
    bool is_set; /* false: no pattern was given */
} pprof_pattern;

/* Compiles the user's [text] (NULL or "": no pattern); [name] is the option, for the message. */
bool pprof_compile_pattern(pprof_pattern *pattern, const char *name, const char *text, pprof_status *status);

/* Compiles a pattern that came with a profile as its [name], to match whole names. One that the engine does not
 * understand as RE2 does is no pattern; one that is made to exhaust it is refused. */
bool pprof_compile_foreign_pattern(pprof_pattern *pattern, const char *name, pprof_string text, pprof_arena *arena,
                                   pprof_status *status);

/* Whether any part of [string] matches. False when no pattern is set. */
bool pprof_match_pattern(const pprof_pattern *pattern, pprof_string string);

void pprof_free_pattern(pprof_pattern *pattern);

/* ---- scale.c: values as whole numbers --------------------------------------------------------------------------- */

/* The nearest value, halves away from zero, saturating; 0 for what is no number. */
int64_t pprof_round_value(double value);

/* value · factor, rounded so. */
int64_t pprof_weigh_value(int64_t value, double factor);

/* ---- respell.c: mangled names ---------------------------------------------------------------------------------- */

/* Whether [name] looks like an Itanium C++ linkage name that a demangler may be given. */
bool pprof_is_mangled_cxx(pprof_string name);

/* [mangled], whose pprof_simplify_name is [shown], changed so that it becomes [wanted]; [respelled] is NULL where that
 * cannot be done. False: memory is out. */
bool pprof_respell_linkage(pprof_string mangled, const char *shown, const char *wanted, pprof_arena *arena,
                           const char **respelled, pprof_status *status);

/* ---- new_strings.c: a profile's strings and more ------------------------------------------------------------------
 */

typedef struct pprof_new_strings {
    pprof_buffer data;
    pprof_list offsets;
} pprof_new_strings;

bool pprof_begin_new_strings(pprof_new_strings *strings, const pprof_profile *profile, pprof_status *status);

/* The index of a new string; 0 with [status] set when memory is out. */
uint32_t pprof_add_new_string(pprof_new_strings *strings, pprof_string string, pprof_status *status);

/* Makes them the strings of [profile], which had the old ones. */
bool pprof_keep_new_strings(pprof_new_strings *strings, pprof_arena *arena, pprof_profile *profile,
                            pprof_status *status);

/* After a failure, or when they are kept. */
void pprof_free_new_strings(pprof_new_strings *strings);

/* ---- prune.c: frames that the profiler itself put on the stacks -------------------------------------------------- */

/* "ns::(anonymous namespace)::f(int)" ─▶ "ns::(anonymous namespace)::f": what patterns of frames to drop are about. */
pprof_string pprof_cut_parameters(pprof_string name);

/* [input] without the frames that its drop_frames names and keep_frames does not, nor anything that they called. */
bool pprof_prune_frames(const pprof_profile *input, pprof_arena *arena, pprof_profile *output, pprof_status *status);

#endif
