/* Takes a matched module; says how much of what the profile has on it was found, and when that is so little that
 * something must be wrong, what.
 *
 * Cannot know which program a profile is from: a file without a single known function is what most files of a program
 * look like. It warns only where the profile plainly speaks of this file and yet nothing fits.
 */
#include "plugin.h"

#include <string.h>

enum {
    SAMPLES_FOR_A_VERDICT = 20, /* fewer prove nothing */
    POOR_MATCH_PERMILLE = 250,  /* less matched than this is no longer explained by code without lines */
};

pgo_match_totals pgo_sum_matches(const pgo_run *run) {
    pgo_match_totals totals = {0};
    for (uint32_t i = 0; i < run->module.function_count; i++) {
        const pgo_function *function = &run->module.functions[i];
        if (function->state != PGO_TAKES_PART) continue;
        totals.function_count++;
        if (function->weight_function == PGO_NONE) continue;
        totals.known_count++;
        totals.self_samples = pprof_add_weights(totals.self_samples, function->self_samples);
        totals.line_zero_samples = pprof_add_weights(totals.line_zero_samples, function->line_zero_samples);
        totals.matched_samples = pprof_add_weights(totals.matched_samples, function->matched_samples);
    }
    return totals;
}

/* Without any debug location no function takes part, and only the symbols can tell what is lost. */
static const char *find_missing_locations(pgo_run *run) {
    uint32_t known_count = 0;
    uint64_t lost = 0;
    if (run->module.has_debug_locations) return NULL;
    for (uint32_t i = 0; i < run->module.function_count; i++) {
        const pgo_function *function = &run->module.functions[i];
        if (function->state != PGO_HAS_NO_SUBPROGRAM) continue;
        uint32_t known = pgo_find_symbol(run, function->name);
        if (known == PGO_NONE || pprof_get_body(&run->weights, known).inclusive == 0) continue;
        known_count++;
        lost = pprof_add_weights(lost, pprof_get_body(&run->weights, known).leaf);
    }
    if (known_count == 0) return NULL;
    return pprof_format_string(run->arena, run->status,
                               "%s: %s has no debug locations, so that %llu samples on %u of its functions match "
                               "nothing; compile with -g1",
                               run->profile_path, run->module.source_file,
                               (unsigned long long)pgo_get_samples(&run->weights, lost), known_count);
}

/* Every program has a main, and a profile knows in which file its own is. */
static const char *find_other_program(pgo_run *run) {
    const pgo_module *module = &run->module;
    for (uint32_t i = 0; i < module->function_count; i++) {
        const pgo_function *function = &module->functions[i];
        if (function->weight_function == PGO_NONE || function->context_count == 0) continue;
        if (strcmp(function->name, "main") != 0) continue;
        const char *profiled = pprof_get_weight_function(&run->weights, function->weight_function).file;
        const char *compiled = module->contexts[function->first_context].file;
        if (profiled[0] == '\0' || compiled[0] == '\0') return NULL;
        if (strcmp(pprof_get_last_component(profiled), pprof_get_last_component(compiled)) == 0) return NULL;
        return pprof_format_string(run->arena, run->status,
                                   "%s: the profile's main is in %s, this one in %s: it seems to be the profile of "
                                   "another program; record one of this program",
                                   run->profile_path, profiled, compiled);
    }
    return NULL;
}

static const char *find_missing_lines(pgo_run *run) {
    const pprof_index *weights = &run->weights;
    if (weights->sample_count < SAMPLES_FOR_A_VERDICT || pgo_sum_matches(run).known_count == 0) return NULL;
    uint64_t named = weights->total > weights->unnamed ? weights->total - weights->unnamed : 0;
    if (pgo_get_permille(weights->without_line, named) < 1000 - POOR_MATCH_PERMILLE) return NULL;
    return pprof_format_string(run->arena, run->status,
                               "%s: the profile has hardly any line numbers; symbolize it with `pprofread import "
                               "--binary PROGRAM`, the program having been built with -g, or with -g1 "
                               "-fdebug-info-for-profiling",
                               run->profile_path);
}

static bool most_lines_are_absolute(const pgo_run *run) {
    uint64_t absolute = 0, all = 0;
    for (uint32_t i = 0; i < run->module.function_count; i++) {
        const pgo_function *function = &run->module.functions[i];
        if (function->weight_function == PGO_NONE) continue;
        all = pprof_add_weights(all, function->self_samples);
        if (pprof_get_weight_function(&run->weights, function->weight_function).lines_are_absolute)
            absolute = pprof_add_weights(absolute, function->self_samples);
    }
    return absolute > all / 2;
}

/* Samples at line 0 are not held against the source: compiler-made code has no other. */
static const char *find_misplaced_samples(pgo_run *run) {
    pgo_match_totals totals = pgo_sum_matches(run);
    uint64_t samples = pgo_get_samples(&run->weights, totals.self_samples - totals.line_zero_samples);
    uint64_t matched = pgo_get_samples(&run->weights, totals.matched_samples);
    if (samples < SAMPLES_FOR_A_VERDICT || pgo_get_permille(matched, samples) >= POOR_MATCH_PERMILLE) return NULL;
    const char *reason = most_lines_are_absolute(run)
                             ? "the profile has no start lines, and its absolute lines are of another version of the "
                               "source; symbolize it anew with `pprofread import`, or record a new one"
                             : "the source has changed since the profile was recorded; record a new one";
    return pprof_format_string(
        run->arena, run->status, "%s: only %llu of %llu samples on the functions of %s are on a line with code: %s",
        run->profile_path, (unsigned long long)matched, (unsigned long long)samples, run->module.source_file, reason);
}

/* Without call chains branches are weighed, but no call is known to be hot. */
static const char *find_missing_callers(pgo_run *run) {
    if (run->weights.sample_count < SAMPLES_FOR_A_VERDICT || pgo_sum_matches(run).known_count == 0) return NULL;
    if (run->weights.edge_count != 0) return NULL;
    return pprof_format_string(run->arena, run->status,
                               "%s: every stack has a single frame, so that no call is known to be hot; record with "
                               "call chains (perf record -g, the program built with -fno-omit-frame-pointer)",
                               run->profile_path);
}

static const char *find_missing_symbols(pgo_run *run) {
    if (run->weights.unnamed < run->weights.total) return NULL;
    return pprof_format_string(run->arena, run->status,
                               "%s: the profile holds addresses and no function names; symbolize it with `pprofread "
                               "import --binary PROGRAM -o default.pgo %s`",
                               run->profile_path, run->profile_path);
}

const char *pgo_describe_poor_match(pgo_run *run) {
    /* The first that applies explains the others. */
    static const char *(*const questions[])(pgo_run *) = {
        find_missing_symbols, find_missing_locations, find_other_program,
        find_missing_lines,   find_misplaced_samples, find_missing_callers,
    };
    const char *message = NULL;
    for (size_t i = 0; i < sizeof questions / sizeof questions[0] && message == NULL; i++) message = questions[i](run);
    return message;
}
