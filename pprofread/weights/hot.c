/* Takes the Weights; gives their call edges, heaviest first, and how many of them are hot: those that carry the given
 * share of all edges' weight, and the one with which the share is passed, as in Go.
 *
 * An edge is (caller, place, callee), in the flat view: the calls of the functions' own bodies. Its weight is the leaf
 * weight, samples in the callee itself. That measures what inlining can gain: samples further down are other edges'
 * weight, and the inclusive weight of main's call of run would be everything, once. Inclusive weight decides between
 * edges of one leaf weight. Cannot know: how often a call is made, only the time spent behind it. */
#include "weights/weigh.h"

#include <stdlib.h>

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* Heaviest first, then by names: functions are in the order of theirs. No two edges are equal. */
int pprof_compare_edges(const void *a, const void *b) {
    const pprof_hot_edge *x = a, *y = b;
    if (x->leaf != y->leaf) return COMPARE(y->leaf, x->leaf);
    if (x->inclusive != y->inclusive) return COMPARE(y->inclusive, x->inclusive);
    if (x->caller != y->caller) return COMPARE(x->caller, y->caller);
    if (x->callee != y->callee) return COMPARE(x->callee, y->callee);
    if (x->place.offset != y->place.offset) return COMPARE(x->place.offset, y->place.offset);
    return COMPARE(x->place.column, y->place.column);
}

uint64_t pprof_get_hot_sum(uint64_t total, double cdf_threshold) {
    double passed = (double)total * cdf_threshold / 100;
    return passed >= 0x1p64 ? UINT64_MAX : (uint64_t)passed + 1;
}

/* The fewest edges that weigh [wanted]. */
static uint32_t count_hot(const pprof_hot_edges *hot, uint64_t wanted) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < hot->edge_count; i++) {
        if (hot->edges[i].leaf == 0) return i; /* the rest is never hot, whatever the threshold */
        sum = pprof_add_weights(sum, hot->edges[i].leaf);
        if (sum >= wanted) return i + 1;
    }
    return hot->edge_count;
}

bool pprof_find_hot_edges(const pprof_weights *weights, double cdf_threshold, pprof_arena *arena, pprof_hot_edges *hot,
                          pprof_status *status) {
    *hot = (pprof_hot_edges){0};
    size_t count = 0;
    for (uint32_t caller = 0; caller < weights->function_count; caller++) count += weights->bodies[caller].call_count;
    hot->edges = pprof_allocate(arena, count, sizeof *hot->edges, status);
    if (hot->edges == NULL) return false;
    for (uint32_t caller = 0; caller < weights->function_count; caller++) {
        const pprof_body *root = &weights->bodies[caller];
        for (uint32_t i = root->first_call; i < root->first_call + root->call_count; i++) {
            const pprof_body *call = &weights->bodies[i];
            hot->edges[hot->edge_count++] =
                (pprof_hot_edge){caller, call->function, i, call->place, call->leaf, call->inclusive};
            hot->total = pprof_add_weights(hot->total, call->leaf);
        }
    }
    qsort(hot->edges, hot->edge_count, sizeof *hot->edges, pprof_compare_edges);
    hot->hot_count = count_hot(hot, pprof_get_hot_sum(hot->total, cdf_threshold));
    hot->threshold = hot->hot_count == 0 ? 0 : hot->edges[hot->hot_count - 1].leaf;
    return true;
}
