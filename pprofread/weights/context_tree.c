/* Takes the stacks in order; gives the tree of their frames, equal beginnings merged.
 *
 * Inlined frames are expanded, innermost last, and count as any call does. A location without lines, or a line without
 * a function name, is a node too: it keeps what is above it from being taken for the caller of what is below it.
 *
 * Neighbours share the longest beginnings, so the nodes of what a stack shares are those of the one before, and the
 * rest is appended. No node is ever looked up. */
#include "base/list.h"
#include "weights/weigh.h"

#include <assert.h>

typedef struct growing_tree {
    pprof_stacks *stacks;
    pprof_context_tree *tree;
    pprof_list path;        /* the nodes of the stack that was added last */
    pprof_list path_depths; /* of each of its locations: the length of the path above it */
    pprof_status *status;
} growing_tree;

/* Inlined lines multiply: a file of N bytes can describe stacks of N² frames. Real profiles have a few lines per
 * location; one whose locations expand to more frames than this on average is an attack, and refused. */
enum { FRAMES_PER_LOCATION = 32, FRAMES_FOR_FREE = 1 << 20 };

/* The number of nodes that there will be; false where there are far too many. */
static bool count_nodes(const pprof_weighing *weighing, uint32_t *count) {
    const pprof_stacks *stacks = &weighing->stacks;
    uint32_t location_count = stacks->count == 0 ? 0 : stacks->stacks[stacks->count - 1].end;
    uint64_t frames = 0;
    for (uint32_t i = 0; i < location_count; i++)
        frames += stacks->first_frame[stacks->locations[i] + 1] - stacks->first_frame[stacks->locations[i]];
    *count = (uint32_t)frames;
    if (frames > (uint64_t)location_count * FRAMES_PER_LOCATION + FRAMES_FOR_FREE)
        return pprof_fail(weighing->status,
                          "%s: its stacks have %llu inlined frames in %u locations, as no real profile's do",
                          weighing->path, (unsigned long long)frames, location_count);
    if (frames < PPROF_NONE) return true;
    return pprof_fail(weighing->status, "%s: its stacks have more than 2^32 frames", weighing->path);
}

/* Nodes deeper than [depth] are not in [stack] any more, nor in any later one. */
static void close_nodes(growing_tree *growing, uint32_t depth, uint32_t stack) {
    const uint32_t *path = growing->path.items;
    if (growing->path.count > growing->tree->greatest_depth) growing->tree->greatest_depth = growing->path.count;
    for (; growing->path.count > depth; growing->path.count--)
        growing->tree->ends[path[growing->path.count - 1]] = stack;
}

/* Adds the frames of one more location of the stack. */
static bool add_location(growing_tree *growing, uint32_t class) {
    const pprof_stacks *stacks = growing->stacks;
    pprof_context_tree *tree = growing->tree;
    uint32_t first = stacks->first_frame[class], end = stacks->first_frame[class + 1];
    uint32_t *depth = pprof_append_item(&growing->path_depths, growing->status);
    if (depth == NULL ||
        !pprof_reserve_items(&growing->path, (size_t)growing->path.count + (end - first), growing->status))
        return false;
    *depth = growing->path.count;
    uint32_t *path = growing->path.items;
    for (uint32_t i = first; i < end; i++) {
        path[growing->path.count++] = tree->node_count;
        tree->frames[tree->node_count++] = stacks->frames[i];
    }
    return true;
}

static bool grow_tree(growing_tree *growing) {
    const pprof_stacks *stacks = growing->stacks;
    for (uint32_t i = 0, at = 0; i < stacks->count; i++) {
        pprof_stack *stack = &stacks->stacks[i];
        const uint32_t *depths = growing->path_depths.items;
        uint32_t shared = stack->shared, end = stack->end;
        assert(shared <= growing->path_depths.count && (depths != NULL || shared == 0));
        if (shared < growing->path_depths.count) {
            assert(depths != NULL);
            close_nodes(growing, depths[shared], i);
        }
        growing->path_depths.count = shared;
        stack->shared = growing->path.count;
        for (; at < end; at++)
            if (!add_location(growing, stacks->locations[at])) return false;
        stack->end = growing->tree->node_count;
    }
    close_nodes(growing, 0, stacks->count);
    return true;
}

bool pprof_build_context_tree(pprof_weighing *weighing) {
    pprof_context_tree *tree = &weighing->tree;
    uint32_t node_count;
    if (!count_nodes(weighing, &node_count)) return false;
    tree->frames = pprof_allocate(&weighing->bodies_room, node_count, sizeof *tree->frames, weighing->status);
    tree->ends = pprof_allocate(&weighing->bodies_room, node_count, sizeof *tree->ends, weighing->status);
    if (weighing->status->failed) return false;
    growing_tree growing = {
        .stacks = &weighing->stacks,
        .tree = tree,
        .path = {.item_size = sizeof(uint32_t)},
        .path_depths = {.item_size = sizeof(uint32_t)},
        .status = weighing->status,
    };
    bool worked = grow_tree(&growing);
    pprof_free_list(&growing.path);
    pprof_free_list(&growing.path_depths);
    return worked;
}
