/* Takes samples and frames; gives the tree of their stacks, outermost frame first, each frame with what passed through
 * it under the same callers. Frames too small to be seen are left out with all that they called, and counted. */
#include "base/index_table.h"
#include "base/list.h"
#include "print/flame.h"
#include "print/print.h"

#include <stdlib.h>
#include <string.h>

typedef struct tree_node {
    uint32_t parent, frame; /* frame: into the frame table; of the first node, which is the root: none */
    uint32_t depth;
    bool has_inlined, has_called;
    int64_t self, total;
} tree_node;

/* Children of a node stand together: those of node n are order[first_child[n] .. first_child[n + 1]). */
typedef struct planter {
    const pprof_profile *profile;
    const pprof_frame_table *table;
    pprof_list nodes;       /* of tree_node; a parent is before its children */
    pprof_index_table seen; /* node by parent and frame */
    uint64_t negative_count;
} planter;

/* ---- samples ─▶ nodes ---- */

typedef struct node_key {
    uint32_t parent, frame;
} node_key;

static bool equals_key(const void *elements, uint32_t index, const void *key) {
    const tree_node *node = (const tree_node *)elements + index;
    const node_key *wanted = key;
    return node->parent == wanted->parent && node->frame == wanted->frame;
}

static tree_node *find_child(planter *planter, uint32_t parent, uint32_t frame, uint32_t *index, pprof_status *status) {
    node_key key = {parent, frame};
    uint64_t hash = pprof_mix_hash(parent, frame);
    *index = pprof_find_index(&planter->seen, hash, equals_key, planter->nodes.items, &key);
    if (*index != PPROF_NONE) return (tree_node *)planter->nodes.items + *index;
    tree_node *node = pprof_append_item(&planter->nodes, status);
    if (node == NULL) return NULL;
    *index = planter->nodes.count - 1;
    uint32_t depth = ((const tree_node *)planter->nodes.items)[parent].depth + 1;
    *node = (tree_node){.parent = parent, .frame = frame, .depth = depth};
    return pprof_insert_index(&planter->seen, hash, *index, status) ? node : NULL;
}

/* From the outermost frame inward. Deeper than the limit, the weight stays where it got to. */
static bool add_stack(planter *planter, uint32_t sample, int64_t value, pprof_status *status) {
    const pprof_profile *profile = planter->profile;
    const pprof_frame_table *table = planter->table;
    tree_node *node = planter->nodes.items;
    uint32_t index = 0;
    node->total = pprof_add_saturating(node->total, value);
    for (uint32_t i = profile->first_location[sample + 1]; i-- > profile->first_location[sample];) {
        uint32_t location = profile->sample_locations[i];
        uint32_t end = table->first_slot[location + 1];
        for (uint32_t slot = end; slot-- > table->first_slot[location] && node->depth + 1 < PPROF_FLAME_ROWS;) {
            node = find_child(planter, index, table->frame_of_slot[slot], &index, status);
            if (node == NULL) return false;
            node->total = pprof_add_saturating(node->total, value);
            if (slot == end - 1) {
                node->has_called = true;
            } else {
                node->has_inlined = true;
            }
        }
    }
    node->self = pprof_add_saturating(node->self, value);
    return true;
}

/* ---- nodes ─▶ frames in order ---- */

static int compare_totals(const void *left, const void *right) {
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a < b) - (a > b);
}

/* The least total that is shown: the wanted share of all, or more where too many frames have that. */
static bool choose_cutoff(const planter *planter, const pprof_report_options *options, int64_t *cutoff,
                          pprof_status *status) {
    const tree_node *nodes = planter->nodes.items;
    uint32_t count = planter->nodes.count;
    double fraction = options->node_fraction < 0 ? PPROF_FLAME_FRACTION : options->node_fraction;
    uint32_t limit = options->node_count < 0 ? PPROF_FLAME_COUNT : (uint32_t)options->node_count;
    *cutoff = pprof_multiply(nodes[0].total, fraction);
    if (limit == 0 || count <= limit) return true;
    int64_t *totals = malloc(count * sizeof *totals);
    if (totals == NULL) return pprof_fail(status, "out of memory");
    for (uint32_t n = 0; n < count; n++) totals[n] = nodes[n].total;
    qsort(totals, count, sizeof *totals, compare_totals);
    if (totals[limit] >= *cutoff) *cutoff = pprof_add_saturating(totals[limit], 1);
    free(totals);
    return true;
}

/* By parent, then heaviest first; what is left out behind all others. */
static int compare_siblings(const void *left, const void *right, void *context) {
    const tree_node *a = (const tree_node *)context + *(const uint32_t *)left;
    const tree_node *b = (const tree_node *)context + *(const uint32_t *)right;
    if (a->parent != b->parent) return (a->parent > b->parent) - (a->parent < b->parent);
    if (a->total != b->total) return (a->total < b->total) - (a->total > b->total);
    return (a->frame > b->frame) - (a->frame < b->frame);
}

typedef struct sibling_order {
    uint32_t *order;       /* the nodes but the root, by compare_siblings */
    uint32_t *first_child; /* per node, and one more: into order */
} sibling_order;

static bool order_siblings(const planter *planter, pprof_arena *scratch, sibling_order *siblings,
                           pprof_status *status) {
    uint32_t count = planter->nodes.count;
    const tree_node *nodes = planter->nodes.items;
    siblings->order = pprof_allocate(scratch, count, sizeof *siblings->order, status);
    siblings->first_child = pprof_allocate(scratch, (size_t)count + 1, sizeof *siblings->first_child, status);
    if (status->failed) return false;
    for (uint32_t n = 1; n < count; n++) {
        siblings->order[n - 1] = n;
        siblings->first_child[nodes[n].parent + 1]++;
    }
    for (uint32_t n = 0; n < count; n++) siblings->first_child[n + 1] += siblings->first_child[n];
    qsort_r(siblings->order, count - 1, sizeof *siblings->order, compare_siblings, planter->nodes.items);
    return true;
}

/* What the reader sees of a frame; [start_line] where the frame itself tells no lines apart. */
static bool describe_frame(const pprof_frame *frame, int64_t start_line, pprof_flame_frame *shown, pprof_arena *arena,
                           pprof_status *status) {
    shown->name = frame->name.length > 0 ? frame->name : frame->label;
    shown->file = frame->file;
    shown->line = frame->line != 0 ? frame->line : start_line;
    if (frame->name.length == 0 || frame->line == 0) return true;
    char number[32];
    size_t extra = (size_t)snprintf(number, sizeof number, ":%lld", (long long)frame->line);
    char *text = pprof_allocate(arena, frame->name.length + extra, 1, status);
    if (text == NULL) return false;
    memcpy(text, frame->name.text, frame->name.length);
    memcpy(text + frame->name.length, number, extra);
    shown->name = (pprof_string){text, frame->name.length + extra};
    return true;
}

typedef struct harvest {
    const planter *planter;
    const sibling_order *siblings;
    const int64_t *start_lines;
    int64_t cutoff;
    pprof_flame *flame;
    pprof_arena *arena;
} harvest;

/* Adds node [n], and says what of its children is too small. Gives how many of them are not. */
static bool add_frame(const harvest *harvest, uint32_t n, uint32_t *kept_children, pprof_status *status) {
    const tree_node *nodes = harvest->planter->nodes.items;
    const tree_node *node = &nodes[n];
    pprof_flame_frame *shown = &harvest->flame->frames[harvest->flame->frame_count++];
    *shown = (pprof_flame_frame){.name = {"all", 3},
                                 .file = {"", 0},
                                 .self = node->self,
                                 .total = node->total,
                                 .depth = node->depth,
                                 .has_inlined = node->has_inlined,
                                 .has_called = node->has_called};
    if (n > 0 && !describe_frame(&harvest->planter->table->frames[node->frame], harvest->start_lines[node->frame],
                                 shown, harvest->arena, status))
        return false;
    uint32_t first = harvest->siblings->first_child[n], end = harvest->siblings->first_child[n + 1];
    for (*kept_children = 0; first + *kept_children < end; ++*kept_children)
        if (nodes[harvest->siblings->order[first + *kept_children]].total < harvest->cutoff) break;
    for (uint32_t i = first + *kept_children; i < end; i++) {
        shown->small_count++;
        shown->small_total = pprof_add_saturating(shown->small_total, nodes[harvest->siblings->order[i]].total);
    }
    harvest->flame->left_out_total = pprof_add_saturating(harvest->flame->left_out_total, shown->small_total);
    return true;
}

/* In preorder, with a stack of its own: recursion in the profiled program must not become recursion here. */
static bool gather_frames(const harvest *harvest, pprof_arena *scratch, pprof_status *status) {
    uint32_t *waiting = pprof_allocate(scratch, harvest->planter->nodes.count, sizeof *waiting, status);
    if (waiting == NULL) return false;
    uint32_t waiting_count = 1; /* the root, node 0 */
    while (waiting_count > 0) {
        uint32_t n = waiting[--waiting_count], kept_children;
        if (!add_frame(harvest, n, &kept_children, status)) return false;
        for (uint32_t i = kept_children; i-- > 0;)
            waiting[waiting_count++] = harvest->siblings->order[harvest->siblings->first_child[n] + i];
    }
    return true;
}

static bool harvest_tree(const planter *planter, const pprof_report_options *options, pprof_arena *scratch,
                         pprof_arena *arena, pprof_flame *flame, pprof_status *status) {
    sibling_order siblings;
    int64_t cutoff, *start_lines;
    if (!choose_cutoff(planter, options, &cutoff, status) || !order_siblings(planter, scratch, &siblings, status) ||
        !pprof_find_start_lines(planter->profile, options, planter->table, scratch, &start_lines, status))
        return false;
    const tree_node *nodes = planter->nodes.items;
    uint32_t kept_count = 1;
    for (uint32_t n = 1; n < planter->nodes.count; n++) kept_count += nodes[n].total >= cutoff;
    flame->frames = pprof_allocate(arena, kept_count, sizeof *flame->frames, status);
    if (flame->frames == NULL) return false;
    flame->left_out_count = planter->nodes.count - kept_count;
    flame->negative_count = planter->negative_count;
    harvest harvest = {planter, &siblings, start_lines, cutoff, flame, arena};
    return gather_frames(&harvest, scratch, status);
}

/* ---- all of it ---- */

static bool plant_tree(planter *planter, const pprof_report *report, pprof_status *status) {
    tree_node *root = pprof_append_item(&planter->nodes, status);
    if (root == NULL) return false;
    *root = (tree_node){.parent = PPROF_NONE, .frame = PPROF_NONE};
    const pprof_profile *profile = planter->profile;
    for (uint32_t s = 0; s < profile->sample_count; s++) {
        int64_t value = profile->values[(size_t)s * profile->sample_type_count + report->value_index];
        planter->negative_count += value < 0;
        if (value > 0 && !add_stack(planter, s, value, status)) return false;
    }
    return true;
}

static bool build_from_report(const pprof_report *report, const pprof_report_options *options, pprof_flame *flame,
                              pprof_status *status) {
    pprof_arena scratch = {0};
    pprof_frame_table table;
    planter planter = {.profile = &report->profile, .table = &table, .nodes = {.item_size = sizeof(tree_node)}};
    bool done = pprof_tabulate_frames(&report->profile, options, report->arena, &table, status) &&
                plant_tree(&planter, report, status) &&
                harvest_tree(&planter, options, &scratch, report->arena, flame, status);
    pprof_free_list(&planter.nodes);
    pprof_free_index_table(&planter.seen);
    pprof_arena_free(&scratch);
    return done;
}

/* The lines that every report begins with, as text. */
static bool describe_report(pprof_report *report, pprof_flame *flame, pprof_status *status) {
    char *text = NULL;
    size_t size = 0;
    report->out = open_memstream(&text, &size);
    if (report->out == NULL) return pprof_fail(status, "out of memory");
    pprof_print_profile_header(report);
    bool is_written = fclose(report->out) == 0;
    report->out = NULL;
    if (!is_written || !pprof_arena_adopt(report->arena, text, size)) return pprof_fail(status, "out of memory");
    flame->about = (pprof_string){text, size};
    return true;
}

bool pprof_build_flame(const pprof_profile *profile, const pprof_report_options *options, pprof_arena *arena,
                       pprof_flame *flame, pprof_status *status) {
    *flame = (pprof_flame){0};
    if (options->mean)
        return pprof_fail(status, "a flame graph adds values up, and means do not add up; leave out -mean");
    pprof_report_options chosen = *options;
    if (chosen.granularity == PPROF_BY_FUNCTIONS) chosen.granularity = PPROF_BY_FILEFUNCTIONS;
    pprof_report report;
    if (!pprof_open_report(&report, profile, &chosen, NULL, arena, status) ||
        !build_from_report(&report, &chosen, flame, status))
        return false;
    flame->unit = report.unit;
    flame->output_unit = chosen.unit == NULL ? "auto" : chosen.unit;
    report.output_unit = flame->output_unit;
    flame->whole = report.total;
    return describe_report(&report, flame, status);
}
