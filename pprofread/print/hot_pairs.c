/* Takes a Profile; gives the calls that the plugin would call hot, as pairs of the names that a report shows. Where a
 * report cannot tell two functions apart, one hot call between them makes their edge hot. */
#include "print/hot_pairs.h"

#include <stdlib.h>
#include <string.h>

static int compare_pairs(const void *left, const void *right) {
    const pprof_hot_pair *a = left, *b = right;
    int order = pprof_compare_strings(a->caller, b->caller);
    if (order == 0) order = pprof_compare_strings(a->callee, b->callee);
    return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

/* The line of a call, 0 if it is not known. */
static int64_t get_line(const pprof_weight_function *caller, pprof_place place) {
    if (place.offset == PPROF_NO_OFFSET) return 0;
    return caller->lines_are_absolute ? place.offset : (int64_t)caller->start_line + place.offset;
}

static pprof_string get_name(const pprof_weight_function *function) {
    return (pprof_string){function->source_name, strlen(function->source_name)};
}

bool pprof_find_hot_pairs(const pprof_profile *profile, const pprof_report_options *options, pprof_arena *arena,
                          pprof_hot_pairs *hot, pprof_status *status) {
    *hot = (pprof_hot_pairs){.tells_lines = options->granularity == PPROF_BY_LINES,
                             .percent = options->hot_fraction * 100};
    if (!hot->tells_lines && options->granularity != PPROF_BY_FUNCTIONS &&
        options->granularity != PPROF_BY_FILEFUNCTIONS)
        return pprof_fail(status, "hot calls are calls of functions; draw -functions, -filefunctions or -lines");
    pprof_weights weights;
    pprof_hot_edges edges;
    const pprof_weights_options weighing = {.sample_type = options->sample_type};
    if (!pprof_compute_weights(profile, "profile", &weighing, arena, &weights, status) ||
        !pprof_find_hot_edges(&weights, hot->percent, arena, &edges, status))
        return false;
    hot->hot_count = edges.hot_count;
    hot->edge_count = edges.edge_count;
    hot->pairs = pprof_allocate(arena, edges.hot_count, sizeof *hot->pairs, status);
    if (hot->pairs == NULL) return false;
    for (uint32_t e = 0; e < edges.hot_count; e++) {
        const pprof_weight_function *caller = &weights.functions[edges.edges[e].caller];
        int64_t line = hot->tells_lines ? get_line(caller, edges.edges[e].place) : 0;
        hot->pairs[e] = (pprof_hot_pair){get_name(caller), get_name(&weights.functions[edges.edges[e].callee]), line};
    }
    hot->pair_count = edges.hot_count;
    qsort(hot->pairs, hot->pair_count, sizeof *hot->pairs, compare_pairs);
    return true;
}

bool pprof_is_hot_pair(const pprof_hot_pairs *hot, const pprof_frame *caller, const pprof_frame *callee) {
    pprof_hot_pair key = {caller->name, callee->name, hot->tells_lines ? caller->line : 0};
    return bsearch(&key, hot->pairs, hot->pair_count, sizeof key, compare_pairs) != NULL;
}

void pprof_print_hot_summary(const pprof_hot_pairs *hot, FILE *out) {
    (void)fprintf(out, "Red: %u of %u calls, with %g%% of the weight\n", hot->hot_count, hot->edge_count, hot->percent);
}
