/* Takes the samples' stacks as frames; gives the calling-context tree in preorder, equal stacks merged.
 *
 * Inlined frames are expanded, innermost last, and count as any call does. A location without lines, or a line without
 * a function name, is a node too: it keeps what is above it from being taken for the caller of what is below it.
 *
 * Stacks are compared with the one before them first, since neighbours in a profile share their outer frames; only what
 * differs is looked up. The tree is walked without recursion: a stack may be as deep as its file is long. */
#include "buffer.h"
#include "weigh.h"

#include <stdlib.h>

/* A node while the tree grows, in order of first appearance: a parent comes before its children. */
typedef struct node {
    uint32_t parent, frame;
    uint64_t weight; /* of the samples that end here */
} node;

typedef struct growing_tree {
    pprof_buffer nodes;
    uint32_t node_count;
    uint64_t frames_left;    /* how many more the stacks may expand to */
    pprof_index_table table; /* by parent and frame */
    pprof_buffer stack;      /* node of each frame of the last sample, outermost first */
} growing_tree;

/* Inlined lines multiply: a file of N bytes can describe stacks of N² frames. Real profiles have a few lines per
 * location; one whose locations expand to more frames than this on average is an attack, and refused. */
enum { FRAMES_PER_LOCATION = 32, FRAMES_FOR_FREE = 1 << 20 };

static bool node_equals(const void *elements, uint32_t index, const void *key) {
    const node *have = (const node *)elements + index, *wanted = key;
    return have->parent == wanted->parent && have->frame == wanted->frame;
}

/* The node of [frame] under [parent], new if need be; PPROF_NONE with [status] set when that cannot be. */
static uint32_t enter_node(growing_tree *tree, uint32_t parent, uint32_t frame, pprof_status *status) {
    node key = {parent, frame, 0};
    uint64_t hash = pprof_mix_hash(0, (uint64_t)parent << 32 | frame);
    uint32_t index = pprof_find_index(&tree->table, hash, node_equals, tree->nodes.data, &key);
    if (index != PPROF_NONE) return index;
    if (!pprof_reserve_buffer(&tree->nodes, sizeof key, status) ||
        !pprof_insert_index(&tree->table, hash, tree->node_count, status))
        return PPROF_NONE;
    ((node *)(void *)tree->nodes.data)[tree->node_count] = key;
    tree->nodes.size += sizeof key;
    return tree->node_count++;
}

/* Where a sample's stack has got to. */
typedef struct cursor {
    uint32_t node;
    uint32_t depth;      /* frames so far */
    bool follows_before; /* all of them were those of the sample before */
} cursor;

static bool push_frame(growing_tree *tree, const char *path, cursor *at, uint32_t frame, pprof_status *status) {
    if (tree->frames_left-- == 0)
        return pprof_fail(status,
                          "%s: its stacks expand to more than %d frames per location, which no real profile's do", path,
                          FRAMES_PER_LOCATION);
    uint32_t *stack = (uint32_t *)(void *)tree->stack.data;
    const node *nodes = (const node *)(const void *)tree->nodes.data;
    if (at->follows_before && at->depth < tree->stack.size / sizeof *stack && nodes[stack[at->depth]].frame == frame) {
        at->node = stack[at->depth++];
        return true;
    }
    if (at->follows_before) tree->stack.size = at->depth * sizeof *stack;
    at->follows_before = false;
    at->node = enter_node(tree, at->node, frame, status);
    if (at->node == PPROF_NONE || !pprof_reserve_buffer(&tree->stack, sizeof *stack, status)) return false;
    ((uint32_t *)(void *)tree->stack.data)[at->depth++] = at->node;
    tree->stack.size += sizeof *stack;
    return true;
}

static bool add_sample(const pprof_weighing *weighing, growing_tree *tree, uint32_t sample) {
    const pprof_profile *profile = weighing->profile;
    uint64_t weight = pprof_get_sample_weight(weighing, sample);
    if (weight == 0) return true;
    cursor at = {.follows_before = true};
    for (uint32_t i = profile->first_location[sample + 1]; i > profile->first_location[sample]; i--) {
        const pprof_location *location = &profile->locations[profile->sample_locations[i - 1]];
        if (location->line_count == 0 &&
            !push_frame(tree, weighing->path, &at, weighing->frame_count, weighing->status))
            return false;
        for (uint32_t line = location->first_line + location->line_count; line > location->first_line; line--)
            if (!push_frame(tree, weighing->path, &at, weighing->line_frame[line - 1], weighing->status)) return false;
    }
    if (at.follows_before) tree->stack.size = at.depth * sizeof(uint32_t);
    ((node *)(void *)tree->nodes.data)[at.node].weight += weight; /* cannot overflow: measured so */
    return true;
}

static bool add_samples(const pprof_weighing *weighing, growing_tree *tree) {
    const pprof_profile *profile = weighing->profile;
    uint64_t entries = (uint64_t)profile->first_location[profile->sample_count] + profile->sample_count;
    tree->frames_left = entries * FRAMES_PER_LOCATION + FRAMES_FOR_FREE;
    if (!pprof_reserve_buffer(&tree->nodes, sizeof(node), weighing->status)) return false;
    *(node *)(void *)tree->nodes.data = (node){PPROF_NONE, weighing->frame_count, 0}; /* the empty stack */
    tree->nodes.size = sizeof(node);
    tree->node_count = 1;
    for (uint32_t i = 0; i < profile->sample_count; i++)
        if (!add_sample(weighing, tree, i)) return false;
    return true;
}

/* ---- preorder ---- */

/* Each node's first child and next sibling, 0 for none, siblings in order of their frames. */
typedef struct links {
    uint32_t *first_child, *next_sibling;
} links;

/* A counting sort by frame, then every node goes to the front of its parent's list, the last frame first. */
static bool link_siblings(const node *nodes, uint32_t count, uint32_t frame_count, links *links, pprof_arena *scratch,
                          pprof_status *status) {
    links->first_child = pprof_allocate(scratch, count, sizeof(uint32_t), status);
    links->next_sibling = pprof_allocate(scratch, count, sizeof(uint32_t), status);
    uint32_t *order = pprof_allocate(scratch, count, sizeof(uint32_t), status);
    uint32_t *start = pprof_allocate(scratch, (size_t)frame_count + 2, sizeof(uint32_t), status);
    if (links->first_child == NULL || links->next_sibling == NULL || order == NULL || start == NULL) return false;
    for (uint32_t i = 1; i < count; i++) start[nodes[i].frame + 1]++;
    for (uint32_t i = 0; i <= frame_count; i++) start[i + 1] += start[i];
    for (uint32_t i = 1; i < count; i++) order[start[nodes[i].frame]++] = i;
    for (uint32_t i = count - 1; i > 0; i--) {
        uint32_t child = order[i - 1], parent = nodes[child].parent;
        links->next_sibling[child] = links->first_child[parent];
        links->first_child[parent] = child;
    }
    return true;
}

/* Visits the nodes in preorder and writes them down. A node's link to its first child is done with once it was
 * followed: it then holds the node's number in the new order, until its end is known. */
static void write_preorder(const node *nodes, links *links, pprof_context_tree *tree) {
    uint32_t *number = links->first_child;
    uint32_t at = 0, next = 0;
    for (;;) {
        uint32_t child = links->first_child[at];
        tree->frames[next] = nodes[at].frame;
        tree->before[next + 1] = tree->before[next] + nodes[at].weight;
        number[at] = next++;
        if (child != 0) {
            at = child;
            continue;
        }
        for (;;) {
            tree->ends[number[at]] = next;
            if (at == 0) return;
            if (links->next_sibling[at] != 0) break;
            at = nodes[at].parent;
        }
        at = links->next_sibling[at];
    }
}

static bool order_tree(pprof_weighing *weighing, const growing_tree *from) {
    const node *nodes = (const node *)(const void *)from->nodes.data;
    pprof_context_tree *tree = &weighing->tree;
    pprof_arena scratch = {0};
    links links = {0};
    tree->node_count = from->node_count;
    tree->frames = pprof_allocate(&weighing->scratch, from->node_count, sizeof *tree->frames, weighing->status);
    tree->ends = pprof_allocate(&weighing->scratch, from->node_count, sizeof *tree->ends, weighing->status);
    tree->before =
        pprof_allocate(&weighing->scratch, (size_t)from->node_count + 1, sizeof *tree->before, weighing->status);
    bool worked = tree->frames != NULL && tree->ends != NULL && tree->before != NULL &&
                  link_siblings(nodes, from->node_count, weighing->frame_count, &links, &scratch, weighing->status);
    if (worked) write_preorder(nodes, &links, tree);
    pprof_arena_free(&scratch);
    return worked;
}

bool pprof_build_context_tree(pprof_weighing *weighing) {
    growing_tree tree = {0};
    bool worked = add_samples(weighing, &tree);
    pprof_free_index_table(&tree.table);
    pprof_free_buffer(&tree.stack);
    worked = worked && order_tree(weighing, &tree);
    pprof_free_buffer(&tree.nodes);
    return worked;
}
