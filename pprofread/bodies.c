/* Takes the calling-context tree; gives every function's body with the contexts under it, in their total order.
 *
 * A body is a set of the tree's nodes. A function's own body is all nodes of that function; a call of a body is all
 * children of the body's nodes that come from one place and lead to one function:
 *
 *   main:3 ─▶ f:5 ─▶ g:1          f's body { 2, 5 }       its call 5 ─▶ g { 3, 6 }
 *   main:4 ─▶ f:5 ─▶ g:1            selves: none              selves: 1 with 2 samples
 *
 * So bodies grow level by level, each level from the sets of the one above, and no path is ever looked up. With a set
 * in preorder, recursion shows as a node that lies before the end of an earlier one: its samples have been counted. */
#include "buffer.h"
#include "weigh.h"

#include <stdlib.h>

/* Nodes of a level's bodies, body after body. */
typedef struct level {
    uint32_t *nodes;
    uint32_t count;
} level;

/* What is sorted: calls by (frame of the caller, function of the callee) and node; selves by frame. */
typedef struct entry {
    uint64_t key;
    uint64_t value;
} entry;

typedef struct growth {
    pprof_weighing *weighing;
    pprof_buffer bodies, selves, entries;
    level this_level, next_level;
} growth;

static pprof_body *get_body(growth *growth, uint32_t index) {
    return (pprof_body *)(void *)growth->bodies.data + index;
}

static uint32_t get_function(const pprof_weighing *weighing, uint32_t node) {
    uint32_t frame = weighing->tree.frames[node];
    return frame == weighing->frame_count ? PPROF_NONE : weighing->frames[frame].function;
}

/* Appends a body whose nodes are still to be looked at: until then first_call and call_count hold the range of its
 * nodes in the level. */
static bool add_body(growth *growth, uint32_t function, pprof_place place, uint32_t first_node, uint32_t node_count) {
    pprof_weights *weights = growth->weighing->weights;
    pprof_body body = {.function = function, .place = place, .first_call = first_node, .call_count = node_count};
    if (weights->body_count == PPROF_NONE - 1) return pprof_fail(growth->weighing->status, "too many call contexts");
    if (!pprof_reserve_buffer(&growth->bodies, sizeof body, growth->weighing->status)) return false;
    growth->bodies.size += sizeof body;
    *get_body(growth, weights->body_count++) = body;
    return true;
}

static entry *reserve_entries(growth *growth, size_t count) {
    bool worked = pprof_reserve_buffer(&growth->entries, count * sizeof(entry), growth->weighing->status);
    return worked ? (entry *)(void *)growth->entries.data : NULL;
}

static int compare_entries(const void *a, const void *b) {
    const entry *x = a, *y = b;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return (x->value > y->value) - (x->value < y->value);
}

/* Most bodies are few nodes, and those come in order. */
static void sort_entries(entry *entries, size_t count) {
    for (size_t i = 1; i < count; i++)
        if (compare_entries(&entries[i - 1], &entries[i]) > 0) {
            qsort(entries, count, sizeof *entries, compare_entries);
            return;
        }
}

/* The samples that a body's nodes hold, each once. */
static void weigh_body(const pprof_weighing *weighing, pprof_body *body, const uint32_t *nodes, uint32_t count) {
    const pprof_context_tree *tree = &weighing->tree;
    uint64_t inclusive = 0, leaf = 0;
    for (uint32_t i = 0, end = 0; i < count; i++) {
        uint32_t node = nodes[i];
        leaf += tree->before[node + 1] - tree->before[node];
        if (node < end) continue; /* below one of the same body */
        end = tree->ends[node];
        inclusive += tree->before[end] - tree->before[node];
    }
    body->inclusive = pprof_scale_weight(inclusive, weighing->shift);
    body->leaf = pprof_scale_weight(leaf, weighing->shift);
}

static bool add_selves(growth *growth, pprof_body *body, const uint32_t *nodes, uint32_t count) {
    const pprof_weighing *weighing = growth->weighing;
    const pprof_context_tree *tree = &weighing->tree;
    entry *entries = reserve_entries(growth, count);
    if (entries == NULL) return false;
    size_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t weight = tree->before[nodes[i] + 1] - tree->before[nodes[i]];
        if (weight != 0) entries[found++] = (entry){tree->frames[nodes[i]], weight};
    }
    sort_entries(entries, found);

    uint32_t *self_count = &weighing->weights->self_count;
    body->first_self = *self_count;
    for (size_t i = 0, next; i < found; i = next) {
        uint64_t weight = 0;
        for (next = i; next < found && entries[next].key == entries[i].key; next++) weight += entries[next].value;
        if (*self_count == PPROF_NONE - 1) return pprof_fail(weighing->status, "too many sampled places");
        if (!pprof_reserve_buffer(&growth->selves, sizeof(pprof_self), weighing->status)) return false;
        ((pprof_self *)(void *)growth->selves.data)[(*self_count)++] =
            (pprof_self){weighing->frames[entries[i].key].place, pprof_scale_weight(weight, weighing->shift)};
        growth->selves.size += sizeof(pprof_self);
    }
    body->self_count = *self_count - body->first_self;
    return true;
}

/* Lists the calls from [nodes] as entries; gives their number. */
static size_t list_calls(growth *growth, const uint32_t *nodes, uint32_t count) {
    const pprof_weighing *weighing = growth->weighing;
    const pprof_context_tree *tree = &weighing->tree;
    size_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t caller = (uint64_t)tree->frames[nodes[i]] << 32;
        for (uint32_t child = nodes[i] + 1; child < tree->ends[nodes[i]]; child = tree->ends[child]) {
            uint32_t callee = get_function(weighing, child);
            if (callee == PPROF_NONE) continue;
            entry *entries = reserve_entries(growth, found + 1);
            if (entries == NULL) return 0;
            entries[found++] = (entry){caller | callee, child};
            growth->entries.size = found * sizeof(entry);
        }
    }
    growth->entries.size = 0;
    return found;
}

static bool add_calls(growth *growth, uint32_t parent, const uint32_t *nodes, uint32_t count) {
    const pprof_weighing *weighing = growth->weighing;
    size_t found = list_calls(growth, nodes, count);
    if (weighing->status->failed) return false;
    entry *entries = (entry *)(void *)growth->entries.data;
    sort_entries(entries, found);

    level *next_level = &growth->next_level;
    uint32_t first_call = weighing->weights->body_count;
    for (size_t i = 0; i < found; i++) {
        bool is_new = i == 0 || entries[i].key != entries[i - 1].key;
        pprof_place place = weighing->frames[entries[i].key >> 32].place;
        if (is_new && !add_body(growth, (uint32_t)entries[i].key, place, next_level->count, 0)) return false;
        get_body(growth, weighing->weights->body_count - 1)->call_count++;
        next_level->nodes[next_level->count++] = (uint32_t)entries[i].value;
    }
    pprof_body *body = get_body(growth, parent);
    body->first_call = first_call;
    body->call_count = weighing->weights->body_count - first_call;
    return true;
}

/* Looks at the bodies [first, end), which are one level, and appends their calls while [depth] allows. */
static bool grow_level(growth *growth, uint32_t first, uint32_t end, bool is_last) {
    growth->next_level.count = 0;
    for (uint32_t i = first; i < end; i++) {
        pprof_body *body = get_body(growth, i);
        const uint32_t *nodes = growth->this_level.nodes + body->first_call;
        uint32_t count = body->call_count;
        body->first_call = body->call_count = 0;
        weigh_body(growth->weighing, body, nodes, count);
        if (!add_selves(growth, body, nodes, count)) return false;
        if (!is_last && !add_calls(growth, i, nodes, count)) return false;
    }
    level done = growth->this_level;
    growth->this_level = growth->next_level;
    growth->next_level = done;
    return true;
}

/* The first level: each function's body is all of its nodes, which a counting sort brings together. */
static bool add_roots(growth *growth, pprof_arena *scratch) {
    const pprof_weighing *weighing = growth->weighing;
    uint32_t node_count = weighing->tree.node_count, function_count = weighing->weights->function_count;
    uint32_t *start = pprof_allocate(scratch, (size_t)function_count + 1, sizeof *start, weighing->status);
    growth->this_level.nodes = pprof_allocate(scratch, node_count, sizeof(uint32_t), weighing->status);
    growth->next_level.nodes = pprof_allocate(scratch, node_count, sizeof(uint32_t), weighing->status);
    if (start == NULL || growth->this_level.nodes == NULL || growth->next_level.nodes == NULL) return false;

    for (uint32_t node = 0; node < node_count; node++)
        if (get_function(weighing, node) != PPROF_NONE) start[get_function(weighing, node) + 1]++;
    for (uint32_t i = 0; i < function_count; i++) {
        start[i + 1] += start[i];
        pprof_place none = {PPROF_NO_OFFSET, 0};
        if (!add_body(growth, i, none, start[i], start[i + 1] - start[i])) return false;
    }
    for (uint32_t node = 0; node < node_count; node++)
        if (get_function(weighing, node) != PPROF_NONE)
            growth->this_level.nodes[start[get_function(weighing, node)]++] = node;
    return true;
}

static bool grow_all_levels(growth *growth, pprof_arena *scratch) {
    pprof_weights *weights = growth->weighing->weights;
    if (!add_roots(growth, scratch)) return false;
    uint32_t first = 0;
    for (uint32_t depth = 0; first < weights->body_count; depth++) {
        uint32_t end = weights->body_count;
        if (!grow_level(growth, first, end, depth == growth->weighing->context_depth)) return false;
        first = end;
    }
    return true;
}

/* Of the total: leaves without a name, and leaves with a name but without a line. */
static void weigh_leaves(const pprof_weighing *weighing) {
    const pprof_context_tree *tree = &weighing->tree;
    uint64_t unnamed = 0, without_line = 0;
    for (uint32_t node = 0; node < tree->node_count; node++) {
        uint64_t weight = tree->before[node + 1] - tree->before[node];
        uint32_t frame = tree->frames[node];
        if (frame == weighing->frame_count)
            unnamed += weight;
        else if (weighing->frames[frame].place.offset == PPROF_NO_OFFSET)
            without_line += weight;
    }
    weighing->weights->unnamed = pprof_scale_weight(unnamed, weighing->shift);
    weighing->weights->without_line = pprof_scale_weight(without_line, weighing->shift);
}

bool pprof_grow_bodies(pprof_weighing *weighing) {
    pprof_weights *weights = weighing->weights;
    pprof_arena scratch = {0};
    growth growth = {.weighing = weighing};
    weigh_leaves(weighing);
    bool worked = grow_all_levels(&growth, &scratch);
    pprof_free_buffer(&growth.entries);
    pprof_arena_free(&scratch);
    if (!worked) {
        pprof_free_buffer(&growth.bodies);
        pprof_free_buffer(&growth.selves);
        return false;
    }
    const uint8_t *bodies, *selves;
    size_t size;
    worked = pprof_adopt_buffer(&growth.bodies, weighing->arena, &bodies, &size, weighing->status);
    weights->bodies = worked ? (pprof_body *)(void *)bodies : NULL;
    worked &= pprof_adopt_buffer(&growth.selves, weighing->arena, &selves, &size, weighing->status);
    weights->selves = worked ? (pprof_self *)(void *)selves : NULL;
    return worked;
}
