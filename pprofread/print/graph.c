/* Takes samples and frames; gives the nodes that a report shows, with flat and cumulative values and the edges between
 * them, trimmed as pprof trims: first nodes with little cumulative value, then all beyond the node count, then light
 * edges. Trimming a node changes no other node's values; the edges go over it, from the last caller that is shown.
 * Frames whose values cancel out are no nodes; where nothing is trimmed, pprof lets edges lead to them all the same. */
#include "print/print.h"

#include <stdlib.h>
#include <string.h>

typedef struct grower {
    const pprof_profile *profile;
    const pprof_report_options *options;
    const pprof_frame_table *table;
    uint32_t value_index;
    pprof_arena *arena;
    uint32_t *last_sample; /* per frame: the last sample counted, plus one */
    uint32_t *shown_as;    /* per frame: its node's index plus one, or 0 when it has none */
    bool is_trimmed;       /* frames without a node are passed over */
    pprof_edge *edges;
    uint32_t edge_count, edge_capacity;
    uint32_t *edge_slots; /* open addressing: index + 1 */
    uint32_t slot_count;  /* a power of two */
} grower;

/* What a sample adds. */
typedef struct amount {
    int64_t value, divisor;
} amount;

/* False: nothing. */
static bool get_amount(const grower *grower, uint32_t s, amount *amount) {
    const int64_t *values = grower->profile->values + (size_t)s * grower->profile->sample_type_count;
    amount->value = values[grower->value_index];
    amount->divisor = grower->options->mean ? values[0] : 0;
    return amount->value != 0 || amount->divisor != 0;
}

int64_t pprof_get_flat(const pprof_node *node) {
    return pprof_divide(node->flat, node->flat_divisor);
}

int64_t pprof_get_cumulative(const pprof_node *node) {
    return pprof_divide(node->cumulative, node->cumulative_divisor);
}

/* ---- nodes ---- */

/* Flat for the innermost frame, cumulative once for every frame of the stack however often it recurs. */
static void add_stack(const grower *grower, uint32_t sample, amount amount, pprof_node *nodes) {
    const pprof_profile *profile = grower->profile;
    const pprof_frame_table *table = grower->table;
    uint32_t first = profile->first_location[sample], end = profile->first_location[sample + 1];
    for (uint32_t i = first; i < end; i++) {
        uint32_t location = profile->sample_locations[i];
        for (uint32_t slot = table->first_slot[location]; slot < table->first_slot[location + 1]; slot++) {
            uint32_t frame = table->frame_of_slot[slot];
            if (grower->last_sample[frame] == sample + 1) continue;
            grower->last_sample[frame] = sample + 1;
            pprof_node *node = &nodes[frame];
            node->cumulative = pprof_add_saturating(node->cumulative, amount.value);
            node->cumulative_divisor = pprof_add_saturating(node->cumulative_divisor, amount.divisor);
        }
    }
    if (first == end) return;
    pprof_node *leaf = &nodes[table->frame_of_slot[table->first_slot[profile->sample_locations[first]]]];
    leaf->flat = pprof_add_saturating(leaf->flat, amount.value);
    leaf->flat_divisor = pprof_add_saturating(leaf->flat_divisor, amount.divisor);
}

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

/* Whether a frame with these values is a node. */
static bool is_node(const grower *grower, const pprof_node *node) {
    bool is_negative = node->flat < 0 || (node->flat == 0 && node->cumulative < 0);
    return (node->flat != 0 || node->cumulative != 0) && !(grower->options->drop_negative && is_negative);
}

/* A node for every frame that has any value, in no order yet. */
static bool sum_nodes(grower *grower, pprof_graph *graph, pprof_status *status) {
    uint32_t frame_count = grower->table->frame_count;
    graph->nodes = pprof_allocate(grower->arena, frame_count, sizeof *graph->nodes, status);
    if (graph->nodes == NULL) return false;
    for (uint32_t s = 0; s < grower->profile->sample_count; s++) {
        amount amount;
        if (get_amount(grower, s, &amount)) add_stack(grower, s, amount, graph->nodes);
    }
    for (uint32_t f = 0; f < frame_count; f++) {
        pprof_node node = graph->nodes[f];
        node.frame = f;
        if (is_node(grower, &node)) graph->nodes[graph->node_count++] = node;
    }
    return true;
}

/* Drops nodes with little cumulative value, sorts the rest, cuts them off at the node count. */
static void trim_nodes(const grower *grower, int64_t cutoff, pprof_graph *graph) {
    uint32_t kept = 0;
    for (uint32_t n = 0; n < graph->node_count; n++)
        if (pprof_magnitude(graph->nodes[n].cumulative) >= cutoff) graph->nodes[kept++] = graph->nodes[n];
    graph->dropped_count = graph->node_count - kept;
    graph->original_count = kept;
    node_order order = {grower->table->frames, grower->options->cumulative};
    qsort_r(graph->nodes, kept, sizeof *graph->nodes, compare_nodes, &order);
    int limit = grower->options->node_count;
    graph->node_count = limit > 0 && kept > (uint32_t)limit ? (uint32_t)limit : kept;
}

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

/* Walks one stack from the root to the leaf. */
static bool add_calls(grower *grower, uint32_t sample, int64_t value, pprof_status *status) {
    const pprof_profile *profile = grower->profile;
    const pprof_frame_table *table = grower->table;
    uint32_t caller = PPROF_NONE;
    bool is_residual = false; /* a frame that is not shown came since the caller */
    for (uint32_t i = profile->first_location[sample + 1]; i-- > profile->first_location[sample];) {
        uint32_t location = profile->sample_locations[i];
        uint32_t end = table->first_slot[location + 1];
        for (uint32_t slot = end; slot-- > table->first_slot[location];) {
            uint32_t frame = table->frame_of_slot[slot];
            if (grower->is_trimmed && grower->shown_as[frame] == 0) {
                is_residual = true;
                continue;
            }
            pprof_edge edge = {.caller = caller,
                               .callee = frame,
                               .weight = value,
                               .last_sample = sample + 1,
                               .is_inline = slot != end - 1,
                               .is_residual = is_residual};
            if (caller != PPROF_NONE && caller != frame && !add_edge(grower, edge, status)) return false;
            caller = frame;
            is_residual = false;
        }
    }
    return true;
}

/* The edges between the nodes that are left, without light ones, and what they say of each node's callers. */
static bool collect_edges(grower *grower, int64_t cutoff, pprof_graph *graph, pprof_status *status) {
    grower->shown_as = pprof_allocate(grower->arena, grower->table->frame_count, sizeof *grower->shown_as, status);
    if (grower->shown_as == NULL) return false;
    grower->is_trimmed = graph->dropped_count > 0 || graph->node_count < graph->original_count;
    for (uint32_t n = 0; n < graph->node_count; n++) grower->shown_as[graph->nodes[n].frame] = n + 1;
    for (uint32_t s = 0; s < grower->profile->sample_count; s++) {
        amount amount;
        if (get_amount(grower, s, &amount) && !add_calls(grower, s, amount.value, status)) return false;
    }
    graph->edges = grower->edges;
    for (uint32_t e = 0; e < grower->edge_count; e++) {
        pprof_edge edge = grower->edges[e];
        if (pprof_magnitude(edge.weight) < cutoff) continue;
        graph->edges[graph->edge_count++] = edge;
        if (grower->shown_as[edge.callee] == 0) continue;
        pprof_node *callee = &graph->nodes[grower->shown_as[edge.callee] - 1];
        if (edge.is_inline) {
            callee->has_inline_caller = true;
        } else {
            callee->has_plain_caller = true;
        }
    }
    return true;
}

bool pprof_build_graph(const pprof_profile *profile, const pprof_report_options *options, uint32_t value_index,
                       const pprof_frame_table *table, pprof_arena *arena, pprof_graph *graph, pprof_status *status) {
    *graph = (pprof_graph){0};
    grower grower = {
        .profile = profile, .options = options, .table = table, .value_index = value_index, .arena = arena};
    grower.last_sample = pprof_allocate(arena, table->frame_count, sizeof *grower.last_sample, status);
    if (grower.last_sample == NULL || !sum_nodes(&grower, graph, status)) return false;

    int64_t total = 0;
    for (uint32_t n = 0; n < graph->node_count; n++) total = pprof_add_saturating(total, graph->nodes[n].flat);
    graph->flat_total = total;
    double node_fraction = options->node_fraction < 0 ? PPROF_NODE_FRACTION : options->node_fraction;
    double edge_fraction = options->edge_fraction < 0 ? PPROF_EDGE_FRACTION : options->edge_fraction;
    trim_nodes(&grower, pprof_magnitude(pprof_multiply(total, node_fraction)), graph);
    return collect_edges(&grower, pprof_magnitude(pprof_multiply(total, edge_fraction)), graph, status);
}

bool pprof_connect_nodes(const pprof_profile *profile, const pprof_report_options *options, uint32_t value_index,
                         const pprof_frame_table *table, pprof_arena *arena, pprof_graph *graph, pprof_status *status) {
    grower grower = {
        .profile = profile, .options = options, .table = table, .value_index = value_index, .arena = arena};
    graph->edge_count = 0;
    return collect_edges(&grower, 0, graph, status);
}
