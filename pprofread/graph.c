/* Takes samples and frames; gives the nodes that a report shows, with flat and cumulative values and the edges between
 * them, trimmed as pprof trims: first nodes with little cumulative value, then all beyond the node count, then light
 * edges. Values of removed frames stay in the cumulative values of their callers and become nobody's flat value. */
#include "print.h"

#include <stdlib.h>
#include <string.h>

typedef struct grower {
    const pprof_profile *profile;
    const pprof_report_options *options;
    const pprof_frame_table *table;
    const bool *kept_samples;
    uint32_t value_index;
    const bool *kept_frames; /* NULL: all */
    int64_t *flat, *cumulative;
    uint32_t *last_sample; /* per frame: the last sample counted, plus one */
    pprof_edge *edges;
    uint32_t edge_count, edge_capacity;
    uint32_t *edge_slots; /* open addressing: index + 1 */
    uint32_t slot_count;  /* a power of two */
    pprof_arena *arena;
} grower;

/* ---- edges ---- */

static uint32_t hash_pair(uint32_t caller, uint32_t callee) {
    uint64_t hash = ((uint64_t)caller << 32 | callee) + 0x9e3779b97f4a7c15;
    hash = (hash ^ hash >> 30) * 0xbf58476d1ce4e5b9;
    hash = (hash ^ hash >> 27) * 0x94d049bb133111eb;
    return (uint32_t)(hash ^ hash >> 31);
}

static uint32_t *find_edge_slot(grower *grower, uint32_t caller, uint32_t callee) {
    uint32_t mask = grower->slot_count - 1;
    for (uint32_t i = hash_pair(caller, callee) & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &grower->edge_slots[i];
        if (*slot == 0) return slot;
        const pprof_edge *edge = &grower->edges[*slot - 1];
        if (edge->caller == caller && edge->callee == callee) return slot;
    }
}

static bool make_room_for_edge(grower *grower, pprof_status *status) {
    if (grower->edge_count < grower->edge_capacity) return true;
    if (grower->edge_capacity > UINT32_MAX / 8) return pprof_fail(status, "too many call edges for a report");
    uint32_t capacity = grower->edge_capacity == 0 ? 256 : grower->edge_capacity * 2;
    pprof_edge *edges = pprof_allocate(grower->arena, capacity, sizeof *edges, status);
    uint32_t *slots = pprof_allocate(grower->arena, (size_t)capacity * 2, sizeof *slots, status);
    if (edges == NULL || slots == NULL) return false;
    if (grower->edge_count > 0) memcpy(edges, grower->edges, grower->edge_count * sizeof *edges);
    grower->edges = edges;
    grower->edge_capacity = capacity;
    grower->edge_slots = slots;
    grower->slot_count = capacity * 2;
    for (uint32_t e = 0; e < grower->edge_count; e++) *find_edge_slot(grower, edges[e].caller, edges[e].callee) = e + 1;
    return true;
}

static bool add_edge(grower *grower, pprof_edge edge, pprof_status *status) {
    if (!make_room_for_edge(grower, status)) return false;
    uint32_t *slot = find_edge_slot(grower, edge.caller, edge.callee);
    if (*slot == 0) {
        grower->edges[grower->edge_count++] = edge;
        *slot = grower->edge_count;
        return true;
    }
    pprof_edge *known = &grower->edges[*slot - 1];
    if (known->last_sample == edge.last_sample) return true;
    known->last_sample = edge.last_sample;
    known->weight = pprof_add_saturating(known->weight, edge.weight);
    known->is_inline = known->is_inline && edge.is_inline;
    known->is_residual = known->is_residual || edge.is_residual;
    return true;
}

/* ---- samples ---- */

/* Walks one stack from the root to the leaf. */
static bool add_sample(grower *grower, uint32_t sample, int64_t value, pprof_status *status) {
    const pprof_profile *profile = grower->profile;
    const pprof_frame_table *table = grower->table;
    uint32_t parent = PPROF_NONE;
    bool is_residual = false; /* a frame that is not kept came since the parent */
    for (uint32_t i = profile->first_location[sample + 1]; i-- > profile->first_location[sample];) {
        uint32_t location = profile->sample_locations[i];
        uint32_t end = table->first_slot[location + 1];
        for (uint32_t slot = end; slot-- > table->first_slot[location];) {
            uint32_t frame = table->frame_of_slot[slot];
            if (grower->kept_frames != NULL && !grower->kept_frames[frame]) {
                is_residual = true;
                continue;
            }
            if (grower->last_sample[frame] != sample + 1) {
                grower->last_sample[frame] = sample + 1;
                grower->cumulative[frame] = pprof_add_saturating(grower->cumulative[frame], value);
            }
            if (parent != PPROF_NONE && parent != frame) {
                pprof_edge edge = {.caller = parent,
                                   .callee = frame,
                                   .weight = value,
                                   .last_sample = sample + 1,
                                   .is_inline = slot != end - 1,
                                   .is_residual = is_residual};
                if (!add_edge(grower, edge, status)) return false;
            }
            parent = frame;
            is_residual = false;
        }
    }
    if (parent != PPROF_NONE && !is_residual) grower->flat[parent] = pprof_add_saturating(grower->flat[parent], value);
    return true;
}

static bool grow(grower *grower, pprof_status *status) {
    const pprof_profile *profile = grower->profile;
    uint32_t frame_count = grower->table->frame_count;
    grower->flat = pprof_allocate(grower->arena, frame_count, sizeof *grower->flat, status);
    grower->cumulative = pprof_allocate(grower->arena, frame_count, sizeof *grower->cumulative, status);
    grower->last_sample = pprof_allocate(grower->arena, frame_count, sizeof *grower->last_sample, status);
    if (status->failed) return false;
    grower->edge_count = 0;
    if (grower->slot_count > 0) memset(grower->edge_slots, 0, grower->slot_count * sizeof *grower->edge_slots);
    for (uint32_t s = 0; s < profile->sample_count; s++) {
        int64_t value = profile->values[(size_t)s * profile->sample_type_count + grower->value_index];
        if (value == 0 || (grower->kept_samples != NULL && !grower->kept_samples[s])) continue;
        if (!add_sample(grower, s, value, status)) return false;
    }
    return true;
}

/* ---- order and trimming ---- */

typedef struct node_order {
    const pprof_frame *frames;
    bool cumulative;
} node_order;

static int compare_values(int64_t a, int64_t b) {
    int64_t left = pprof_magnitude(a), right = pprof_magnitude(b);
    return (left < right) - (left > right);
}

/* Heaviest first, then by label, then by the other value, then by what the label does not show. */
static int compare_nodes(const void *left, const void *right, void *context) {
    const pprof_node *a = left, *b = right;
    const node_order *by = context;
    int order = by->cumulative ? compare_values(a->cumulative, b->cumulative) : compare_values(a->flat, b->flat);
    if (order == 0) order = pprof_compare_strings(by->frames[a->frame].label, by->frames[b->frame].label);
    if (order == 0)
        order = by->cumulative ? compare_values(a->flat, b->flat) : compare_values(a->cumulative, b->cumulative);
    return order != 0 ? order : (a->frame > b->frame) - (a->frame < b->frame);
}

/* The frames with any value, as sorted nodes. */
static bool list_nodes(const grower *grower, pprof_graph *graph, pprof_status *status) {
    uint32_t frame_count = grower->table->frame_count;
    if (graph->nodes == NULL) graph->nodes = pprof_allocate(grower->arena, frame_count, sizeof *graph->nodes, status);
    if (graph->nodes == NULL) return false;
    graph->node_count = 0;
    for (uint32_t f = 0; f < frame_count; f++) {
        if (grower->flat[f] == 0 && grower->cumulative[f] == 0) continue;
        graph->nodes[graph->node_count++] =
            (pprof_node){.frame = f, .flat = grower->flat[f], .cumulative = grower->cumulative[f]};
    }
    node_order order = {grower->table->frames, grower->options->cumulative};
    qsort_r(graph->nodes, graph->node_count, sizeof *graph->nodes, compare_nodes, &order);
    return true;
}

/* Builds the graph again with only the first [node_limit] nodes that have [cutoff] cumulative value. Summing again
 * rather than removing keeps the edges over removed nodes exact. */
static bool keep_nodes(grower *grower, pprof_graph *graph, uint32_t node_limit, int64_t cutoff, pprof_status *status) {
    bool *kept = pprof_allocate(grower->arena, grower->table->frame_count, sizeof *kept, status);
    if (kept == NULL) return false;
    uint32_t kept_count = 0;
    for (uint32_t n = 0; n < graph->node_count && n < node_limit; n++) {
        if (pprof_magnitude(graph->nodes[n].cumulative) < cutoff) continue;
        kept[graph->nodes[n].frame] = true;
        kept_count++;
    }
    if (kept_count == graph->node_count) return true;
    grower->kept_frames = kept;
    return grow(grower, status) && list_nodes(grower, graph, status);
}

/* Leaves out light edges and tells each node how its callers reach it. */
static bool finish_edges(const grower *grower, pprof_graph *graph, int64_t cutoff, pprof_status *status) {
    uint32_t *node_of_frame = pprof_allocate(grower->arena, grower->table->frame_count, sizeof *node_of_frame, status);
    if (node_of_frame == NULL) return false;
    for (uint32_t n = 0; n < graph->node_count; n++) node_of_frame[graph->nodes[n].frame] = n + 1;
    graph->edges = grower->edges;
    for (uint32_t e = 0; e < grower->edge_count; e++) {
        pprof_edge edge = grower->edges[e];
        uint32_t callee = node_of_frame[edge.callee];
        if (callee == 0 || pprof_magnitude(edge.weight) < cutoff) continue;
        graph->edges[graph->edge_count++] = edge;
        if (edge.is_inline) {
            graph->nodes[callee - 1].has_inline_caller = true;
        } else {
            graph->nodes[callee - 1].has_plain_caller = true;
        }
    }
    return true;
}

bool pprof_build_graph(const pprof_profile *profile, const pprof_report_options *options, uint32_t value_index,
                       const bool *kept_samples, const pprof_frame_table *table, pprof_arena *arena, pprof_graph *graph,
                       pprof_status *status) {
    *graph = (pprof_graph){0};
    grower grower = {.profile = profile,
                     .options = options,
                     .table = table,
                     .kept_samples = kept_samples,
                     .value_index = value_index,
                     .arena = arena};
    if (!grow(&grower, status) || !list_nodes(&grower, graph, status)) return false;

    int64_t total = 0;
    for (uint32_t n = 0; n < graph->node_count; n++) total = pprof_add_saturating(total, graph->nodes[n].flat);
    double node_fraction = options->node_fraction < 0 ? PPROF_NODE_FRACTION : options->node_fraction;
    double edge_fraction = options->edge_fraction < 0 ? PPROF_EDGE_FRACTION : options->edge_fraction;
    int64_t node_cutoff = pprof_magnitude(pprof_multiply(total, node_fraction));
    int64_t edge_cutoff = pprof_magnitude(pprof_multiply(total, edge_fraction));

    uint32_t all_count = graph->node_count;
    if (node_cutoff > 0 && !keep_nodes(&grower, graph, UINT32_MAX, node_cutoff, status)) return false;
    graph->original_count = graph->node_count;
    graph->dropped_count = all_count - graph->node_count;
    if (options->node_count > 0 && !keep_nodes(&grower, graph, (uint32_t)options->node_count, 0, status)) return false;
    return finish_edges(&grower, graph, edge_cutoff, status);
}
