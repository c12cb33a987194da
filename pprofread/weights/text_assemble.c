/* Takes the lists that text_parse.c read; gives Weights: names resolved, callees without a line of their own added,
 * everything in its total order, and what the text left out derived.
 *
 * Derived weights are what the text supports at least. A function's leaf weight is its selves, or what the functions'
 * own calls of it bring, whichever is more, but not above a given inclusive weight; its inclusive weight is its leaf
 * weight and its calls' inclusive weights, or again what calls of it bring. Cannot know: samples that are in two calls
 * of one stack are counted twice there. */
#include "base/saturate.h"
#include "weights/text.h"

#include <stdlib.h>
#include <string.h>

typedef struct assembly {
    pprof_text_lists *lists;
    pprof_arena *arena;
    pprof_arena scratch;
    pprof_weights *weights;
    pprof_status *status;
    uint32_t *callees;     /* of each body: the function it is of */
    uint32_t *final_index; /* of each body: where it goes */
} assembly;

static pprof_string get_name(const assembly *assembly, uint32_t number) {
    return assembly->lists->pool.strings[number];
}

#define SHOWN(string) (int)((string).length < 200 ? (string).length : 200), (string).text

/* ---- functions ---- */

static int compare_identities(const pprof_text_identity *a, const pprof_text_identity *b, const uint32_t *ranks) {
    if (a->linkage != b->linkage) return ranks[a->linkage] < ranks[b->linkage] ? -1 : 1;
    if (a->source != b->source) return ranks[a->source] < ranks[b->source] ? -1 : 1;
    if (a->file != b->file) return ranks[a->file] < ranks[b->file] ? -1 : 1;
    return (a->start > b->start) - (a->start < b->start);
}

/* Equal functions in the order of their lines, so that the later one is called the second. */
static int compare_functions(const void *a, const void *b, void *ranks) {
    const pprof_text_function *x = a, *y = b;
    int order = compare_identities(&x->identity, &y->identity, ranks);
    return order != 0 ? order : (x->line_number > y->line_number) - (x->line_number < y->line_number);
}

/* Adds a function for each callee whose name no function line has. */
static bool add_implicit_functions(assembly *assembly) {
    pprof_text_lists *lists = assembly->lists;
    bool *is_known = pprof_allocate(&assembly->scratch, lists->pool.count, sizeof *is_known, assembly->status);
    if (is_known == NULL) return false;
    for (uint32_t i = 0; i < lists->functions.count; i++)
        is_known[pprof_text_functions(lists)[i].identity.linkage] = true;
    for (uint32_t i = 0, count = lists->bodies.count; i < count; i++) {
        pprof_text_body call = pprof_text_bodies(lists)[i];
        if (call.depth == 0 || call.callee_is_exact || is_known[call.callee.linkage]) continue;
        is_known[call.callee.linkage] = true;
        uint32_t body_index = lists->bodies.count;
        pprof_text_body *body = pprof_append_item(&lists->bodies, assembly->status);
        pprof_text_function *function = pprof_append_item(&lists->functions, assembly->status);
        if (body == NULL || function == NULL) return false;
        *body = (pprof_text_body){.parent = PPROF_NONE, .place = {PPROF_NO_OFFSET, 0}};
        *function = (pprof_text_function){.identity = call.callee, .linkage_is_certain = true, .body = body_index};
    }
    return true;
}

static bool sort_functions(assembly *assembly) {
    pprof_text_lists *lists = assembly->lists;
    if (lists->functions.count == 0) return true;
    pprof_text_function *functions = pprof_text_functions(lists);
    qsort_r(functions, lists->functions.count, sizeof *functions, compare_functions, lists->pool.ranks);
    for (uint32_t i = 1; i < lists->functions.count; i++)
        if (compare_identities(&functions[i - 1].identity, &functions[i].identity, lists->pool.ranks) == 0) {
            pprof_string name = get_name(assembly, functions[i].identity.linkage);
            return pprof_fail(assembly->status,
                              "%s:%u: function '%.*s' is already on line %u; tell two functions of one name apart by "
                              "source, file or start",
                              lists->path, functions[i].line_number, SHOWN(name), functions[i - 1].line_number);
        }
    return true;
}

/* A copy of string [number], made once. */
static const char *get_text(assembly *assembly, const char **texts, uint32_t number) {
    if (texts[number] == NULL) {
        pprof_string name = get_name(assembly, number);
        texts[number] = pprof_copy_string(assembly->arena, name.text, name.length, assembly->status);
    }
    return texts[number];
}

static bool write_functions(assembly *assembly) {
    const pprof_text_lists *lists = assembly->lists;
    pprof_weights *weights = assembly->weights;
    const char **texts =
        (const char **)pprof_allocate(&assembly->scratch, lists->pool.count, sizeof *texts, assembly->status);
    weights->functions =
        pprof_allocate(assembly->arena, lists->functions.count, sizeof *weights->functions, assembly->status);
    if (texts == NULL || weights->functions == NULL) return false;
    weights->function_count = lists->functions.count;
    for (uint32_t i = 0; i < lists->functions.count; i++) {
        const pprof_text_function *from = &pprof_text_functions(lists)[i];
        weights->functions[i] = (pprof_weight_function){
            .linkage_name = get_text(assembly, texts, from->identity.linkage),
            .source_name = get_text(assembly, texts, from->identity.source),
            .file = get_text(assembly, texts, from->identity.file),
            .start_line = from->identity.start,
            .lines_are_absolute = from->lines_are_absolute,
            .linkage_is_certain = from->linkage_is_certain,
        };
    }
    return !assembly->status->failed;
}

/* The function that a call means: the only one of its name, or the one that is exactly so. */
static bool resolve_call(assembly *assembly, const pprof_text_body *call, uint32_t *function) {
    const pprof_text_lists *lists = assembly->lists;
    const pprof_text_function *functions = pprof_text_functions(lists);
    const uint32_t *ranks = lists->pool.ranks;
    uint32_t first = 0, end = lists->functions.count;
    while (first < end) { /* the first function that is not before the callee */
        uint32_t middle = first + (end - first) / 2;
        const pprof_text_identity *identity = &functions[middle].identity;
        bool is_before = call->callee_is_exact ? compare_identities(identity, &call->callee, ranks) < 0
                                               : ranks[identity->linkage] < ranks[call->callee.linkage];
        if (is_before)
            first = middle + 1;
        else
            end = middle;
    }
    *function = first;
    pprof_string name = get_name(assembly, call->callee.linkage);
    if (call->callee_is_exact) {
        if (first < lists->functions.count && compare_identities(&functions[first].identity, &call->callee, ranks) == 0)
            return true;
        return pprof_fail(assembly->status, "%s:%u: no function line is exactly the callee '%.*s' as given here",
                          lists->path, call->line_number, SHOWN(name));
    }
    if (first + 1 < lists->functions.count && functions[first + 1].identity.linkage == call->callee.linkage)
        return pprof_fail(assembly->status,
                          "%s:%u: several functions are called '%.*s'; add source, file and start of the one meant",
                          lists->path, call->line_number, SHOWN(name));
    return true;
}

static bool resolve_calls(assembly *assembly) {
    const pprof_text_lists *lists = assembly->lists;
    assembly->callees =
        pprof_allocate(&assembly->scratch, lists->bodies.count, sizeof *assembly->callees, assembly->status);
    if (assembly->callees == NULL) return false;
    for (uint32_t i = 0; i < lists->functions.count; i++) assembly->callees[pprof_text_functions(lists)[i].body] = i;
    for (uint32_t i = 0; i < lists->bodies.count; i++) {
        const pprof_text_body *body = &pprof_text_bodies(lists)[i];
        if (body->depth != 0 && !resolve_call(assembly, body, &assembly->callees[i])) return false;
    }
    return true;
}

/* ---- bodies ---- */

/* A call on its way to its place. */
typedef struct ordered_call {
    uint32_t parent; /* final index */
    pprof_place place;
    uint32_t callee;
    uint32_t body;
} ordered_call;

static int compare_calls(const void *a, const void *b) {
    const ordered_call *x = a, *y = b;
    if (x->parent != y->parent) return x->parent < y->parent ? -1 : 1;
    int order = pprof_compare_places(x->place, y->place);
    if (order != 0) return order;
    return (x->callee > y->callee) - (x->callee < y->callee);
}

static void write_body(assembly *assembly, uint32_t index, uint32_t final) {
    const pprof_text_body *from = &pprof_text_bodies(assembly->lists)[index];
    assembly->final_index[index] = final;
    assembly->weights->bodies[final] = (pprof_body){
        .function = assembly->callees[index],
        .place = from->place,
        .inclusive = from->inclusive,
        .leaf = from->leaf,
    };
}

/* Puts the calls [calls, calls + count) of one depth behind what was written before. */
static bool write_level(assembly *assembly, ordered_call *calls, uint32_t count) {
    const pprof_text_lists *lists = assembly->lists;
    pprof_weights *weights = assembly->weights;
    for (uint32_t i = 0; i < count; i++) {
        const pprof_text_body *body = &pprof_text_bodies(lists)[calls[i].body];
        calls[i].parent = assembly->final_index[body->parent];
        calls[i].place = body->place;
        calls[i].callee = assembly->callees[calls[i].body];
    }
    qsort(calls, count, sizeof *calls, compare_calls);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t line = pprof_text_bodies(lists)[calls[i].body].line_number;
        if (i > 0 && compare_calls(&calls[i - 1], &calls[i]) == 0) {
            uint32_t other = pprof_text_bodies(lists)[calls[i - 1].body].line_number;
            return pprof_fail(assembly->status, "%s:%u: the same call is already on line %u", lists->path,
                              line > other ? line : other, line > other ? other : line);
        }
        pprof_body *parent = &weights->bodies[calls[i].parent];
        if (parent->call_count++ == 0) parent->first_call = weights->body_count;
        write_body(assembly, calls[i].body, weights->body_count++);
    }
    return true;
}

/* Roots first, in the order of functions, then level by level. */
static bool write_bodies(assembly *assembly) {
    const pprof_text_lists *lists = assembly->lists;
    const pprof_text_body *bodies = pprof_text_bodies(lists);
    pprof_weights *weights = assembly->weights;
    uint32_t count = lists->bodies.count, start[PPROF_CONTEXT_LIMIT + 2] = {0};
    ordered_call *calls = pprof_allocate(&assembly->scratch, count, sizeof *calls, assembly->status);
    assembly->final_index = pprof_allocate(&assembly->scratch, count, sizeof *assembly->final_index, assembly->status);
    weights->bodies = pprof_allocate(assembly->arena, count, sizeof *weights->bodies, assembly->status);
    if (calls == NULL || assembly->final_index == NULL || weights->bodies == NULL) return false;

    for (uint32_t i = 0; i < lists->functions.count; i++)
        write_body(assembly, pprof_text_functions(lists)[i].body, weights->body_count++);
    for (uint32_t i = 0; i < count; i++) start[bodies[i].depth + 1]++;
    for (uint32_t depth = 0; depth <= PPROF_CONTEXT_LIMIT; depth++) start[depth + 1] += start[depth];
    for (uint32_t i = 0; i < count; i++) calls[start[bodies[i].depth]++].body = i; /* moves each start to its end */
    for (uint32_t depth = 1; depth <= PPROF_CONTEXT_LIMIT; depth++)
        if (!write_level(assembly, calls + start[depth - 1], start[depth] - start[depth - 1])) return false;
    return true;
}

/* ---- selves ---- */

static int compare_selves(const void *a, const void *b) {
    const pprof_text_self *x = a, *y = b;
    if (x->body != y->body) return x->body < y->body ? -1 : 1;
    int order = pprof_compare_places(x->self.place, y->self.place);
    return order != 0 ? order : (x->line_number > y->line_number) - (x->line_number < y->line_number);
}

static bool write_selves(assembly *assembly) {
    const pprof_text_lists *lists = assembly->lists;
    pprof_weights *weights = assembly->weights;
    pprof_text_self *selves = pprof_text_selves(lists);
    weights->selves = pprof_allocate(assembly->arena, lists->selves.count, sizeof *weights->selves, assembly->status);
    if (weights->selves == NULL) return false;
    for (uint32_t i = 0; i < lists->selves.count; i++) selves[i].body = assembly->final_index[selves[i].body];
    if (lists->selves.count != 0) qsort(selves, lists->selves.count, sizeof *selves, compare_selves);
    for (uint32_t i = 0; i < lists->selves.count; i++) {
        if (i > 0 && selves[i].body == selves[i - 1].body &&
            pprof_compare_places(selves[i].self.place, selves[i - 1].self.place) == 0)
            return pprof_fail(assembly->status, "%s:%u: the same place is already on line %u", lists->path,
                              selves[i].line_number, selves[i - 1].line_number);
        pprof_body *body = &weights->bodies[selves[i].body];
        if (body->self_count++ == 0) body->first_self = weights->self_count;
        weights->selves[weights->self_count++] = selves[i].self;
    }
    return true;
}

/* ---- what was left out ---- */

/* What the functions' own calls bring to each callee; a function's calls of itself are in it already. */
static bool sum_incoming(assembly *assembly, uint64_t **inclusive, uint64_t **leaf) {
    const pprof_weights *weights = assembly->weights;
    *inclusive = pprof_allocate(&assembly->scratch, weights->function_count, sizeof **inclusive, assembly->status);
    *leaf = pprof_allocate(&assembly->scratch, weights->function_count, sizeof **leaf, assembly->status);
    if (*inclusive == NULL || *leaf == NULL) return false;
    for (uint32_t i = 0; i < weights->function_count; i++) {
        const pprof_body *root = &weights->bodies[i];
        for (uint32_t at = root->first_call; at < root->first_call + root->call_count; at++) {
            const pprof_body *call = &weights->bodies[at];
            (*leaf)[call->function] = pprof_add_weights((*leaf)[call->function], call->leaf);
            if (call->function != i)
                (*inclusive)[call->function] = pprof_add_weights((*inclusive)[call->function], call->inclusive);
        }
    }
    return true;
}

static uint64_t derive_leaf(const pprof_weights *weights, const pprof_body *root, uint64_t incoming) {
    uint64_t selves = 0;
    for (uint32_t i = root->first_self; i < root->first_self + root->self_count; i++)
        selves = pprof_add_weights(selves, weights->selves[i].weight);
    return selves > incoming ? selves : incoming;
}

static uint64_t derive_inclusive(const pprof_weights *weights, const pprof_body *root, uint64_t incoming) {
    uint64_t outgoing = root->leaf;
    for (uint32_t i = root->first_call; i < root->first_call + root->call_count; i++)
        if (weights->bodies[i].function != root->function)
            outgoing = pprof_add_weights(outgoing, weights->bodies[i].inclusive);
    return outgoing > incoming ? outgoing : incoming;
}

static bool derive_weights(assembly *assembly) {
    const pprof_text_lists *lists = assembly->lists;
    pprof_weights *weights = assembly->weights;
    uint64_t *inclusive, *leaf, total = 0;
    if (!sum_incoming(assembly, &inclusive, &leaf)) return false;
    for (uint32_t i = 0; i < weights->function_count; i++) {
        const pprof_text_function *given = &pprof_text_functions(lists)[i];
        pprof_body *root = &weights->bodies[i];
        root->leaf = given->has_leaf ? given->leaf : derive_leaf(weights, root, leaf[i]);
        if (given->has_inclusive && root->leaf > given->inclusive) root->leaf = given->inclusive;
        root->inclusive = given->has_inclusive ? given->inclusive : derive_inclusive(weights, root, inclusive[i]);
        total = pprof_add_weights(total, root->leaf);
    }
    if (!lists->has_total) weights->total = total;
    if (!lists->has_sample_count) weights->sample_count = weights->total;
    return true;
}

bool pprof_assemble_weights(pprof_text_lists *lists, pprof_arena *arena, pprof_weights *weights, pprof_status *status) {
    assembly assembly = {.lists = lists, .arena = arena, .weights = weights, .status = status};
    bool worked = add_implicit_functions(&assembly) && pprof_rank_strings(&lists->pool, status) &&
                  sort_functions(&assembly) && write_functions(&assembly) && resolve_calls(&assembly) &&
                  write_bodies(&assembly) && write_selves(&assembly) && derive_weights(&assembly);
    pprof_arena_free(&assembly.scratch);
    return worked;
}
