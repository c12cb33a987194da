/* The stages between a Profile and its Weights, in their order; private to the library. weights.c runs them.
 *
 *   samples.c           values ─▶ one weight per sample; which locations were sampled
 *   function_names.c    profile functions ─▶ linkage name, source name, file of each
 *   trust.c             are the start lines real?
 *   identify.c          profile functions ─▶ the sorted functions of the Weights
 *   places.c            profile lines ─▶ frames
 *   stack_order.c       samples ─▶ stacks, those with a common beginning neighbours, each but its difference
 *   context_tree.c      stacks ─▶ one tree of their frames
 *   bodies.c selves.c   tree ─▶ the bodies: each function with the contexts under it
 */
#ifndef PPROF_WEIGH_H
#define PPROF_WEIGH_H

#include "base/index_table.h"
#include "base/saturate.h"
#include "pprofread.h"

/* Contexts may be asked for this deep at most, and weights text may be nested no deeper. */
#define PPROF_CONTEXT_LIMIT 64

/* Strings as numbers: equal bytes, equal number. The bytes are borrowed. */
typedef struct pprof_string_pool {
    pprof_string *strings;
    uint32_t count, capacity;
    pprof_index_table table;
    uint32_t *ranks; /* after pprof_rank_strings: place of each in byte order */
} pprof_string_pool;

/* string_pool.c. The number of [string], PPROF_NONE with [status] set when memory is out. */
uint32_t pprof_intern_string(pprof_string_pool *pool, pprof_string string, pprof_status *status);
/* The same of one that is there already, else PPROF_NONE. */
uint32_t pprof_find_string(const pprof_string_pool *pool, pprof_string string);
bool pprof_rank_strings(pprof_string_pool *pool, pprof_status *status);
void pprof_free_string_pool(pprof_string_pool *pool);

/* What a profile function is called; numbers are of the pool. */
typedef struct pprof_function_name {
    uint32_t linkage, source, file;
    bool is_named, linkage_is_certain;
} pprof_function_name;

/* A place of a function: one line of code on a stack. */
typedef struct pprof_frame {
    uint32_t function; /* into the Weights' functions */
    pprof_place place;
} pprof_frame;

/* A stack as what it does not share with the one before. context_tree.c makes nodes of locations. */
typedef struct pprof_stack {
    uint32_t shared; /* how many of the outermost locations, then nodes, it shares */
    uint32_t end;    /* the location, then the node, after its own; they begin where those of the stack before end */
    uint64_t before; /* weight of all stacks before this one */
} pprof_stack;

/* Every stack once, in an order in which those with a common beginning are neighbours, and one more at the end. */
typedef struct pprof_stacks {
    uint32_t count;
    pprof_stack *stacks;
    uint32_t *locations; /* not shared ones, outermost first, by class: a number from 1 on, equal where frames are */
    uint32_t class_count;
    uint32_t *first_frame; /* of each class, and one more: into frames */
    uint32_t *frames;      /* outermost first; frame_count stands for a frame without a function name */
} pprof_stacks;

/* The stacks' frames merged into one tree. A node is below the one before it; the first of a stack is below as many
 * nodes of the stack before as it shares. */
typedef struct pprof_context_tree {
    uint32_t node_count, greatest_depth;
    uint32_t *frames; /* of each node; bodies.c writes over it */
    uint32_t *ends;   /* of each node: the first stack after it that it is not in */
} pprof_context_tree;

/* One computation: what each stage leaves for the later ones. */
typedef struct pprof_weighing {
    const pprof_profile *profile;
    const char *path;
    pprof_arena *arena;      /* of the Weights */
    pprof_arena scratch;     /* what is about the Profile's tables: lives as long */
    pprof_arena order_room;  /* until the stacks are in order */
    pprof_arena stack_room;  /* until the stacks are a tree */
    pprof_arena bodies_room; /* until there are bodies */
    pprof_weights *weights;
    pprof_status *status;
    uint32_t context_depth;
    /* samples.c */
    uint32_t sample_type;
    unsigned shift; /* weights are kept in units of 2^shift, so that their sum fits 64 bits; 0 but for absurd values */
    uint64_t *location_weights; /* of each location: weight of the samples it is in, saturating; 0: never sampled,
                                 or the kernel's */
    /* function_names.c */
    pprof_string_pool pool;
    pprof_function_name *names; /* of each profile function */
    /* trust.c */
    bool start_lines_are_trusted;
    /* identify.c */
    uint32_t *functions; /* of each profile function: index into the Weights' functions, PPROF_NONE: not sampled */
    /* places.c */
    uint32_t frame_count;
    pprof_frame *frames;  /* sorted by function, then place */
    uint32_t *line_frame; /* of each profile line: its frame; frame_count: no name; unset where never sampled */
    /* stack_order.c */
    uint32_t *classes; /* of each location on a stack: a number from 1 on, equal where the frames are equal */
    pprof_stacks stacks;
    /* context_tree.c */
    pprof_context_tree tree;
} pprof_weighing;

/* function_names.c. Whether it is mangled, by Itanium C++, Rust or Microsoft C++; and whether a linker could have it as
 * it stands, mangled or C's: no parameters, scopes or template arguments. */
bool pprof_is_mangled_name(pprof_string name);
bool pprof_is_plain_name(pprof_string name);

/* weights.c. As pprof_compute_weights, but frees what [profile] lives in as soon as its locations and its stacks are
 * numbers: [samples] with these and [tables] with all else. NULL keeps them. */
bool pprof_weigh_profile(const pprof_profile *profile, pprof_arena *tables, pprof_arena *samples, const char *path,
                         const pprof_weights_options *options, pprof_arena *arena, pprof_weights *weights,
                         pprof_status *status);

bool pprof_measure_samples(pprof_weighing *weighing);
bool pprof_name_functions(pprof_weighing *weighing);
bool pprof_judge_start_lines(pprof_weighing *weighing);
bool pprof_identify_functions(pprof_weighing *weighing);
bool pprof_collect_frames(pprof_weighing *weighing);
bool pprof_classify_locations(pprof_weighing *weighing);
bool pprof_order_stacks(pprof_weighing *weighing);
bool pprof_build_context_tree(pprof_weighing *weighing);
bool pprof_grow_bodies(pprof_weighing *weighing);

/* clones.c: Unites the weights of walk, walk.part.0, walk.constprop.1 …: what comes from one place of the source is
 * one. Leaves [weights] as they are when there is nothing to unite; else it renumbers the functions. */
bool pprof_merge_clones(pprof_weights *weights, pprof_arena *arena, pprof_status *status);

/* hot.c: the order of edges by heat, the hottest first; and what the hot ones of all edges weigh at least. */
int pprof_compare_edges(const void *a, const void *b);
uint64_t pprof_get_hot_sum(uint64_t total, double cdf_threshold);

/* The weight of a sample in units of 2^shift; 0 for one that does not count. */
static inline uint64_t pprof_get_sample_weight(const pprof_weighing *weighing, uint32_t sample) {
    const pprof_profile *profile = weighing->profile;
    int64_t value = profile->values[(size_t)sample * profile->sample_type_count + weighing->sample_type];
    return value > 0 ? (uint64_t)value >> weighing->shift : 0;
}

/* Back to units of 1, saturating. */
static inline uint64_t pprof_scale_weight(uint64_t weight, unsigned shift) {
    return weight > UINT64_MAX >> shift ? UINT64_MAX : weight << shift;
}

/* A profile's line number, or 0 when there is none. Perforator keeps a discriminator in the bits from 32 on. */
static inline int32_t pprof_clean_line(int64_t line) {
    if (line > UINT32_MAX) line &= UINT32_MAX;
    return line > 0 && line <= INT32_MAX ? (int32_t)line : 0;
}

/* A start line; no producer hides anything in its upper bits. */
static inline int32_t pprof_clean_start_line(int64_t line) {
    return line > 0 && line <= INT32_MAX ? (int32_t)line : 0;
}

/* Orders places, frames' order within a function. */
static inline int pprof_compare_places(pprof_place a, pprof_place b) {
    if (a.offset != b.offset) return a.offset < b.offset ? -1 : 1;
    return (a.column > b.column) - (a.column < b.column);
}

#endif
