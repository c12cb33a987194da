/* Takes the bodies of a level and the leaves, nodes whose samples end there; gives the bodies their selves in the order
 * of places, and their leaf weights.
 *
 * The leaves are in the order of their frames, and frames in that of places, so a body meets its selves in order. A
 * body with the same nodes as one of the level before has that one's selves. */
#include "weights/growth.h"

#include <string.h>

bool pprof_list_leaves(growth *growth, pprof_arena *scratch) {
    const pprof_weighing *weighing = growth->weighing;
    const pprof_stack *stacks = weighing->stacks.stacks, *end = stacks + weighing->stacks.count;
    const uint32_t *frames = weighing->tree.frames, unnamed = weighing->frame_count;
    uint64_t unnamed_weight = 0, lineless_weight = 0;
    uint32_t *starts = pprof_allocate(scratch, unnamed + (size_t)2, sizeof *starts, weighing->status);
    growth->leaves = pprof_allocate(scratch, weighing->stacks.count, sizeof *growth->leaves, weighing->status);
    if (starts == NULL || growth->leaves == NULL) return false;
    for (const pprof_stack *stack = stacks; stack < end; stack++) {
        uint32_t frame = stack->end == 0 ? unnamed : frames[stack->end - 1]; /* the first may be empty */
        uint64_t weight = stack[1].before - stack->before;
        if (frame == unnamed)
            unnamed_weight += weight;
        else if (weighing->frames[frame].place.offset == PPROF_NO_OFFSET)
            lineless_weight += weight;
        starts[frame + 1]++;
    }
    weighing->weights->unnamed = pprof_scale_weight(unnamed_weight, weighing->shift);
    weighing->weights->without_line = pprof_scale_weight(lineless_weight, weighing->shift);
    for (uint32_t frame = 0; frame < unnamed; frame++) starts[frame + 1] += starts[frame];
    growth->leaf_count = starts[unnamed];
    for (const pprof_stack *stack = stacks; stack < end; stack++) {
        if (stack->end == 0 || frames[stack->end - 1] == unnamed) continue;
        uint32_t node = stack->end - 1;
        growth->leaves[starts[frames[node]]++] =
            (leaf){stack[1].before - stack->before, node, frames[node], weighing->frames[frames[node]].function};
    }
    return true;
}

enum { AHEAD = 16 }; /* leaves whose nodes are fetched from memory before their turn */

/* Finds the leaves whose bodies have selves to be counted, and leaves out those that have no body any more. */
static void place_leaves(growth *growth) {
    const uint32_t *renamed = growth->renamed.items;
    uint32_t count = 0;
    for (uint32_t i = 0; i < growth->leaf_count; i++) {
        if (growth->leaf_count - i > AHEAD) __builtin_prefetch(&growth->node_classes[growth->leaves[i + AHEAD].node]);
        leaf leaf = growth->leaves[i];
        uint32_t class = growth->node_classes[leaf.node];
        if (class >= growth->first_tag) class = renamed[class - growth->first_tag];
        if (*get_level(growth, class) != growth->level) continue;
        leaf.body = class < growth->first_new ? PPROF_NONE : get_class(growth, class)->body;
        growth->leaves[count++] = leaf;
    }
    growth->leaf_count = count;
}

static filling *get_filling(const growth *growth, uint32_t first, uint32_t body) {
    return (filling *)growth->fillings.items + (body - first);
}

/* Counts each body's selves and gives them room. */
static bool reserve_selves(growth *growth, uint32_t first) {
    const newest *newest = growth->newest.items;
    for (uint32_t i = 0; i < growth->leaf_count; i++) {
        const leaf *leaf = &growth->leaves[i];
        if (leaf->body == PPROF_NONE) continue;
        filling *filling = get_filling(growth, first, leaf->body);
        filling->count += filling->last_frame != leaf->frame;
        filling->last_frame = leaf->frame;
    }
    size_t count = growth->selves.count;
    for (uint32_t i = first; i < growth->bodies.count; i++) {
        pprof_body *body = get_body(growth, i);
        uint32_t source = newest[i - first].source;
        filling *filling = get_filling(growth, first, i);
        body->self_count = source == PPROF_NONE ? filling->count : get_body(growth, source)->self_count;
        body->first_self = (uint32_t)count;
        count += body->self_count;
        *filling = (struct filling){PPROF_NONE, 0};
    }
    if (!pprof_reserve_items(&growth->selves, count, growth->weighing->status)) return false;
    growth->selves.count = (uint32_t)count;
    return true;
}

static void copy_selves(growth *growth, uint32_t first) {
    const newest *newest = growth->newest.items;
    pprof_self *selves = growth->selves.items;
    for (uint32_t i = first; i < growth->bodies.count; i++) {
        pprof_body *body = get_body(growth, i);
        if (newest[i - first].source == PPROF_NONE) continue;
        const pprof_body *source = get_body(growth, newest[i - first].source);
        body->leaf = source->leaf;
        if (body->self_count != 0)
            memcpy(&selves[body->first_self], &selves[source->first_self], body->self_count * sizeof *selves);
    }
}

static void write_selves(growth *growth, uint32_t first) {
    for (uint32_t i = 0; i < growth->leaf_count; i++) {
        const leaf *leaf = &growth->leaves[i];
        if (leaf->body == PPROF_NONE) continue;
        filling *filling = get_filling(growth, first, leaf->body);
        pprof_body *body = get_body(growth, leaf->body);
        pprof_self *next = (pprof_self *)growth->selves.items + body->first_self + filling->count;
        if (filling->last_frame != leaf->frame) {
            *next++ = (pprof_self){.place = growth->weighing->frames[leaf->frame].place};
            filling->count++;
            filling->last_frame = leaf->frame;
        }
        next[-1].weight += leaf->weight;
        body->leaf += leaf->weight;
    }
}

bool pprof_add_selves(growth *growth, uint32_t first) {
    pprof_list *fillings = &growth->fillings;
    fillings->count = growth->bodies.count - first;
    if (!pprof_reserve_items(fillings, fillings->count, growth->weighing->status)) return false;
    for (uint32_t i = first; i < growth->bodies.count; i++) *get_filling(growth, first, i) = (filling){PPROF_NONE, 0};
    if (growth->level != 0) place_leaves(growth);
    if (!reserve_selves(growth, first)) return false;
    copy_selves(growth, first);
    write_selves(growth, first);
    return true;
}
