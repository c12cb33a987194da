/* Takes Weights; gives them back with the clones of one function united: walk, walk.part.0 and walk.constprop.1 come
 * from one piece of source, and the module that is compiled now has only walk; so do the symbols of a C++ constructor.
 *
 * Functions are clones of one when their names agree without suffixes, and their start lines and files agree too:
 *
 *   function walk start 10            ─▶  function walk start 10
 *     self 2 7                              self 2 7
 *     call 3 walk.part.0 5 5                call 3 walk 5 5
 *       self 4 5                              self 4 5
 *   function walk.part.0 start 10           self 4 5
 *     self 4 5
 *
 * Cannot know how often a sample has several clones of one function in its stack: what passed directly from one to
 * another is not counted twice, the rest is. */
#include "weights/weigh.h"

#include <stdlib.h>
#include <string.h>

/* The old functions in the order of what makes clones equal. */
typedef struct clone_key {
    const pprof_weight_function *function;
    const char *name;   /* one for all symbols of a constructor */
    size_t name_length; /* without suffixes */
    uint32_t index;
} clone_key;

/* An old body on its way into the new body of the same place and callee. */
typedef struct body_source {
    pprof_place place;
    uint32_t function; /* new */
    uint32_t body;     /* old */
} body_source;

typedef struct clone_merger {
    const pprof_weights *old;
    pprof_weights merged;
    uint32_t *new_function; /* parallel to the old functions */
    body_source *sources;   /* the old bodies, those of one new body side by side */
    uint32_t *first_source; /* of each new body; one more at the end */
    pprof_arena *arena, *scratch;
    pprof_status *status;
} clone_merger;

/* ---- which functions are one ------------------------------------------------------------------------------------- */

static int compare_clones(const clone_key *a, const clone_key *b) {
    size_t shorter = a->name_length < b->name_length ? a->name_length : b->name_length;
    int order = memcmp(a->name, b->name, shorter);
    if (order == 0) order = (a->name_length > b->name_length) - (a->name_length < b->name_length);
    if (order == 0) order = strcmp(a->function->file, b->function->file);
    if (order != 0) return order;
    return (a->function->start_line > b->function->start_line) - (a->function->start_line < b->function->start_line);
}

static int compare_keys(const void *left, const void *right) {
    const clone_key *a = left, *b = right;
    int order = compare_clones(a, b);
    return order != 0 ? order : (a->index > b->index) - (a->index < b->index);
}

/* Numbers the new functions: the first clone stands for all, so that the order of the functions stays. */
static bool number_functions(clone_merger *merger) {
    uint32_t count = merger->old->function_count;
    clone_key *keys = pprof_allocate(merger->scratch, count, sizeof *keys, merger->status);
    uint32_t *first_clone = pprof_allocate(merger->scratch, count, sizeof *first_clone, merger->status);
    merger->new_function = pprof_allocate(merger->scratch, count, sizeof(uint32_t), merger->status);
    if (keys == NULL || first_clone == NULL || merger->new_function == NULL) return false;
    for (uint32_t f = 0; f < count; f++) {
        const pprof_weight_function *function = &merger->old->functions[f];
        const char *name = pprof_unify_structors(function->linkage_name, merger->scratch, merger->status);
        if (name == NULL) return false;
        keys[f] = (clone_key){function, name, pprof_strip_name_suffixes(name), f};
    }
    qsort(keys, count, sizeof *keys, compare_keys);
    for (uint32_t k = 0; k < count; k++) {
        bool is_clone = k != 0 && compare_clones(&keys[k - 1], &keys[k]) == 0;
        first_clone[keys[k].index] = is_clone ? first_clone[keys[k - 1].index] : keys[k].index;
    }
    for (uint32_t f = 0; f < count; f++) {
        bool is_first = first_clone[f] == f;
        merger->new_function[f] = is_first ? merger->merged.function_count : merger->new_function[first_clone[f]];
        merger->merged.function_count += is_first;
    }
    return true;
}

/* The new functions, described by their first clone. */
static bool write_functions(clone_merger *merger) {
    pprof_weights *merged = &merger->merged;
    merged->functions =
        pprof_allocate(merger->arena, merged->function_count, sizeof *merged->functions, merger->status);
    if (merged->functions == NULL) return false;
    for (uint32_t f = merger->old->function_count; f > 0; f--)
        merged->functions[merger->new_function[f - 1]] = merger->old->functions[f - 1];
    return true;
}

/* ---- bodies ------------------------------------------------------------------------------------------------------ */

static int compare_sources(const void *left, const void *right) {
    const body_source *a = left, *b = right;
    if (a->place.offset != b->place.offset) return a->place.offset < b->place.offset ? -1 : 1;
    if (a->place.column != b->place.column) return a->place.column < b->place.column ? -1 : 1;
    if (a->function != b->function) return a->function < b->function ? -1 : 1;
    return (a->body > b->body) - (a->body < b->body);
}

/* Groups the sources from [first] to [end) into new bodies. */
static void add_bodies(clone_merger *merger, uint32_t first, uint32_t end) {
    pprof_weights *merged = &merger->merged;
    qsort(&merger->sources[first], end - first, sizeof *merger->sources, compare_sources);
    for (uint32_t s = first; s < end; s++) {
        const body_source *source = &merger->sources[s];
        bool is_new = s == first || source->place.offset != source[-1].place.offset ||
                      source->place.column != source[-1].place.column || source->function != source[-1].function;
        if (is_new) {
            merger->first_source[merged->body_count] = s;
            merged->bodies[merged->body_count++] = (pprof_body){.function = source->function, .place = source->place};
        }
        const pprof_body *old = &merger->old->bodies[source->body];
        pprof_body *body = &merged->bodies[merged->body_count - 1];
        body->inclusive = pprof_add_weights(body->inclusive, old->inclusive);
        body->leaf = pprof_add_weights(body->leaf, old->leaf);
    }
    merger->first_source[merged->body_count] = end;
}

static int compare_selves(const void *left, const void *right) {
    const pprof_self *a = left, *b = right;
    if (a->place.offset != b->place.offset) return a->place.offset < b->place.offset ? -1 : 1;
    return (a->place.column > b->place.column) - (a->place.column < b->place.column);
}

/* Sums the sources' selves into those of new body [index]. */
static void merge_selves(clone_merger *merger, uint32_t index) {
    pprof_weights *merged = &merger->merged;
    pprof_body *body = &merged->bodies[index];
    pprof_self *selves = &merged->selves[merged->self_count];
    uint32_t count = 0, kept = 0;
    for (uint32_t s = merger->first_source[index]; s < merger->first_source[index + 1]; s++) {
        const pprof_body *old = &merger->old->bodies[merger->sources[s].body];
        if (old->self_count != 0)
            memcpy(&selves[count], &merger->old->selves[old->first_self], old->self_count * sizeof *selves);
        count += old->self_count;
    }
    qsort(selves, count, sizeof *selves, compare_selves);
    for (uint32_t i = 0; i < count; i++) {
        if (kept != 0 && compare_selves(&selves[kept - 1], &selves[i]) == 0)
            selves[kept - 1].weight = pprof_add_weights(selves[kept - 1].weight, selves[i].weight);
        else
            selves[kept++] = selves[i];
    }
    body->first_self = merged->self_count;
    body->self_count = kept;
    merged->self_count += kept;
}

/* Adds the calls of new body [index], whose sources are those of its sources. */
static void merge_calls(clone_merger *merger, uint32_t index) {
    const pprof_weights *old = merger->old;
    pprof_weights *merged = &merger->merged;
    uint32_t first = merger->first_source[merged->body_count], end = first;
    for (uint32_t s = merger->first_source[index]; s < merger->first_source[index + 1]; s++) {
        const pprof_body *body = &old->bodies[merger->sources[s].body];
        for (uint32_t call = body->first_call; call < body->first_call + body->call_count; call++)
            merger->sources[end++] =
                (body_source){old->bodies[call].place, merger->new_function[old->bodies[call].function], call};
    }
    merged->bodies[index].first_call = merged->body_count;
    add_bodies(merger, first, end);
    merged->bodies[index].call_count = merged->body_count - merged->bodies[index].first_call;
}

/* A sample that went from one clone to another stands under both: once is enough. */
static void correct_roots(clone_merger *merger) {
    const pprof_weights *old = merger->old;
    for (uint32_t f = 0; f < old->function_count; f++) {
        pprof_body *root = &merger->merged.bodies[merger->new_function[f]];
        const pprof_body *body = &old->bodies[f];
        for (uint32_t call = body->first_call; call < body->first_call + body->call_count; call++) {
            const pprof_body *callee = &old->bodies[call];
            if (callee->function == f || merger->new_function[callee->function] != merger->new_function[f]) continue;
            root->inclusive = root->inclusive > callee->inclusive ? root->inclusive - callee->inclusive : 0;
        }
        if (root->inclusive < body->inclusive) root->inclusive = body->inclusive;
    }
}

static bool merge_bodies(clone_merger *merger) {
    const pprof_weights *old = merger->old;
    pprof_weights *merged = &merger->merged;
    merged->bodies = pprof_allocate(merger->arena, old->body_count, sizeof *merged->bodies, merger->status);
    merged->selves = pprof_allocate(merger->arena, old->self_count, sizeof *merged->selves, merger->status);
    merger->sources = pprof_allocate(merger->scratch, old->body_count, sizeof *merger->sources, merger->status);
    merger->first_source =
        pprof_allocate(merger->scratch, (size_t)old->body_count + 1, sizeof *merger->first_source, merger->status);
    if (merger->status->failed) return false;
    for (uint32_t f = 0; f < old->function_count; f++)
        merger->sources[f] = (body_source){old->bodies[f].place, merger->new_function[f], f};
    add_bodies(merger, 0, old->function_count);
    correct_roots(merger);
    for (uint32_t body = 0; body < merged->body_count; body++) {
        merge_selves(merger, body);
        merge_calls(merger, body);
    }
    return true;
}

bool pprof_merge_clones(pprof_weights *weights, pprof_arena *arena, pprof_status *status) {
    pprof_arena scratch = {0};
    clone_merger merger = {.old = weights, .merged = *weights, .arena = arena, .scratch = &scratch, .status = status};
    merger.merged.function_count = merger.merged.body_count = merger.merged.self_count = 0;
    bool done = number_functions(&merger);
    if (done && merger.merged.function_count < weights->function_count) {
        done = write_functions(&merger) && merge_bodies(&merger);
        if (done) *weights = merger.merged;
    }
    pprof_arena_free(&scratch);
    return done;
}
