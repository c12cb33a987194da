/* Takes the Weights; gives their call edges, heaviest first, and how many of them are hot: those that carry the given
 * share of all edges' weight, and the one with which the share is passed, as in Go.
 *
 * An edge is (caller, place, callee), in the flat view: the calls of the functions' own bodies. Its weight is the leaf
 * weight, samples in the callee itself. That measures what inlining can gain: samples further down are other edges'
 * weight, and the inclusive weight of main's call of run would be everything, once. Inclusive weight decides between
 * edges of one leaf weight. Cannot know: how often a call is made, only the time spent behind it. */
#include "pprofread.h"

#include <stdlib.h>

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* Heaviest first, then by names: functions are in the order of theirs. No two edges are equal. */
static int compare_edges(const void *a, const void *b) {
    const pprof_hot_edge *x = a, *y = b;
    if (x->leaf != y->leaf) return COMPARE(y->leaf, x->leaf);
    if (x->inclusive != y->inclusive) return COMPARE(y->inclusive, x->inclusive);
    if (x->caller != y->caller) return COMPARE(x->caller, y->caller);
    if (x->callee != y->callee) return COMPARE(x->callee, y->callee);
    if (x->place.offset != y->place.offset) return COMPARE(x->place.offset, y->place.offset);
    return COMPARE(x->place.column, y->place.column);
}

static pprof_hot_edge make_edge(uint32_t caller, const pprof_body *call) {
    return (pprof_hot_edge){caller, call->function, call->place, call->leaf, call->inclusive};
}

/* The number of edges with which the running sum passes [cdf_threshold] percent of [total]. */
static uint32_t count_hot(const pprof_hot_edges *hot, double cdf_threshold) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < hot->edge_count; i++) {
        if (hot->edges[i].leaf == 0) return i; /* the rest is never hot, whatever the threshold */
        sum += hot->edges[i].leaf;
        if ((double)sum * 100 > cdf_threshold * (double)hot->total) return i + 1;
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
            hot->edges[hot->edge_count++] = make_edge(caller, call);
            hot->total = call->leaf > UINT64_MAX - hot->total ? UINT64_MAX : hot->total + call->leaf;
        }
    }
    qsort(hot->edges, hot->edge_count, sizeof *hot->edges, compare_edges);
    hot->hot_count = count_hot(hot, cdf_threshold);
    hot->threshold = hot->hot_count == 0 ? 0 : hot->edges[hot->hot_count - 1].leaf;
    return true;
}

/* The call at [place] of [callee] in [caller]'s own body, NULL if there is none: its calls are sorted so. */
static const pprof_body *find_call(const pprof_weights *weights, uint32_t caller, pprof_place place, uint32_t callee) {
    const pprof_body *root = &weights->bodies[caller];
    uint32_t first = root->first_call, end = root->first_call + root->call_count;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        const pprof_body *call = &weights->bodies[middle];
        int order = COMPARE(call->place.offset, place.offset);
        if (order == 0) order = COMPARE(call->place.column, place.column);
        if (order == 0) order = COMPARE(call->function, callee);
        if (order == 0) return call;
        if (order < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return NULL;
}

bool pprof_is_hot_edge(const pprof_hot_edges *hot, const pprof_weights *weights, uint32_t caller, pprof_place place,
                       uint32_t callee) {
    if (hot->hot_count == 0) return false;
    const pprof_body *call = find_call(weights, caller, place, callee);
    if (call == NULL) return false;
    pprof_hot_edge edge = make_edge(caller, call);
    return compare_edges(&edge, &hot->edges[hot->hot_count - 1]) <= 0;
}
