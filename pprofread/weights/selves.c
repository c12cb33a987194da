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
            (leaf){stack[1].before - stack->before, node, frames[node], PPROF_NONE};
    }
    return true;
}

/* Finds the leaves whose bodies have selves to be counted. On level 0 these are the functions' own. */
static void place_leaves(growth *growth) {
    const uint32_t *renamed = growth->renamed.items;
    for (uint32_t i = 0; i < growth->leaf_count; i++) {
        leaf *leaf = &growth->leaves[i];
        if (growth->level == 0) {
            leaf->body = growth->weighing->frames[leaf->frame].function;
            continue;
        }
        uint32_t class = growth->node_classes[leaf->node];
        leaf->body = PPROF_NONE;
        if (class < growth->first_tag) continue;
        class = renamed[class - growth->first_tag];
        if (class >= growth->first_new) leaf->body = get_class(growth, class)->body;
    }
}

/* Counts each body's selves and gives them room. [last_frames], one of each body, are PPROF_NONE. */
static bool reserve_selves(growth *growth, uint32_t first, uint32_t *last_frames) {
    const newest *newest = growth->newest.items;
    for (uint32_t i = 0; i < growth->leaf_count; i++) {
        const leaf *leaf = &growth->leaves[i];
        if (leaf->body == PPROF_NONE || last_frames[leaf->body - first] == leaf->frame) continue;
        last_frames[leaf->body - first] = leaf->frame;
        get_body(growth, leaf->body)->self_count++;
    }
    size_t count = growth->selves.count;
    for (uint32_t i = first; i < growth->bodies.count; i++) {
        pprof_body *body = get_body(growth, i);
        uint32_t source = newest[i - first].source;
        if (source != PPROF_NONE) body->self_count = get_body(growth, source)->self_count;
        body->first_self = (uint32_t)count;
        count += body->self_count;
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

/* [written], one of each body, are 0: how many selves it has so far. */
static void write_selves(growth *growth, uint32_t first, uint32_t *last_frames, uint32_t *written) {
    for (uint32_t i = 0; i < growth->leaf_count; i++) {
        const leaf *leaf = &growth->leaves[i];
        if (leaf->body == PPROF_NONE) continue;
        uint32_t *last_frame = &last_frames[leaf->body - first], *count = &written[leaf->body - first];
        pprof_body *body = get_body(growth, leaf->body);
        pprof_self *next = (pprof_self *)growth->selves.items + body->first_self + *count;
        if (*last_frame != leaf->frame) {
            *next++ = (pprof_self){.place = growth->weighing->frames[leaf->frame].place};
            ++*count;
            *last_frame = leaf->frame;
        }
        next[-1].weight += leaf->weight;
        body->leaf += leaf->weight;
    }
}

bool pprof_add_selves(growth *growth, uint32_t first) {
    size_t count = growth->bodies.count - first;
    pprof_arena scratch = {0};
    uint32_t *last_frames = pprof_allocate(&scratch, count, sizeof *last_frames, growth->weighing->status);
    uint32_t *written = pprof_allocate(&scratch, count, sizeof *written, growth->weighing->status);
    bool worked = last_frames != NULL && written != NULL;
    if (worked) {
        memset(last_frames, 0xff, count * sizeof *last_frames);
        place_leaves(growth);
        worked = reserve_selves(growth, first, last_frames);
    }
    if (worked) {
        copy_selves(growth, first);
        memset(last_frames, 0xff, count * sizeof *last_frames);
        write_selves(growth, first, last_frames, written);
    }
    pprof_arena_free(&scratch);
    return worked;
}
