/* Takes the calling-context tree; gives every function's body with the contexts under it, in their total order.
 *
 * A body is a set of the tree's nodes. A function's own body is all nodes of that function; a call of a body is all
 * children of the body's nodes that come from one place and lead to one function:
 *
 *   main:3 ─▶ f:5 ─▶ g:1          f's body { 2, 5 }       its call 5 ─▶ g { 3, 6 }
 *   main:4 ─▶ f:5 ─▶ g:1            selves: none              selves: 1 with 2 samples
 *
 * So bodies grow level by level, each level from the sets of the one above, and no path is ever looked up. With a set
 * in preorder, recursion shows as a node that lies before the end of an earlier one: its samples have been counted.
 *
 * Functions and their own calls are always complete. Deeper contexts of a large profile may be many times its size,
 * nearly all of a sample or two; a quarter of a million are kept, shared out level by level, the heaviest first, and
 * weights->context_minimum says what was too light. What weighs no more than that cannot call anything that weighs
 * more, so it is not looked into. */
#include "base/sort.h"
#include "weights/weigh.h"

/* Nodes of a level's bodies, body after body. */
typedef struct level {
    uint32_t *nodes;
    uint32_t count;
} level;

typedef struct growth {
    pprof_weighing *weighing;
    pprof_list bodies, selves;
    pprof_list pairs, spare; /* to be sorted: (caller's frame, callee) and node, or frame and weight */
    level this_level, next_level;
    uint64_t cut; /* bodies of the next level that weigh no more than this are left out */
} growth;

static pprof_body *get_body(growth *growth, uint32_t index) {
    pprof_body *bodies = growth->bodies.items;
    return &bodies[index];
}

static uint32_t get_function(const pprof_weighing *weighing, uint32_t node) {
    uint32_t frame = weighing->tree.nodes[node].frame;
    return frame == weighing->frame_count ? PPROF_NONE : weighing->frames[frame].function;
}

/* The samples that a body's nodes hold, each once. */
static void weigh_body(const pprof_weighing *weighing, pprof_body *body, const uint32_t *nodes, uint32_t count) {
    const pprof_context_tree *tree = &weighing->tree;
    uint64_t inclusive = 0, leaf = 0;
    for (uint32_t i = 0, end = 0; i < count; i++) {
        uint32_t node = nodes[i];
        leaf += pprof_get_leaf_weight(tree, node);
        if (node < end) continue; /* below one of the same body */
        end = tree->nodes[node].end;
        inclusive += pprof_get_inclusive_weight(tree, node);
    }
    body->inclusive = pprof_scale_weight(inclusive, weighing->shift);
    body->leaf = pprof_scale_weight(leaf, weighing->shift);
}

/* Appends a body that is the last [node_count] nodes of [level], unless it is too light: then these nodes are taken
 * back. Until its own calls are looked at, first_call and call_count hold the range of its nodes. */
static bool add_body(growth *growth, uint32_t function, pprof_place place, level *level, uint32_t node_count) {
    uint32_t first_node = level->count - node_count;
    pprof_body body = {.function = function, .place = place, .first_call = first_node, .call_count = node_count};
    weigh_body(growth->weighing, &body, level->nodes + first_node, node_count);
    if (body.inclusive <= growth->cut) {
        level->count = first_node;
        return true;
    }
    pprof_body *item = pprof_append_item(&growth->bodies, growth->weighing->status);
    if (item != NULL) *item = body;
    return item != NULL;
}

static bool add_selves(growth *growth, pprof_body *body, const uint32_t *nodes, uint32_t count) {
    const pprof_weighing *weighing = growth->weighing;
    const pprof_context_tree *tree = &weighing->tree;
    if (!pprof_reserve_items(&growth->pairs, count, weighing->status)) return false;
    pprof_pair *pairs = growth->pairs.items;
    size_t found = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t weight = pprof_get_leaf_weight(tree, nodes[i]);
        if (weight != 0) pairs[found++] = (pprof_pair){tree->nodes[nodes[i]].frame, weight};
    }
    if (!pprof_sort_pairs(pairs, found, &growth->spare, weighing->status)) return false;

    body->first_self = growth->selves.count;
    for (size_t i = 0, next; i < found; i = next) {
        uint64_t weight = 0;
        for (next = i; next < found && pairs[next].key == pairs[i].key; next++) weight += pairs[next].value;
        pprof_self *self = pprof_append_item(&growth->selves, weighing->status);
        if (self == NULL) return false;
        self->place = weighing->frames[pairs[i].key].place;
        self->weight = pprof_scale_weight(weight, weighing->shift);
    }
    body->self_count = growth->selves.count - body->first_self;
    return true;
}

/* Lists the calls from [nodes] as pairs, in order. */
static bool list_calls(growth *growth, const uint32_t *nodes, uint32_t count) {
    const pprof_weighing *weighing = growth->weighing;
    const pprof_context_tree *tree = &weighing->tree;
    growth->pairs.count = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t caller = (uint64_t)tree->nodes[nodes[i]].frame << 32;
        uint32_t end = tree->nodes[nodes[i]].end;
        for (uint32_t child = nodes[i] + 1; child < end; child = tree->nodes[child].end) {
            uint32_t callee = get_function(weighing, child);
            if (callee == PPROF_NONE) continue;
            pprof_pair *pair = pprof_append_item(&growth->pairs, weighing->status);
            if (pair == NULL) return false;
            *pair = (pprof_pair){caller | callee, child};
        }
    }
    return pprof_sort_pairs(growth->pairs.items, growth->pairs.count, &growth->spare, weighing->status);
}

static bool add_calls(growth *growth, uint32_t parent, const uint32_t *nodes, uint32_t count) {
    const pprof_weighing *weighing = growth->weighing;
    if (!list_calls(growth, nodes, count)) return false;
    const pprof_pair *pairs = growth->pairs.items;
    uint32_t found = growth->pairs.count;
    level *level = &growth->next_level;
    uint32_t first_call = growth->bodies.count;
    for (uint32_t i = 0, next; i < found; i = next) {
        uint32_t first_node = level->count;
        for (next = i; next < found && pairs[next].key == pairs[i].key; next++)
            level->nodes[level->count++] = (uint32_t)pairs[next].value;
        pprof_place place = weighing->frames[pairs[i].key >> 32].place;
        if (!add_body(growth, (uint32_t)pairs[i].key, place, level, level->count - first_node)) return false;
    }
    pprof_body *body = get_body(growth, parent);
    body->first_call = first_call;
    body->call_count = growth->bodies.count - first_call;
    return true;
}

/* The largest weight that must go so that at most [room] of the bodies from [first] on remain. */
static bool find_cut(growth *growth, uint32_t first, uint32_t room, uint64_t *cut) {
    uint32_t count = growth->bodies.count - first;
    if (!pprof_reserve_items(&growth->pairs, count, growth->weighing->status)) return false;
    pprof_pair *pairs = growth->pairs.items;
    for (uint32_t i = 0; i < count; i++) pairs[i] = (pprof_pair){get_body(growth, first + i)->inclusive, 0};
    if (!pprof_sort_pairs(pairs, count, &growth->spare, growth->weighing->status)) return false;
    *cut = pairs[count - room - 1].key;
    return true;
}

/* Takes the lightest of the newest bodies, [first, count), from their parents, [first_parent, end_parent), so that at
 * most [room] remain. Equal ones go together: what remains does not depend on the order of anything. */
static bool prune_level(growth *growth, uint32_t first_parent, uint32_t end_parent, uint32_t first, uint32_t room) {
    pprof_weights *weights = growth->weighing->weights;
    if (!find_cut(growth, first, room, &growth->cut)) return false;
    uint32_t kept = first;
    for (uint32_t i = first_parent; i < end_parent; i++) {
        pprof_body *parent = get_body(growth, i);
        uint32_t from = parent->first_call, end = from + parent->call_count;
        parent->first_call = kept;
        for (; from < end; from++)
            if (get_body(growth, from)->inclusive > growth->cut) *get_body(growth, kept++) = *get_body(growth, from);
        parent->call_count = kept - parent->first_call;
    }
    growth->bodies.count = kept;
    if (growth->cut >= weights->context_minimum)
        weights->context_minimum = growth->cut == UINT64_MAX ? growth->cut : growth->cut + 1;
    return true;
}

/* Looks at the bodies [first, end), which are one level, and appends at most [room] calls of theirs. So that memory
 * stays bounded, the lightest go whenever there are twice as many, and none as light is added after that. */
static bool grow_level(growth *growth, uint32_t first, uint32_t end, uint32_t room) {
    growth->next_level.count = 0;
    growth->cut = 0;
    for (uint32_t i = first; i < end; i++) {
        pprof_body *body = get_body(growth, i);
        const uint32_t *nodes = growth->this_level.nodes + body->first_call;
        uint32_t count = body->call_count;
        body->first_call = growth->bodies.count;
        body->call_count = 0;
        bool may_have_calls = room != 0 && body->inclusive > growth->cut;
        if (!add_selves(growth, body, nodes, count)) return false;
        if (may_have_calls && !add_calls(growth, i, nodes, count)) return false;
        uint32_t added = growth->bodies.count - end;
        if (added > room && (added / 2 > room || i + 1 == end) && !prune_level(growth, first, i + 1, end, room))
            return false;
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
    for (uint32_t i = 0; i < function_count; i++) start[i + 1] += start[i];
    for (uint32_t node = 0; node < node_count; node++) /* moves each start to its end */
        if (get_function(weighing, node) != PPROF_NONE)
            growth->this_level.nodes[start[get_function(weighing, node)]++] = node;
    for (uint32_t i = 0; i < function_count; i++) {
        uint32_t count = start[i] - growth->this_level.count;
        growth->this_level.count = start[i];
        if (!add_body(growth, i, (pprof_place){PPROF_NO_OFFSET, 0}, &growth->this_level, count)) return false;
    }
    return true;
}

/* How many contexts below the functions' own calls are kept. The recordings in bench/profiles have 700 to 24,000, all
 * kept; of a 60 MB profile the room is for those that hold more than one in ten thousand of its samples. */
enum { CONTEXT_ROOM = 1 << 18 };

static bool grow_all_levels(growth *growth, pprof_arena *scratch) {
    const pprof_weighing *weighing = growth->weighing;
    uint32_t room = CONTEXT_ROOM, first = 0, depth_limit = weighing->context_depth;
    if (!add_roots(growth, scratch)) return false;
    for (uint32_t depth = 0; first < growth->bodies.count; depth++) {
        uint32_t end = growth->bodies.count;
        /* What is left is shared by the levels that may come, so that heavy deep contexts find room. */
        uint32_t share = depth == 0 ? UINT32_MAX : depth < depth_limit ? room / (depth_limit - depth) : 0;
        if (!grow_level(growth, first, end, share)) return false;
        if (depth != 0) room -= growth->bodies.count - end;
        first = end;
    }
    return true;
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
        .pairs = {.item_size = sizeof(pprof_pair)},
        .spare = {.item_size = sizeof(pprof_pair)},
    };
    weigh_leaves(weighing);
    bool worked = grow_all_levels(&growth, &scratch);
    weights->body_count = growth.bodies.count;
    weights->self_count = growth.selves.count;
    if (worked) {
        weights->bodies = pprof_keep_items(&growth.bodies, weighing->arena, weighing->status);
        weights->selves = pprof_keep_items(&growth.selves, weighing->arena, weighing->status);
        worked = weights->bodies != NULL && weights->selves != NULL;
    }
    pprof_free_list(&growth.bodies);
    pprof_free_list(&growth.selves);
    pprof_free_list(&growth.pairs);
    pprof_free_list(&growth.spare);
    pprof_arena_free(&scratch);
    return worked;
}
