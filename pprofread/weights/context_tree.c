/* Takes the stacks in order; gives the calling-context tree in preorder, equal beginnings merged.
 *
 * Inlined frames are expanded, innermost last, and count as any call does. A location without lines, or a line without
 * a function name, is a node too: it keeps what is above it from being taken for the caller of what is below it.
 *
 * Neighbours share the longest beginnings, so each stack is compared with the one before it alone: the nodes of what
 * they share are still open, the rest is appended. No node is ever looked up. */
#include "base/list.h"
#include "weights/weigh.h"

typedef struct growing_tree {
    const pprof_weighing *weighing;
    pprof_list path;        /* the nodes above, and of, the last one that was added */
    pprof_list path_depths; /* of each location of the last stack: the length of the path above it */
    pprof_list nodes;       /* pprof_context_node */
    uint64_t weight;        /* of the samples whose leaf is one of them */
} growing_tree;

/* Inlined lines multiply: a file of N bytes can describe stacks of N² frames. Real profiles have a few lines per
 * location; one whose locations expand to more frames than this on average is an attack, and refused. */
enum { FRAMES_PER_LOCATION = 32, FRAMES_FOR_FREE = 1 << 20 };

static bool check_size(const pprof_weighing *weighing) {
    const pprof_profile *profile = weighing->profile;
    uint32_t location_count = profile->first_location[profile->sample_count];
    uint64_t frames = 0;
    for (uint32_t i = 0; i < location_count; i++) frames += profile->locations[profile->sample_locations[i]].line_count;
    if (frames <= (uint64_t)location_count * FRAMES_PER_LOCATION + FRAMES_FOR_FREE) return true;
    return pprof_fail(weighing->status,
                      "%s: its stacks have %llu inlined frames in %u locations, as no real profile's do",
                      weighing->path, (unsigned long long)frames, location_count);
}

/* Nodes deeper than [depth] have all they will ever have below them. */
static void close_nodes(growing_tree *tree, uint32_t depth) {
    const uint32_t *path = tree->path.items;
    pprof_context_node *nodes = tree->nodes.items;
    for (; tree->path.count > depth; tree->path.count--) nodes[path[tree->path.count - 1]].end = tree->nodes.count;
}

static bool add_node(growing_tree *tree, uint32_t frame) {
    pprof_status *status = tree->weighing->status;
    uint32_t *open = pprof_append_item(&tree->path, status);
    if (open == NULL) return false;
    *open = tree->nodes.count;
    pprof_context_node *node = pprof_append_item(&tree->nodes, status);
    if (node == NULL) return false;
    *node = (pprof_context_node){.frame = frame, .before = tree->weight};
    return true;
}

/* Adds the frames of one more location of the stack, outermost first. */
static bool add_location(growing_tree *tree, uint32_t index) {
    const pprof_weighing *weighing = tree->weighing;
    const pprof_location *location = &weighing->profile->locations[index];
    uint32_t *depth = pprof_append_item(&tree->path_depths, weighing->status);
    if (depth == NULL) return false;
    *depth = tree->path.count;
    if (location->line_count == 0) return add_node(tree, weighing->frame_count);
    for (uint32_t i = location->line_count; i-- > 0;)
        if (!add_node(tree, weighing->line_frame[location->first_line + i])) return false;
    return true;
}

/* How many outermost locations are of the same class in two stacks. */
static uint32_t count_shared(const pprof_weighing *weighing, uint32_t a, uint32_t b) {
    const pprof_profile *profile = weighing->profile;
    const uint32_t *class = weighing->location_class;
    const uint32_t *x = profile->sample_locations + profile->first_location[a + 1];
    const uint32_t *y = profile->sample_locations + profile->first_location[b + 1];
    uint32_t x_count = profile->first_location[a + 1] - profile->first_location[a];
    uint32_t y_count = profile->first_location[b + 1] - profile->first_location[b];
    uint32_t shared = 0;
    while (shared < x_count && shared < y_count && class[*--x] == class[*--y]) shared++;
    return shared;
}

/* Adds what [sample] does not share with the one before, of which [shared] locations are still on the path. */
static bool add_stack(growing_tree *tree, uint32_t sample, uint32_t shared) {
    const pprof_profile *profile = tree->weighing->profile;
    uint32_t first = profile->first_location[sample], at = profile->first_location[sample + 1] - shared;
    const uint32_t *depths = tree->path_depths.items;
    if (shared < tree->path_depths.count) close_nodes(tree, depths[shared]);
    tree->path_depths.count = shared;
    while (at > first)
        if (!add_location(tree, profile->sample_locations[--at])) return false;
    tree->weight += pprof_get_sample_weight(tree->weighing, sample); /* cannot overflow: samples.c measured so */
    return true;
}

static bool grow_tree(growing_tree *tree) {
    const pprof_weighing *weighing = tree->weighing;
    const uint32_t *samples = weighing->ordered_samples;
    if (!check_size(weighing) || !add_node(tree, weighing->frame_count)) return false;
    for (uint32_t i = 0; i < weighing->ordered_count; i++) {
        uint32_t shared = i == 0 ? 0 : count_shared(weighing, samples[i - 1], samples[i]);
        if (!add_stack(tree, samples[i], shared)) return false;
    }
    close_nodes(tree, 0);
    pprof_context_node *last = pprof_append_item(&tree->nodes, weighing->status);
    if (last != NULL) *last = (pprof_context_node){.before = tree->weight};
    return last != NULL;
}

bool pprof_build_context_tree(pprof_weighing *weighing) {
    growing_tree tree = {
        .weighing = weighing,
        .path = {.item_size = sizeof(uint32_t)},
        .path_depths = {.item_size = sizeof(uint32_t)},
        .nodes = {.item_size = sizeof(pprof_context_node)},
    };
    bool worked = grow_tree(&tree);
    if (worked) {
        weighing->tree.node_count = tree.nodes.count - 1;
        weighing->tree.nodes = pprof_keep_items(&tree.nodes, &weighing->scratch, weighing->status);
        worked = weighing->tree.nodes != NULL;
    }
    pprof_free_list(&tree.nodes);
    pprof_free_list(&tree.path);
    pprof_free_list(&tree.path_depths);
    return worked;
}
