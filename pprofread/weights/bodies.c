/* Takes the calling-context tree; gives every function's body with the contexts under it, in their total order.
 *
 * A body is a set of the tree's nodes. A function's own body is all nodes of that function; a call of a body is all
 * children of the body's nodes that come from one place and lead to one function:
 *
 *   main:3 ─▶ f:5 ─▶ g:1          f's body { 2, 5 }       its call 5 ─▶ g { 3, 6 }
 *   main:4 ─▶ f:5 ─▶ g:1            selves: none              selves: 1 with 2 samples
 *
 * On each level a node is in one body at most: the one that begins so many calls above it. That body is known by the
 * body of the node's parent on the level before, and the call from the one to the other. So a level is one walk over
 * the tree in preorder, with a table from (body of the parent, call) to what the walk has counted; no path is ever
 * looked up. Recursion shows as a node that lies before the end of an earlier one of its body: its samples have been
 * counted.
 *
 * Functions and their own calls are always complete. Deeper contexts of a large profile may be many times its size,
 * nearly all of a sample or two: the heaviest are kept, as many as there is room for, and weights->context_minimum says
 * what was too light. Equal ones stay or go together, so what stays does not depend on the order of anything. A context
 * weighs no more than what it is without its last call, or without its first: what is too light is followed neither
 * down nor to longer contexts that end in it, and a level costs what is left of the ones before. */
#include "base/sort.h"
#include "weights/weigh.h"

#include <assert.h>

/* How many contexts below the functions' own calls are kept. The recordings in bench/profiles have 700 to 24,000, all
 * kept. */
enum { CONTEXT_ROOM = 1 << 18 };

/* A call on the level that is being counted. */
typedef struct candidate {
    uint32_t above; /* the body that calls; on the first level the frame */
    uint32_t call; /* which of the first level's bodies it is when all but its last call is left out; on the first level
                      the function that is called */
    uint32_t end;  /* the node after all whose samples have been counted */
    uint32_t body; /* what became of it; PPROF_NONE: it was too light */
    uint64_t inclusive, leaf;
} candidate;

/* A node above the one that the walk has come to. */
typedef struct open_node {
    uint32_t end, above;
} open_node;

/* A node whose samples end there. */
typedef struct leaf_node {
    uint32_t node, frame;
} leaf_node;

/* Weights are in units of 2^shift until the end. */
typedef struct growth {
    pprof_weighing *weighing;
    pprof_list bodies, selves;
    uint32_t first_deep;   /* the first body below the functions' own calls */
    uint64_t cut;          /* of those, the ones that weigh no more than this are left out */
    uint32_t *node_bodies; /* of each node: its body on the newest level, or PPROF_NONE */
    pprof_list leaves;     /* in the order of their frames */
    pprof_list candidates;
    pprof_index_table table; /* finds them */
    pprof_list path;         /* open nodes */
    pprof_list pairs, spare; /* to be sorted */
} growth;

static pprof_body *get_body(const growth *growth, uint32_t index) {
    assert(growth->bodies.items != NULL && index < growth->bodies.count);
    return (pprof_body *)growth->bodies.items + index;
}

static uint32_t get_function(const pprof_weighing *weighing, uint32_t frame) {
    return frame == weighing->frame_count ? PPROF_NONE : weighing->frames[frame].function;
}

/* Counts the samples of [node], and of those below it unless they have been, and gives the sum of all counted so. */
static void weigh_node(const pprof_context_tree *tree, uint32_t node, uint32_t *end, uint64_t *inclusive,
                       uint64_t *leaf) {
    *leaf += pprof_get_leaf_weight(tree, node);
    if (node < *end) return; /* below one of the same body */
    *end = tree->nodes[node].end;
    *inclusive += pprof_get_inclusive_weight(tree, node);
}

/* ---- a level's calls ---- */

/* Leaves the nodes that end before [node], and gives what the one above it calls from, PPROF_NONE if nothing does. */
static uint32_t climb_path(pprof_list *path, uint32_t node) {
    const open_node *open = path->items;
    while (path->count != 0 && open[path->count - 1].end <= node) path->count--;
    return path->count == 0 ? PPROF_NONE : open[path->count - 1].above;
}

/* A node on the way to its candidate. So many are looked up at once that they need not wait for the memory one by one.
 */
typedef struct step {
    uint32_t node, above, call;
    uint64_t hash;
} step;

enum { STEPS = 64 };

/* The walk from node [first] to [end]; gives those that are on the level, PPROF_NONE with the status set when memory is
 * out. On the first level the nodes still hold their frames, later the call that leads to them. */
static uint32_t walk_nodes(growth *growth, bool is_first, uint32_t first, uint32_t end, step *steps) {
    const pprof_weighing *weighing = growth->weighing;
    const pprof_context_node *nodes = weighing->tree.nodes;
    uint32_t count = 0;
    for (uint32_t node = first; node < end; node++) {
        uint32_t frame = nodes[node].frame, below = growth->node_bodies[node];
        if (is_first && below != PPROF_NONE) below = frame;
        uint32_t above = climb_path(&growth->path, node);
        open_node *open = pprof_append_item(&growth->path, weighing->status);
        if (open == NULL) return PPROF_NONE;
        *open = (open_node){nodes[node].end, below};
        growth->node_bodies[node] = PPROF_NONE;
        if (above == PPROF_NONE || below == PPROF_NONE) continue;
        step *step = &steps[count++];
        step->node = node;
        step->above = above;
        step->call = is_first ? weighing->frames[frame].function : frame;
        step->hash = pprof_mix_hash(above, step->call);
        pprof_prefetch_slot(&growth->table, step->hash);
    }
    return count;
}

static bool is_candidate(const void *elements, uint32_t index, const void *key) {
    const candidate *have = (const candidate *)elements + index;
    const step *wanted = key;
    return have->above == wanted->above && have->call == wanted->call;
}

/* The index of the step's candidate, which is added if there is none; PPROF_NONE when memory is out. */
static uint32_t find_candidate(growth *growth, const step *step) {
    pprof_list *candidates = &growth->candidates;
    pprof_status *status = growth->weighing->status;
    uint32_t index = pprof_find_index(&growth->table, step->hash, is_candidate, candidates->items, step);
    if (index != PPROF_NONE) return index;
    index = candidates->count;
    candidate *item = pprof_append_item(candidates, status);
    if (item == NULL || !pprof_insert_index(&growth->table, step->hash, index, status)) return PPROF_NONE;
    *item = (candidate){.above = step->above, .call = step->call};
    return index;
}

/* Counts the calls of one level, and leaves in node_bodies which of the candidates each node is. */
static bool count_calls(growth *growth, bool is_first) {
    const pprof_context_tree *tree = &growth->weighing->tree;
    step steps[STEPS];
    pprof_free_index_table(&growth->table);
    growth->candidates.count = 0;
    growth->path.count = 0;
    for (uint32_t node = 0, next; node < tree->node_count; node = next) {
        next = tree->node_count - node < STEPS ? tree->node_count : node + STEPS;
        uint32_t count = walk_nodes(growth, is_first, node, next, steps);
        if (count == PPROF_NONE) return false;
        for (uint32_t i = 0; i < count; i++)
            pprof_prefetch_element(&growth->table, steps[i].hash, growth->candidates.items, sizeof(candidate));
        for (uint32_t i = 0; i < count; i++) {
            uint32_t index = find_candidate(growth, &steps[i]);
            if (index == PPROF_NONE) return false;
            candidate *found = (candidate *)growth->candidates.items + index;
            weigh_node(tree, steps[i].node, &found->end, &found->inclusive, &found->leaf);
            growth->node_bodies[steps[i].node] = index;
        }
    }
    return true;
}

/* ---- what is too light ---- */

static uint32_t count_heavier(const uint64_t *weights, uint32_t count, uint64_t cut) {
    uint32_t heavier = 0;
    for (uint32_t i = 0; i < count; i++) heavier += weights[i] > cut;
    return heavier;
}

/* Raises the cut as far as it takes for the deep bodies and the candidates to fit the room. */
static bool raise_cut(growth *growth) {
    const candidate *candidates = growth->candidates.items;
    pprof_list list = {.item_size = sizeof(uint64_t)};
    size_t most = (size_t)growth->bodies.count - growth->first_deep + growth->candidates.count;
    if (!pprof_reserve_items(&list, most, growth->weighing->status)) return false;
    uint64_t *weights = list.items;
    for (uint32_t i = growth->first_deep; i < growth->bodies.count; i++)
        if (get_body(growth, i)->inclusive > growth->cut) weights[list.count++] = get_body(growth, i)->inclusive;
    for (uint32_t i = 0; i < growth->candidates.count; i++)
        if (candidates[i].inclusive > growth->cut) weights[list.count++] = candidates[i].inclusive;
    if (list.count > CONTEXT_ROOM) {
        uint64_t low = growth->cut, high = growth->weighing->tree.nodes[growth->weighing->tree.node_count].before;
        while (low < high) {
            uint64_t middle = low + (high - low) / 2;
            if (count_heavier(weights, list.count, middle) <= CONTEXT_ROOM)
                high = middle;
            else
                low = middle + 1;
        }
        growth->cut = low;
    }
    pprof_free_list(&list);
    return true;
}

/* Takes out the deep bodies that were too light after all, with their selves. What they call is as light. */
static bool prune_bodies(growth *growth) {
    pprof_list list = {.item_size = sizeof(uint32_t)};
    uint32_t count = growth->bodies.count, self_count = 0;
    if (!pprof_reserve_items(&list, (size_t)count + 1, growth->weighing->status)) return false;
    uint32_t *moved = list.items, kept = 0; /* from where each body is to where it will be */
    for (uint32_t i = 0; i < count; i++) {
        moved[i] = kept;
        kept += i < growth->first_deep || get_body(growth, i)->inclusive > growth->cut;
    }
    moved[count] = kept;
    pprof_self *selves = growth->selves.items;
    for (uint32_t i = 0; i < count; i++) {
        if (moved[i] == moved[i + 1]) continue;
        pprof_body body = *get_body(growth, i);
        uint32_t calls_end = moved[body.first_call + body.call_count];
        body.first_call = moved[body.first_call];
        body.call_count = calls_end - body.first_call;
        for (uint32_t k = 0; k < body.self_count; k++) selves[self_count + k] = selves[body.first_self + k];
        body.first_self = self_count;
        self_count += body.self_count;
        *get_body(growth, moved[i]) = body;
    }
    growth->bodies.count = kept;
    growth->selves.count = self_count;
    pprof_free_list(&list);
    return true;
}

/* ---- bodies ---- */

/* Appends the candidates that are not too light as calls of the bodies that they come from, in order. */
static bool add_calls(growth *growth, bool is_first) {
    const pprof_weighing *weighing = growth->weighing;
    candidate *candidates = growth->candidates.items;
    growth->pairs.count = 0;
    if (!pprof_reserve_items(&growth->pairs, growth->candidates.count, weighing->status)) return false;
    pprof_pair *pairs = growth->pairs.items;
    for (uint32_t i = 0; i < growth->candidates.count; i++) {
        candidates[i].body = PPROF_NONE;
        if (candidates[i].inclusive > growth->cut)
            pairs[growth->pairs.count++] = (pprof_pair){(uint64_t)candidates[i].above << 32 | candidates[i].call, i};
    }
    if (!pprof_sort_pairs(pairs, growth->pairs.count, &growth->spare, weighing->status)) return false;
    for (uint32_t i = 0; i < growth->pairs.count; i++) {
        candidate *from = &candidates[pairs[i].value];
        from->body = growth->bodies.count;
        pprof_body *body = pprof_append_item(&growth->bodies, weighing->status);
        if (body == NULL) return false;
        *body = (pprof_body){.inclusive = from->inclusive, .leaf = from->leaf};
        body->function = is_first ? from->call : get_body(growth, from->call)->function;
        body->place = is_first ? weighing->frames[from->above].place : get_body(growth, from->call)->place;
        pprof_body *parent = get_body(growth, is_first ? get_function(weighing, from->above) : from->above);
        if (parent->call_count++ == 0) parent->first_call = from->body;
    }
    return true;
}

/* Tells each node its body instead of its candidate; on the first level, it also is the call that leads to the node. */
static void place_nodes(growth *growth, bool is_first) {
    const candidate *candidates = growth->candidates.items;
    const pprof_context_tree *tree = &growth->weighing->tree;
    for (uint32_t node = 0; node < tree->node_count; node++) {
        uint32_t *node_body = &growth->node_bodies[node];
        if (*node_body != PPROF_NONE) *node_body = candidates[*node_body].body;
        if (is_first) tree->nodes[node].frame = *node_body;
    }
}

/* Gives the bodies from [first] on, which are the newest level, their selves: a counting sort brings the leaves of each
 * together, in the order of frames that they have. */
static bool add_selves(growth *growth, uint32_t first) {
    const pprof_weighing *weighing = growth->weighing;
    const leaf_node *leaves = growth->leaves.items;
    uint32_t body_count = growth->bodies.count - first, found = 0;
    pprof_arena scratch = {0};
    uint32_t *starts = pprof_allocate(&scratch, (size_t)body_count + 1, sizeof *starts, weighing->status);
    uint32_t *order = pprof_allocate(&scratch, growth->leaves.count, sizeof *order, weighing->status);
    bool worked = starts != NULL && order != NULL;
    for (uint32_t i = 0; worked && i < growth->leaves.count; i++)
        if (growth->node_bodies[leaves[i].node] != PPROF_NONE)
            starts[growth->node_bodies[leaves[i].node] - first + 1]++;
    for (uint32_t i = 0; worked && i < body_count; i++) starts[i + 1] += starts[i];
    for (uint32_t i = 0; worked && i < growth->leaves.count; i++) /* moves each start to its end */
        if (growth->node_bodies[leaves[i].node] != PPROF_NONE)
            order[starts[growth->node_bodies[leaves[i].node] - first]++] = i;
    for (uint32_t i = 0; worked && i < body_count; i++) {
        pprof_body *body = get_body(growth, first + i);
        uint32_t last_frame = PPROF_NONE;
        body->first_self = growth->selves.count;
        for (; worked && found < starts[i]; found++) {
            const leaf_node *leaf = &leaves[order[found]];
            if (leaf->frame != last_frame) {
                pprof_self *self = pprof_append_item(&growth->selves, weighing->status);
                worked = self != NULL;
                if (worked) *self = (pprof_self){.place = weighing->frames[leaf->frame].place};
            }
            last_frame = leaf->frame;
            if (worked)
                ((pprof_self *)growth->selves.items)[growth->selves.count - 1].weight +=
                    pprof_get_leaf_weight(&weighing->tree, leaf->node);
        }
        body->self_count = growth->selves.count - body->first_self;
    }
    pprof_arena_free(&scratch);
    return worked;
}

/* The leaves in order of their frames; those without a name count nowhere. */
static bool list_leaves(growth *growth) {
    const pprof_weighing *weighing = growth->weighing;
    const pprof_context_tree *tree = &weighing->tree;
    for (uint32_t node = 0; node < tree->node_count; node++) {
        uint32_t frame = tree->nodes[node].frame;
        if (frame == weighing->frame_count || pprof_get_leaf_weight(tree, node) == 0) continue;
        pprof_pair *pair = pprof_append_item(&growth->pairs, weighing->status);
        if (pair == NULL) return false;
        *pair = (pprof_pair){frame, node};
    }
    const pprof_pair *pairs = growth->pairs.items;
    if (!pprof_sort_pairs(growth->pairs.items, growth->pairs.count, &growth->spare, weighing->status) ||
        !pprof_reserve_items(&growth->leaves, growth->pairs.count, weighing->status))
        return false;
    leaf_node *leaves = growth->leaves.items;
    assert(growth->pairs.count == 0 || pairs != NULL);
    for (uint32_t i = 0; i < growth->pairs.count; i++)
        leaves[growth->leaves.count++] = (leaf_node){(uint32_t)pairs[i].value, (uint32_t)pairs[i].key};
    return true;
}

/* The functions' own bodies. */
static bool add_roots(growth *growth, pprof_arena *scratch) {
    const pprof_weighing *weighing = growth->weighing;
    uint32_t node_count = weighing->tree.node_count, function_count = weighing->weights->function_count;
    uint32_t *ends = pprof_allocate(scratch, function_count, sizeof *ends, weighing->status);
    growth->node_bodies = pprof_allocate(scratch, node_count, sizeof *growth->node_bodies, weighing->status);
    if (ends == NULL || growth->node_bodies == NULL) return false;
    for (uint32_t i = 0; i < function_count; i++) {
        pprof_body *body = pprof_append_item(&growth->bodies, weighing->status);
        if (body == NULL) return false;
        *body = (pprof_body){.function = i, .place = {PPROF_NO_OFFSET, 0}};
    }
    for (uint32_t node = 0; node < node_count; node++) {
        uint32_t function = get_function(weighing, weighing->tree.nodes[node].frame);
        growth->node_bodies[node] = function;
        if (function == PPROF_NONE) continue;
        pprof_body *body = get_body(growth, function);
        weigh_node(&weighing->tree, node, &ends[function], &body->inclusive, &body->leaf);
    }
    return list_leaves(growth) && add_selves(growth, 0);
}

static bool grow_all_levels(growth *growth, pprof_arena *scratch) {
    if (!add_roots(growth, scratch)) return false;
    for (uint32_t depth = 1, first = 0; depth <= growth->weighing->context_depth; depth++) {
        bool is_first = depth == 1;
        first = growth->bodies.count;
        if (depth == 2) growth->first_deep = first;
        if (!count_calls(growth, is_first) || (!is_first && !raise_cut(growth)) || !add_calls(growth, is_first))
            return false;
        if (growth->bodies.count == first) break;
        place_nodes(growth, is_first);
        if (!add_selves(growth, first)) return false;
    }
    return growth->cut == 0 || prune_bodies(growth);
}

static void scale_weights(growth *growth) {
    pprof_weights *weights = growth->weighing->weights;
    unsigned shift = growth->weighing->shift;
    if (growth->cut != 0) weights->context_minimum = pprof_scale_weight(growth->cut, shift);
    if (growth->cut != 0 && weights->context_minimum != UINT64_MAX) weights->context_minimum++;
    for (uint32_t i = 0; i < growth->bodies.count; i++) {
        pprof_body *body = get_body(growth, i);
        body->inclusive = pprof_scale_weight(body->inclusive, shift);
        body->leaf = pprof_scale_weight(body->leaf, shift);
    }
    pprof_self *selves = growth->selves.items;
    for (uint32_t i = 0; i < growth->selves.count; i++) selves[i].weight = pprof_scale_weight(selves[i].weight, shift);
}

/* Of the total: leaves without a name, and leaves with a name but without a line. */
static void weigh_leaves(const pprof_weighing *weighing) {
    const pprof_context_tree *tree = &weighing->tree;
    uint64_t unnamed = 0, without_line = 0;
    for (uint32_t node = 0; node < tree->node_count; node++) {
        uint64_t weight = pprof_get_leaf_weight(tree, node);
        uint32_t frame = tree->nodes[node].frame;
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
    growth growth = {
        .weighing = weighing,
        .bodies = {.item_size = sizeof(pprof_body)},
        .selves = {.item_size = sizeof(pprof_self)},
        .leaves = {.item_size = sizeof(leaf_node)},
        .candidates = {.item_size = sizeof(candidate)},
        .path = {.item_size = sizeof(open_node)},
        .pairs = {.item_size = sizeof(pprof_pair)},
        .spare = {.item_size = sizeof(pprof_pair)},
    };
    weigh_leaves(weighing);
    bool worked = grow_all_levels(&growth, &scratch);
    scale_weights(&growth);
    weights->body_count = growth.bodies.count;
    weights->self_count = growth.selves.count;
    if (worked) {
        weights->bodies = pprof_keep_items(&growth.bodies, weighing->arena, weighing->status);
        weights->selves = pprof_keep_items(&growth.selves, weighing->arena, weighing->status);
        worked = weights->bodies != NULL && weights->selves != NULL;
    }
    pprof_free_list(&growth.bodies);
    pprof_free_list(&growth.selves);
    pprof_free_list(&growth.leaves);
    pprof_free_list(&growth.candidates);
    pprof_free_list(&growth.path);
    pprof_free_list(&growth.pairs);
    pprof_free_list(&growth.spare);
    pprof_free_index_table(&growth.table);
    pprof_arena_free(&scratch);
    return worked;
}
