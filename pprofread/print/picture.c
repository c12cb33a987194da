/* Takes a report; gives its graph as pprof chooses it for a picture. The nodes that tell the most are kept: much
 * weight, and weight that comes from or goes to several others, while a function that only passes its caller's weight
 * on to one callee tells little. Edges over hidden frames go where another way leads to the same place. */
#include "print/print.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { DEFAULT_NODE_COUNT = 80 };

typedef struct painter {
    const pprof_frame *frames;
    pprof_graph *graph;
    pprof_arena *arena;
    pprof_status *status;
    uint32_t *node_of_frame; /* index, or PPROF_NONE */
} painter;

/* Knows each frame's node, and leaves edges to frames without one out: values that cancel out make none. */
static bool find_nodes(painter *painter, uint32_t frame_count) {
    pprof_graph *graph = painter->graph;
    painter->node_of_frame =
        pprof_allocate(painter->arena, frame_count, sizeof *painter->node_of_frame, painter->status);
    if (painter->node_of_frame == NULL) return false;
    for (uint32_t f = 0; f < frame_count; f++) painter->node_of_frame[f] = PPROF_NONE;
    for (uint32_t n = 0; n < graph->node_count; n++) painter->node_of_frame[graph->nodes[n].frame] = n;
    uint32_t kept = 0;
    for (uint32_t e = 0; e < graph->edge_count; e++) {
        pprof_edge edge = graph->edges[e];
        if (painter->node_of_frame[edge.caller] != PPROF_NONE && painter->node_of_frame[edge.callee] != PPROF_NONE)
            graph->edges[kept++] = edge;
    }
    graph->edge_count = kept;
    return true;
}

/* ---- which nodes tell the most ---- */

/* The edges on one side of a node, and its own value among those that leave it. */
typedef struct side {
    uint32_t edge_count;
    int64_t total;
    double entropy;
} side;

typedef struct scored_node {
    pprof_node node;
    int64_t score;
} scored_node;

static void add_entropy(side *side, int64_t part) {
    if (side->total == 0 || part == 0) return;
    double fraction = (double)pprof_magnitude(part) / (double)side->total;
    side->entropy -= fraction * log2(fraction);
}

static double get_entropy(const side *side) {
    return side->edge_count == 0 ? 1 : side->entropy; /* where stacks begin or end */
}

static int64_t score_node(const pprof_node *node, const side *callers, const side *callees) {
    double weight = (get_entropy(callers) + get_entropy(callees)) * (double)node->cumulative;
    return pprof_add_saturating(pprof_multiply(1, weight), node->flat);
}

/* Per node: its callers' side and its callees'. */
static void weigh_sides(const painter *painter, side *callers, side *callees) {
    const pprof_graph *graph = painter->graph;
    for (uint32_t n = 0; n < graph->node_count; n++) callees[n].total = graph->nodes[n].flat;
    for (uint32_t e = 0; e < graph->edge_count; e++) {
        const pprof_edge *edge = &graph->edges[e];
        side *in = &callers[painter->node_of_frame[edge->callee]],
             *out = &callees[painter->node_of_frame[edge->caller]];
        int64_t weight = edge->weight > 0 ? edge->weight : 0;
        in->total = pprof_add_saturating(in->total, weight);
        out->total = pprof_add_saturating(out->total, weight);
        in->edge_count++;
        out->edge_count++;
    }
    for (uint32_t e = 0; e < graph->edge_count; e++) {
        const pprof_edge *edge = &graph->edges[e];
        add_entropy(&callers[painter->node_of_frame[edge->callee]], edge->weight);
        add_entropy(&callees[painter->node_of_frame[edge->caller]], edge->weight);
    }
    for (uint32_t n = 0; n < graph->node_count; n++)
        if (graph->nodes[n].flat > 0) add_entropy(&callees[n], graph->nodes[n].flat);
}

static int compare_magnitudes(int64_t a, int64_t b) {
    int64_t left = pprof_magnitude(a), right = pprof_magnitude(b);
    return (left < right) - (left > right);
}

static int compare_scores(const void *left, const void *right, void *context) {
    const scored_node *a = left, *b = right;
    const pprof_frame *frames = context;
    int order = compare_magnitudes(a->score, b->score);
    if (order == 0) order = pprof_compare_strings(frames[a->node.frame].label, frames[b->node.frame].label);
    if (order == 0) order = compare_magnitudes(a->node.flat, b->node.flat);
    return order != 0 ? order : (a->node.frame > b->node.frame) - (a->node.frame < b->node.frame);
}

static bool sort_nodes(painter *painter) {
    pprof_graph *graph = painter->graph;
    uint32_t count = graph->node_count;
    side *callers = pprof_allocate(painter->arena, count, sizeof *callers, painter->status);
    side *callees = pprof_allocate(painter->arena, count, sizeof *callees, painter->status);
    scored_node *scored = pprof_allocate(painter->arena, count, sizeof *scored, painter->status);
    if (painter->status->failed) return false;
    weigh_sides(painter, callers, callees);
    for (uint32_t n = 0; n < count; n++)
        scored[n] = (scored_node){graph->nodes[n], score_node(&graph->nodes[n], &callers[n], &callees[n])};
    qsort_r(scored, count, sizeof *scored, compare_scores, (void *)painter->frames);
    for (uint32_t n = 0; n < count; n++) {
        graph->nodes[n] = scored[n].node;
        painter->node_of_frame[scored[n].node.frame] = n;
    }
    return true;
}

/* ---- edges ---- */

static int compare_edges(const void *left, const void *right, void *context) {
    const pprof_edge *a = left, *b = right;
    const pprof_frame *frames = context;
    int order = compare_magnitudes(a->weight, b->weight);
    if (order == 0) order = pprof_compare_strings(frames[a->caller].label, frames[b->caller].label);
    if (order == 0) order = pprof_compare_strings(frames[a->callee].label, frames[b->callee].label);
    if (order == 0) order = (a->caller > b->caller) - (a->caller < b->caller);
    return order != 0 ? order : (a->callee > b->callee) - (a->callee < b->callee);
}

/* Heaviest first, light ones left out. */
static void sort_edges(const painter *painter, int64_t cutoff) {
    pprof_graph *graph = painter->graph;
    uint32_t kept = 0;
    for (uint32_t e = 0; e < graph->edge_count; e++) {
        if (pprof_magnitude(graph->edges[e].weight) < cutoff) continue;
        graph->edges[kept++] = graph->edges[e];
    }
    graph->dropped_edge_count = graph->edge_count - kept;
    graph->edge_count = kept;
    if (kept != 0) qsort_r(graph->edges, kept, sizeof *graph->edges, compare_edges, (void *)painter->frames);
}

/* The edges into each node, heaviest first: those of node n are edges[first[n] .. first[n + 1]), less those removed. */
typedef struct edge_lists {
    uint32_t *first, *edges;
    bool *removed; /* per edge of the graph */
    uint32_t *queue, *seen;
} edge_lists;

static bool list_callers(const painter *painter, edge_lists *lists) {
    const pprof_graph *graph = painter->graph;
    lists->first = pprof_allocate(painter->arena, (size_t)graph->node_count + 2, sizeof *lists->first, painter->status);
    lists->edges = pprof_allocate(painter->arena, graph->edge_count, sizeof *lists->edges, painter->status);
    lists->removed = pprof_allocate(painter->arena, graph->edge_count, sizeof *lists->removed, painter->status);
    lists->queue = pprof_allocate(painter->arena, graph->node_count, sizeof *lists->queue, painter->status);
    lists->seen = pprof_allocate(painter->arena, graph->node_count, sizeof *lists->seen, painter->status);
    if (painter->status->failed) return false;
    uint32_t *end = lists->first + 1; /* while the lists are filled: where each ends so far */
    for (uint32_t e = 0; e < graph->edge_count; e++) end[painter->node_of_frame[graph->edges[e].callee] + 1]++;
    for (uint32_t n = 0; n < graph->node_count; n++) end[n + 1] += end[n];
    for (uint32_t e = 0; e < graph->edge_count; e++)
        lists->edges[end[painter->node_of_frame[graph->edges[e].callee]]++] = e;
    return true;
}

/* Whether the caller of edge [e] reaches its callee without it. */
static bool is_redundant(const painter *painter, const edge_lists *lists, uint32_t e) {
    const pprof_edge *edges = painter->graph->edges;
    uint32_t wanted = painter->node_of_frame[edges[e].caller], mark = e + 1, queued = 0;
    lists->queue[queued++] = painter->node_of_frame[edges[e].callee];
    lists->seen[lists->queue[0]] = mark;
    for (uint32_t i = 0; i < queued; i++) {
        uint32_t node = lists->queue[i];
        for (uint32_t j = lists->first[node]; j < lists->first[node + 1]; j++) {
            uint32_t above = painter->node_of_frame[edges[lists->edges[j]].caller];
            if (lists->edges[j] == e || lists->removed[lists->edges[j]] || lists->seen[above] == mark) continue;
            if (above == wanted) return true;
            lists->seen[above] = mark;
            lists->queue[queued++] = above;
        }
    }
    return false;
}

/* From the least telling node and its lightest edge on; an edge that is heavier than a real call stays. */
static bool remove_redundant_edges(const painter *painter) {
    pprof_graph *graph = painter->graph;
    edge_lists lists;
    if (!list_callers(painter, &lists)) return false;
    for (uint32_t n = graph->node_count; n-- > 0;)
        for (uint32_t j = lists.first[n + 1]; j-- > lists.first[n];) {
            uint32_t e = lists.edges[j];
            if (!graph->edges[e].is_residual) break;
            lists.removed[e] = is_redundant(painter, &lists, e);
        }
    uint32_t kept = 0;
    for (uint32_t e = 0; e < graph->edge_count; e++)
        if (!lists.removed[e]) graph->edges[kept++] = graph->edges[e];
    graph->edge_count = kept;
    return true;
}

/* ---- the picture ---- */

static bool limit_nodes(painter *painter, const pprof_report *report, const pprof_frame_table *table,
                        uint32_t node_count) {
    pprof_graph *graph = painter->graph;
    if (node_count == 0 || node_count >= graph->node_count) return true;
    graph->node_count = node_count;
    return pprof_connect_nodes(&report->profile, report->options, report->value_index, table, report->arena, graph,
                               report->status) &&
           find_nodes(painter, table->frame_count) && sort_nodes(painter);
}

bool pprof_draw_picture(pprof_report *report, pprof_frame_table *table, pprof_graph *graph) {
    const pprof_report_options *options = report->options;
    pprof_report_options all = *options;
    all.node_count = 0;
    all.edge_fraction = 0;
    if (!pprof_tabulate_frames(&report->profile, options, report->arena, table, report->status) ||
        !pprof_build_graph(&report->profile, &all, report->value_index, table, report->arena, graph, report->status))
        return false;
    painter painter = {.frames = table->frames, .graph = graph, .arena = report->arena, .status = report->status};
    uint32_t limit = options->node_count < 0 ? DEFAULT_NODE_COUNT : (uint32_t)options->node_count;
    bool is_limited = limit > 0 && limit < graph->node_count;
    if (!find_nodes(&painter, table->frame_count) || !sort_nodes(&painter) ||
        !limit_nodes(&painter, report, table, limit))
        return false;
    double fraction = options->edge_fraction < 0 ? PPROF_EDGE_FRACTION : options->edge_fraction;
    sort_edges(&painter, pprof_magnitude(pprof_multiply(graph->flat_total, fraction)));
    if (limit > 0 && !is_limited) graph->dropped_edge_count = 0; /* as in pprof, which then drops them unsaid */
    if (!remove_redundant_edges(&painter)) return false;
    pprof_choose_unit(report, graph);
    return true;
}
