/* An open index: what the plugin asks of a profile. Private to the project.
 *
 * An index holds the functions, bodies and selves of Weights under the same numbers, found by name, and what is to be
 * known of the profile as a whole. It is mapped, not read, and each piece is checked when it is first touched. When
 * something turns out to be damaged, the status that the index was opened with says so, and this and all later answers
 * are empty: whoever asks looks at the status in the end. */
#ifndef PPROF_LOOKUP_H
#define PPROF_LOOKUP_H

#include "pprofread.h"

typedef struct pprof_index {
    /* as in pprof_weights */
    uint32_t function_count, body_count, self_count;
    uint64_t total, sample_count, unnamed, without_line, context_minimum;
    const char *type, *unit;

    uint32_t edge_count;             /* calls of roots */
    uint32_t sampled_function_count; /* functions with samples of their own */
    bool has_uncertain_names;        /* some function's linkage_is_certain is false */
    struct pprof_index_file *file;   /* private */
} pprof_index;

/* Opens an index in memory, which must outlive it; [path] is a name for messages. */
bool pprof_open_index(const char *path, const void *data, size_t size, pprof_arena *arena, pprof_index *index,
                      pprof_status *status);

/* Opens the index at [path], or makes one in memory of a profile in another form. Refuses an index beside whose profile
 * something else lies now (told by size and both ends), and one that is not of the sample type in [options]. A mapped
 * file must not be cut short while it is open; pprof_write_file replaces files whole. */
bool pprof_load_index(const char *path, uint64_t size_limit, const pprof_weights_options *options, pprof_arena *arena,
                      pprof_index *index, pprof_status *status);

/* Reads and checks everything, and gives it as Weights. */
bool pprof_read_index(const pprof_index *index, pprof_arena *arena, pprof_weights *weights, pprof_status *status);

/* What the index was made from. */
pprof_origin pprof_get_origin(const pprof_index *index);

/* Whether that file, if it lies beside the index, is the same: by its size and its ends or, if [whole], by all of it.
 * False with the index's status set: it has changed. */
bool pprof_check_origin(const pprof_index *index, bool whole, bool *is_beside);

/* Element [number] of the Weights' functions, bodies, selves; it must be below the count. */
pprof_weight_function pprof_get_weight_function(const pprof_index *index, uint32_t number);
pprof_body pprof_get_body(const pprof_index *index, uint32_t number);
pprof_self pprof_get_self(const pprof_index *index, uint32_t number);

/* Edge [rank] of all, heaviest first. */
pprof_hot_edge pprof_get_edge(const pprof_index *index, uint32_t rank);

typedef enum pprof_key_kind {
    PPROF_KEY_NAME = 0, /* a linkage name without suffixes; for _ZL4walkv also walk, which C would call it */
    PPROF_KEY_FILE,
} pprof_key_kind;

/* Functions under one key, in ascending order; those of other keys may be among them, so the caller compares. */
typedef struct pprof_key_search {
    uint32_t hash, next, end;
} pprof_key_search;

pprof_key_search pprof_search_key(const pprof_index *index, pprof_key_kind kind, const char *text, size_t length);
uint32_t pprof_next_function(const pprof_index *index, pprof_key_search *search); /* PPROF_NONE: no more */

/* How the weight is spread over all functions (their own samples), edges (leaf weight), or places with samples. */
typedef enum pprof_curve { PPROF_CURVE_FUNCTIONS = 0, PPROF_CURVE_EDGES, PPROF_CURVE_PLACES } pprof_curve;
enum { PPROF_CURVE_COUNT = 3 };

/* The [count] heaviest items weigh [sum], the lightest of them [weight]. All 0: there is none. */
typedef struct pprof_curve_point {
    uint64_t weight, sum;
    uint32_t count;
} pprof_curve_point;

/* The fewest items that weigh at least [sum]; all, if they do not. Items without weight are never among them. */
pprof_curve_point pprof_find_sum(const pprof_index *index, pprof_curve curve, uint64_t sum);
/* The items that each weigh at least [weight]. */
pprof_curve_point pprof_find_weight(const pprof_index *index, pprof_curve curve, uint64_t weight);

/* The lightest of the edges that pprof_find_hot_edges calls hot, and their number. */
typedef struct pprof_hot_cut {
    uint32_t hot_count;
    pprof_hot_edge last;
} pprof_hot_cut;

pprof_hot_cut pprof_cut_hot_edges(const pprof_index *index, double cdf_threshold);
bool pprof_is_hot_edge(const pprof_hot_cut *cut, const pprof_hot_edge *edge);

#endif
