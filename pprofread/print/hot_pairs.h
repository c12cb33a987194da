/* Which edges of a report's graph stand for hot calls. Private to the library. */
#ifndef PPROFREAD_HOT_PAIRS_H
#define PPROFREAD_HOT_PAIRS_H

#include "print/print.h"

/* A call by what a report shows of it. */
typedef struct pprof_hot_pair {
    pprof_string caller, callee;
    int64_t line; /* of the call; 0 where lines are not told apart */
} pprof_hot_pair;

/* Sorted; equal ones stand together. */
typedef struct pprof_hot_pairs {
    uint32_t pair_count;
    pprof_hot_pair *pairs;
    bool tells_lines;
    uint32_t hot_count, edge_count; /* of the Weights' edges */
    double percent;
} pprof_hot_pairs;

/* The edges that pass options->hot_fraction of the weight, as pprof_find_hot_edges finds them in the profile's Weights.
 * Refuses reports that tell files or instructions apart, since calls have functions and lines only. */
bool pprof_find_hot_pairs(const pprof_profile *profile, const pprof_report_options *options, pprof_arena *arena,
                          pprof_hot_pairs *hot, pprof_status *status);

bool pprof_is_hot_pair(const pprof_hot_pairs *hot, const pprof_frame *caller, const pprof_frame *callee);

/* "Red: 57 of 245 calls, with 99% of the weight", and a newline. */
void pprof_print_hot_summary(const pprof_hot_pairs *hot, FILE *out);

#endif
