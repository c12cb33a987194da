/* What text_parse.c hands to text_assemble.c: the lines of a weights text as lists, names as numbers of a pool, calls
 * not yet resolved. Private to the library. */
#ifndef PPROF_TEXT_H
#define PPROF_TEXT_H

#include "base/list.h"
#include "weights/weigh.h"

/* What a function is known by; numbers are of the pool. */
typedef struct pprof_text_identity {
    uint32_t linkage, source, file;
    int32_t start;
} pprof_text_identity;

typedef struct pprof_text_function {
    pprof_text_identity identity;
    bool lines_are_absolute, linkage_is_certain;
    bool has_inclusive, has_leaf;
    uint64_t inclusive, leaf;
    uint32_t body;        /* into the bodies */
    uint32_t line_number; /* 0: no line of its own, but a call of it */
} pprof_text_function;

typedef struct pprof_text_body {
    uint32_t parent, depth; /* a parent comes before its calls; a root has depth 0 and no parent */
    pprof_text_identity callee;
    bool callee_is_exact; /* false: the callee's linkage name alone was given */
    pprof_place place;
    uint64_t inclusive, leaf;
    uint32_t line_number;
} pprof_text_body;

typedef struct pprof_text_self {
    uint32_t body;
    uint32_t line_number;
    pprof_self self;
} pprof_text_self;

typedef struct pprof_text_lists {
    const char *path; /* for messages */
    pprof_string_pool pool;
    pprof_list functions, bodies, selves; /* of the three structs above */
    bool has_total, has_sample_count;
} pprof_text_lists;

static inline pprof_text_function *pprof_text_functions(const pprof_text_lists *lists) {
    return lists->functions.items;
}
static inline pprof_text_body *pprof_text_bodies(const pprof_text_lists *lists) {
    return lists->bodies.items;
}
static inline pprof_text_self *pprof_text_selves(const pprof_text_lists *lists) {
    return lists->selves.items;
}

/* text_assemble.c. [weights] has the totals that the text gives; the rest is filled in. */
bool pprof_assemble_weights(pprof_text_lists *lists, pprof_arena *arena, pprof_weights *weights, pprof_status *status);

#endif
