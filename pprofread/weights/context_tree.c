/* Takes the samples' stacks as frames; gives the calling-context tree in preorder, equal stacks merged.
 *
 * Inlined frames are expanded, innermost last, and count as any call does. A location without lines, or a line without
 * a function name, is a node too: it keeps what is above it from being taken for the caller of what is below it.
 *
 * The tree is the stacks in order, so this is a sort: all samples begin as one group with the empty stack; a group is
 * sorted by its samples' next frame, each run of equal frames is a child node and again a group. Groups wait on a
 * stack of our own: a sample's stack may be as deep as its file is long. */
#include "base/sort.h"
#include "weights/weigh.h"

/* How far into its stack a sample has got, from the outermost frame inwards. */
typedef struct cursor {
    uint32_t location;   /* into sample_locations: the locations before it are still to come */
    uint32_t lines_left; /* of the location at it; the last line is the outermost */
} cursor;

/* Samples [first, end) of the order that share their first [depth] frames, the last of which is [frame]. */
typedef struct group {
    uint32_t first, end, depth, frame;
} group;

typedef struct growing_tree {
    const pprof_weighing *weighing;
    cursor *cursors; /* of each sample */
    uint32_t *order; /* the samples, group by group */
    pprof_list pairs, spare;
    pprof_list groups; /* still to be looked at, the next one last */
    pprof_list path;   /* the nodes above, and of, the last one that was added */
    pprof_list nodes;  /* pprof_context_node */
    uint64_t weight;   /* of the samples whose leaf is one of them */
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

/* The sample's next frame; false when its stack has ended. */
static bool take_frame(const pprof_weighing *weighing, cursor *cursor, uint32_t sample, uint32_t *frame) {
    const pprof_profile *profile = weighing->profile;
    if (cursor->lines_left == 0) {
        if (cursor->location == profile->first_location[sample]) return false;
        const pprof_location *location = &profile->locations[profile->sample_locations[--cursor->location]];
        cursor->lines_left = location->line_count;
        if (location->line_count == 0) {
            *frame = weighing->frame_count;
            return true;
        }
    }
    const pprof_location *location = &profile->locations[profile->sample_locations[cursor->location]];
    *frame = weighing->line_frame[location->first_line + --cursor->lines_left];
    return true;
}

/* Nodes deeper than [depth], and those as deep, have all they will ever have below them. */
static void close_nodes(growing_tree *tree, uint32_t depth) {
    const uint32_t *path = tree->path.items;
    pprof_context_node *nodes = tree->nodes.items;
    for (; tree->path.count > depth; tree->path.count--) nodes[path[tree->path.count - 1]].end = tree->nodes.count;
}

/* Adds the node of [group], whose samples that end here weigh [weight]. */
static bool add_node(growing_tree *tree, const group *group, uint64_t weight) {
    pprof_status *status = tree->weighing->status;
    close_nodes(tree, group->depth);
    uint32_t *open = pprof_append_item(&tree->path, status);
    if (open == NULL) return false;
    *open = tree->nodes.count;
    pprof_context_node *node = pprof_append_item(&tree->nodes, status);
    if (node == NULL) return false;
    *node = (pprof_context_node){.frame = group->frame, .before = tree->weight};
    tree->weight += weight; /* cannot overflow: samples.c measured so */
    return true;
}

static bool push_group(growing_tree *tree, group group) {
    struct group *item = pprof_append_item(&tree->groups, tree->weighing->status);
    if (item != NULL) *item = group;
    return item != NULL;
}

/* Adds the node of [group] and leaves its children as groups, the first child on top. */
static bool split_group(growing_tree *tree, group group) {
    const pprof_weighing *weighing = tree->weighing;
    pprof_pair *pairs = tree->pairs.items;
    size_t going_on = 0;
    uint64_t weight = 0;
    for (uint32_t i = group.first; i < group.end; i++) {
        uint32_t sample = tree->order[i], frame;
        if (take_frame(weighing, &tree->cursors[sample], sample, &frame))
            pairs[going_on++] = (pprof_pair){frame, sample};
        else
            weight += pprof_get_sample_weight(weighing, sample);
    }
    if (!add_node(tree, &group, weight) || !pprof_sort_pairs(pairs, going_on, &tree->spare, weighing->status))
        return false;
    for (size_t i = 0; i < going_on; i++) tree->order[group.first + i] = (uint32_t)pairs[i].value;
    for (size_t end = going_on, first; end > 0; end = first) {
        for (first = end - 1; first > 0 && pairs[first - 1].key == pairs[end - 1].key;) first--;
        struct group child = {group.first + (uint32_t)first, group.first + (uint32_t)end, group.depth + 1,
                              (uint32_t)pairs[first].key};
        if (!push_group(tree, child)) return false;
    }
    return true;
}

/* Everything before the first group: the samples that count, each at the outer end of its stack. */
static bool start_tree(growing_tree *tree, pprof_arena *scratch) {
    const pprof_weighing *weighing = tree->weighing;
    const pprof_profile *profile = weighing->profile;
    group all = {0, 0, 0, weighing->frame_count};
    tree->cursors = pprof_allocate(scratch, profile->sample_count, sizeof *tree->cursors, weighing->status);
    tree->order = pprof_allocate(scratch, profile->sample_count, sizeof *tree->order, weighing->status);
    if (tree->cursors == NULL || tree->order == NULL ||
        !pprof_reserve_items(&tree->pairs, profile->sample_count, weighing->status))
        return false;
    for (uint32_t i = 0; i < profile->sample_count; i++) {
        tree->cursors[i].location = profile->first_location[i + 1];
        if (pprof_get_sample_weight(weighing, i) != 0) tree->order[all.end++] = i;
    }
    return push_group(tree, all);
}

static bool grow_tree(growing_tree *tree, pprof_arena *scratch) {
    if (!check_size(tree->weighing) || !start_tree(tree, scratch)) return false;
    while (tree->groups.count != 0) {
        const group *groups = tree->groups.items;
        if (!split_group(tree, groups[--tree->groups.count])) return false;
    }
    close_nodes(tree, 0);
    pprof_context_node *last = pprof_append_item(&tree->nodes, tree->weighing->status);
    if (last != NULL) *last = (pprof_context_node){.before = tree->weight};
    return last != NULL;
}

bool pprof_build_context_tree(pprof_weighing *weighing) {
    growing_tree tree = {
        .weighing = weighing,
        .pairs = {.item_size = sizeof(pprof_pair)},
        .spare = {.item_size = sizeof(pprof_pair)},
        .groups = {.item_size = sizeof(group)},
        .path = {.item_size = sizeof(uint32_t)},
        .nodes = {.item_size = sizeof(pprof_context_node)},
    };
    pprof_arena scratch = {0};
    bool worked = grow_tree(&tree, &scratch);
    if (worked) {
        weighing->tree.node_count = tree.nodes.count - 1;
        weighing->tree.nodes = pprof_keep_items(&tree.nodes, &weighing->scratch, weighing->status);
        worked = weighing->tree.nodes != NULL;
    }
    pprof_free_list(&tree.nodes);
    pprof_free_list(&tree.path);
    pprof_free_list(&tree.groups);
    pprof_free_list(&tree.pairs);
    pprof_free_list(&tree.spare);
    pprof_arena_free(&scratch);
    return worked;
}
