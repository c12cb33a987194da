/* Takes names, trust and the sampled locations; gives the Weights' functions in their total order.
 *
 * Profile functions are one when linkage name, source name and start line agree. Files do not count: a body into which
 * other files were #included comes as several functions that differ in file alone; the file with most weight is kept.
 * Idle functions that have the name of none with samples come along without weight: the program has them
 * (import/inventory.c).
 * Cannot know: where start lines are missing, static functions of one name in two files look like such a body. */
#include "base/saturate.h"
#include "profile/idle_functions.h"
#include "weights/weigh.h"

#include <stdlib.h>

/* A profile function on its way to become, or to join, a function of the Weights. Names are ranks. */
typedef struct candidate {
    uint32_t linkage, source, file;
    int32_t start;
    uint64_t weight;
    uint32_t profile_function;
    uint32_t group; /* index of the first candidate that is the same function */
    bool is_certain;
} candidate;

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

static int compare_identity(const candidate *a, const candidate *b) {
    if (a->linkage != b->linkage) return COMPARE(a->linkage, b->linkage);
    if (a->source != b->source) return COMPARE(a->source, b->source);
    return COMPARE(a->start, b->start);
}

static int compare_candidates(const void *a, const void *b) {
    const candidate *x = a, *y = b;
    int order = compare_identity(x, y);
    if (order != 0) return order;
    if (x->file != y->file) return COMPARE(x->file, y->file);
    return COMPARE(x->profile_function, y->profile_function);
}

/* The order of functions in the Weights. */
static int compare_functions(const void *a, const void *b) {
    const candidate *x = a, *y = b;
    if (x->linkage != y->linkage) return COMPARE(x->linkage, y->linkage);
    if (x->source != y->source) return COMPARE(x->source, y->source);
    if (x->file != y->file) return COMPARE(x->file, y->file);
    return COMPARE(x->start, y->start);
}

/* The weight with which each profile function was sampled, 0 for the others and the unnamed. */
static uint64_t *weigh_functions(const pprof_weighing *weighing, pprof_arena *scratch) {
    const pprof_profile *profile = weighing->profile;
    uint64_t *weights = pprof_allocate(scratch, profile->function_count, sizeof *weights, weighing->status);
    for (uint32_t i = 0; weights != NULL && i < profile->location_count; i++) {
        const pprof_location *location = &profile->locations[i];
        if (weighing->location_weights[i] == 0) continue;
        for (uint32_t at = location->first_line; at < location->first_line + location->line_count; at++) {
            uint32_t function = profile->lines[at].function;
            if (weighing->names[function].is_named)
                weights[function] = pprof_add_weights(weights[function], weighing->location_weights[i]);
        }
    }
    return weights;
}

/* The linkage names, with and without the suffixes of clones, that sampled functions have: by number in the pool. */
static bool *mark_sampled_names(const pprof_weighing *weighing, const uint64_t *weights, pprof_arena *scratch) {
    bool *is_sampled = pprof_allocate(scratch, weighing->pool.count, sizeof *is_sampled, weighing->status);
    for (uint32_t i = 0; is_sampled != NULL && i < weighing->profile->function_count; i++) {
        if (weights[i] == 0) continue;
        uint32_t number = weighing->names[i].linkage;
        pprof_string name = weighing->pool.strings[number];
        is_sampled[number] = true;
        const char *text = pprof_copy_string(scratch, name.text, name.length, weighing->status);
        if (text == NULL) return NULL;
        name.length = pprof_strip_name_suffixes(text);
        number = pprof_find_string(&weighing->pool, name);
        if (number != PPROF_NONE) is_sampled[number] = true;
    }
    return is_sampled;
}

static candidate *list_candidates(pprof_weighing *weighing, pprof_arena *scratch, uint32_t *count) {
    const pprof_profile *profile = weighing->profile;
    const uint64_t *weights = weigh_functions(weighing, scratch);
    const bool *is_idle = pprof_find_idle_functions(profile, scratch, weighing->status);
    const bool *is_sampled = weights == NULL ? NULL : mark_sampled_names(weighing, weights, scratch);
    candidate *candidates = pprof_allocate(scratch, profile->function_count, sizeof *candidates, weighing->status);
    if (is_idle == NULL || is_sampled == NULL || candidates == NULL ||
        !pprof_rank_strings(&weighing->pool, weighing->status))
        return NULL;
    const uint32_t *ranks = weighing->pool.ranks;
    *count = 0;
    for (uint32_t i = 0; i < profile->function_count; i++) {
        const pprof_function_name *name = &weighing->names[i];
        bool comes_along = is_idle[i] && name->is_named && !is_sampled[name->linkage];
        if (weights[i] == 0 && !comes_along) continue;
        bool has_start = weighing->start_lines_are_trusted;
        candidates[(*count)++] = (candidate){
            .linkage = ranks[name->linkage],
            .source = ranks[name->source],
            .file = ranks[name->file],
            .start = has_start ? pprof_clean_start_line(profile->functions[i].start_line) : 0,
            .weight = weights[i],
            .profile_function = i,
            .is_certain = name->linkage_is_certain,
        };
    }
    return candidates;
}

/* Makes the candidates [first, end), which are one function, agree; the candidates are in order of their files. */
static void unite_candidates(candidate *candidates, uint32_t first, uint32_t end) {
    candidate united = candidates[first];
    uint64_t best_weight = 0;
    for (uint32_t i = first, next; i < end; i = next) {
        uint64_t weight = 0;
        for (next = i; next < end && candidates[next].file == candidates[i].file; next++) {
            weight = pprof_add_weights(weight, candidates[next].weight);
            united.is_certain &= candidates[next].is_certain;
        }
        if (weight > best_weight) {
            best_weight = weight;
            united.file = candidates[i].file;
        }
    }
    for (uint32_t i = first; i < end; i++) {
        candidates[i].file = united.file;
        candidates[i].is_certain = united.is_certain;
    }
}

/* A copy in the Weights' arena of the string with this rank; [texts] remembers those that were made. */
static const char *get_text(pprof_weighing *weighing, const uint32_t *strings_by_rank, const char **texts,
                            uint32_t rank) {
    if (texts[rank] == NULL) {
        pprof_string string = weighing->pool.strings[strings_by_rank[rank]];
        texts[rank] = pprof_copy_string(weighing->arena, string.text, string.length, weighing->status);
    }
    return texts[rank];
}

/* Fills weights->functions from the candidates in the order of functions, and points the profile's functions there. */
static bool write_functions(pprof_weighing *weighing, const candidate *candidates, uint32_t count,
                            pprof_arena *scratch) {
    pprof_status *status = weighing->status;
    pprof_weights *weights = weighing->weights;
    uint32_t strings = weighing->pool.count, functions = 0;
    for (uint32_t i = 0; i < count; i++)
        functions += i == 0 || compare_functions(&candidates[i - 1], &candidates[i]) != 0;
    uint32_t *by_rank = pprof_allocate(scratch, strings, sizeof *by_rank, status);
    const char **texts = (const char **)pprof_allocate(scratch, strings, sizeof *texts, status);
    weights->functions = pprof_allocate(weighing->arena, functions, sizeof *weights->functions, status);
    if (by_rank == NULL || texts == NULL || weights->functions == NULL) return false;
    for (uint32_t i = 0; i < strings; i++) by_rank[weighing->pool.ranks[i]] = i;

    for (uint32_t i = 0; i < count; i++) {
        const candidate *from = &candidates[i];
        bool is_new = i == 0 || compare_functions(from - 1, from) != 0;
        if (is_new)
            weights->functions[weights->function_count++] = (pprof_weight_function){
                .linkage_name = get_text(weighing, by_rank, texts, from->linkage),
                .source_name = get_text(weighing, by_rank, texts, from->source),
                .file = get_text(weighing, by_rank, texts, from->file),
                .start_line = from->start,
                .lines_are_absolute = from->start == 0,
                .linkage_is_certain = from->is_certain,
            };
        weighing->functions[from->profile_function] = weights->function_count - 1;
    }
    return !status->failed;
}

static bool identify(pprof_weighing *weighing, pprof_arena *scratch) {
    uint32_t count = 0;
    candidate *candidates = list_candidates(weighing, scratch, &count);
    uint32_t function_count = weighing->profile->function_count;
    weighing->functions =
        pprof_allocate(&weighing->scratch, function_count, sizeof *weighing->functions, weighing->status);
    if (candidates == NULL || weighing->functions == NULL) return false;
    for (uint32_t i = 0; i < function_count; i++) weighing->functions[i] = PPROF_NONE;

    qsort(candidates, count, sizeof *candidates, compare_candidates);
    for (uint32_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && compare_identity(&candidates[first], &candidates[end]) == 0;) end++;
        unite_candidates(candidates, first, end);
    }
    qsort(candidates, count, sizeof *candidates, compare_functions);
    return write_functions(weighing, candidates, count, scratch);
}

bool pprof_identify_functions(pprof_weighing *weighing) {
    pprof_arena scratch = {0};
    bool worked = identify(weighing, &scratch);
    pprof_arena_free(&scratch);
    pprof_free_string_pool(&weighing->pool); /* nobody asks for names any more */
    return worked;
}
