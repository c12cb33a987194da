/* What bodies.c and selves.c share: the bodies as they grow, level by level. Private to these two. */
#ifndef PPROF_GROWTH_H
#define PPROF_GROWTH_H

#include "base/list.h"
#include "weights/weigh.h"

#include <assert.h>

/* The nodes of one body; it stays the same class as long as one more call in front makes no difference among them. */
typedef struct class {
    uint32_t above; /* the class of their parents on the level before */
    uint32_t call;  /* which of the first level's bodies it is when all but its last call is left out */
    uint32_t body;  /* the newest one */
    uint32_t size;  /* nodes */
    uint64_t inclusive;
} class;

/* Nodes of a class whose parents are in one class, too; counted while a level is walked. */
typedef struct candidate {
    uint32_t above; /* the parents' class; on the first level their frame */
    uint32_t below; /* their class so far */
    uint32_t end;   /* the stack after all whose samples have been counted */
    uint32_t size;
    uint64_t inclusive;
} candidate;

/* A node whose samples end there. */
typedef struct leaf {
    uint64_t weight;
    uint32_t node, frame;
    uint32_t body; /* on the newest level, if it is one whose selves have to be counted; else PPROF_NONE */
} leaf;

/* A node on the way to its candidate. So many are looked up at once that they need not wait for the memory one by one.
 */
typedef struct step {
    uint32_t node, stack, above, below;
    uint64_t hash;
    uint32_t guess; /* the candidate, most likely */
} step;

enum { STEPS = 64 };

/* A body of the newest level. */
typedef struct newest {
    uint32_t class;
    uint32_t source; /* the body of the level before that has the same nodes, PPROF_NONE if there is none */
} newest;

/* How far a body of the newest level has its selves. */
typedef struct filling {
    uint32_t last_frame; /* PPROF_NONE before the first */
    uint32_t count;
} filling;

/* Weights are in units of 2^shift until the end. */
typedef struct growth {
    pprof_weighing *weighing;
    pprof_list bodies, selves;
    uint32_t first_deep; /* the first body below the functions' own calls */
    uint64_t cut;        /* of those, the ones that weigh no more than this are left out */

    uint32_t level;
    pprof_list classes;
    pprof_list levels;      /* of each class: the last level on which it had a body, one byte */
    uint32_t no_class;      /* of nodes without a name, or of what was too light */
    uint32_t first_new;     /* the first class that this level has made */
    uint32_t *node_classes; /* of each node; from first_tag on the candidates of the newest level */
    uint32_t first_tag;
    pprof_list renamed; /* of each of these candidates: the class that it has become */
    uint32_t *path;     /* of the nodes above: their classes on the level before, on the first level their frames */
    pprof_list candidates;
    pprof_index_table table; /* finds them */
    step steps[STEPS];
    uint32_t step_count;

    pprof_list newest;   /* parallel to the bodies of the newest level */
    pprof_list fillings; /* parallel to the bodies of the newest level */
    leaf *leaves;        /* in the order of their frames */
    uint32_t leaf_count;
    pprof_list pairs, spare; /* to be counted or sorted */
} growth;

static inline pprof_body *get_body(const growth *growth, uint32_t index) {
    assert(growth->bodies.items != NULL && index < growth->bodies.count);
    return (pprof_body *)growth->bodies.items + index;
}

static inline class *get_class(const growth *growth, uint32_t index) {
    assert(growth->classes.items != NULL && index < growth->classes.count);
    return (class *)growth->classes.items + index;
}

static inline candidate *get_candidate(const growth *growth, uint32_t index) {
    assert(growth->candidates.items != NULL && index < growth->candidates.count);
    return (candidate *)growth->candidates.items + index;
}

static inline uint8_t *get_level(const growth *growth, uint32_t class) {
    assert(growth->levels.items != NULL && class < growth->levels.count);
    return (uint8_t *)growth->levels.items + class;
}

/* selves.c. Lists the leaves in the order of their frames, and says how much of the total has no name or no line. */
bool pprof_list_leaves(growth *growth, pprof_arena *scratch);

/* Gives the bodies from [first] on, which are the newest level, their selves. */
bool pprof_add_selves(growth *growth, uint32_t first);

#endif
