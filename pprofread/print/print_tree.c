/* Takes a Profile; gives its heaviest frames in the layout of `pprof -tree`, each between its callers and its callees
 * with the values of these calls. `pprof -peek` is the same of the frames that an expression picks, nothing trimmed. */
#include "edit/edit.h"
#include "print/print.h"

#include <stdlib.h>

enum { NODE_COUNT = 80 }; /* pprof's default for reports that are not flat */

static const char separator[] = "----------------------------------------------------------+-------------\n";

/* The edges sorted by one of their ends, and for each frame where its edges begin. */
typedef struct edge_list {
    const pprof_edge *edges;
    const pprof_frame *frames;
    bool by_callee;
    uint32_t *order;
    uint32_t *first; /* frame_count + 1, into order */
} edge_list;

static uint32_t get_end(const edge_list *list, const pprof_edge *edge) {
    return list->by_callee ? edge->callee : edge->caller;
}

/* By the end; there the heaviest first, then by label, then by what the label does not show. */
static int compare_edges(const void *left, const void *right, void *context) {
    const edge_list *list = context;
    const pprof_edge *a = &list->edges[*(const uint32_t *)left], *b = &list->edges[*(const uint32_t *)right];
    uint32_t x = get_end(list, a), y = get_end(list, b);
    if (x != y) return x > y ? 1 : -1;
    int64_t weight = pprof_magnitude(a->weight), other = pprof_magnitude(b->weight);
    int order = (weight < other) - (weight > other);
    if (order == 0) order = pprof_compare_strings(list->frames[a->caller].label, list->frames[b->caller].label);
    if (order == 0) order = pprof_compare_strings(list->frames[a->callee].label, list->frames[b->callee].label);
    if (order == 0) order = (a->caller > b->caller) - (a->caller < b->caller);
    return order != 0 ? order : (a->callee > b->callee) - (a->callee < b->callee);
}

static bool sort_edges(const pprof_graph *graph, const pprof_frame_table *table, bool by_callee, pprof_arena *arena,
                       edge_list *list, pprof_status *status) {
    *list = (edge_list){.edges = graph->edges, .frames = table->frames, .by_callee = by_callee};
    list->order = pprof_allocate(arena, graph->edge_count, sizeof *list->order, status);
    list->first = pprof_allocate(arena, (size_t)table->frame_count + 1, sizeof *list->first, status);
    if (status->failed) return false;
    for (uint32_t e = 0; e < graph->edge_count; e++) {
        list->order[e] = e;
        list->first[get_end(list, &graph->edges[e]) + 1]++;
    }
    for (uint32_t f = 0; f < table->frame_count; f++) list->first[f + 1] += list->first[f];
    qsort_r(list->order, graph->edge_count, sizeof *list->order, compare_edges, list);
    return true;
}

/* The other ends of a node's edges. */
static void print_edges(const pprof_report *report, const edge_list *list, const pprof_node *node) {
    for (uint32_t i = list->first[node->frame]; i < list->first[node->frame + 1]; i++) {
        const pprof_edge *edge = &list->edges[list->order[i]];
        char share[PPROF_PERCENTAGE_SIZE];
        pprof_format_percentage(edge->weight, pprof_get_cumulative(node), share);
        pprof_print_value(report, edge->weight, 50);
        (void)fprintf(report->out, " %s |   ", share);
        pprof_print_string(list->frames[list->by_callee ? edge->caller : edge->callee].label, report->out);
        (void)fputs(edge->is_inline ? " (inline)\n" : "\n", report->out);
    }
}

static void print_nodes(const pprof_report *report, const pprof_graph *graph, const edge_list *callers,
                        const edge_list *callees, const bool *is_picked) {
    FILE *out = report->out;
    int64_t sum = 0;
    (void)fputs(separator, out);
    (void)fputs("      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n", out);
    for (uint32_t n = 0; n < graph->node_count; n++) {
        const pprof_node *node = &graph->nodes[n];
        if (!is_picked[n]) continue;
        (void)fputs(separator, out);
        print_edges(report, callers, node);
        pprof_print_node_values(report, node, &sum);
        (void)fputs("                | ", out);
        pprof_print_string(callers->frames[node->frame].label, out);
        (void)putc('\n', out);
        print_edges(report, callees, node);
    }
    if (graph->node_count > 0) (void)fputs(separator, out);
}

/* Whether each node is to be printed: all are where [symbols] is not set. */
static bool pick_nodes(const pprof_report *report, const pprof_graph *graph, const pprof_frame_table *table,
                       const pprof_pattern *symbols, bool **is_picked) {
    *is_picked = pprof_allocate(report->arena, graph->node_count, sizeof **is_picked, report->status);
    if (*is_picked == NULL) return false;
    bool found = !symbols->is_set;
    for (uint32_t n = 0; n < graph->node_count; n++) {
        (*is_picked)[n] = !symbols->is_set || pprof_match_pattern(symbols, table->frames[graph->nodes[n].frame].label);
        found = found || (*is_picked)[n];
    }
    return found || pprof_fail(report->status, "no frame matches '%s'", report->options->symbols);
}

static bool print_with(pprof_report *report, const pprof_pattern *symbols) {
    pprof_frame_table table;
    pprof_graph graph;
    edge_list callers, callees;
    bool *is_picked;
    if (!pprof_draw_report(report, &table, &graph) || !pick_nodes(report, &graph, &table, symbols, &is_picked) ||
        !sort_edges(&graph, &table, true, report->arena, &callers, report->status) ||
        !sort_edges(&graph, &table, false, report->arena, &callees, report->status))
        return false;
    pprof_print_graph_header(report, &graph);
    print_nodes(report, &graph, &callers, &callees, is_picked);
    return pprof_check_output(report->out, report->status);
}

bool pprof_print_tree(const pprof_profile *profile, const pprof_report_options *options, FILE *out, pprof_arena *arena,
                      pprof_status *status) {
    pprof_report report;
    pprof_report_options settled = *options;
    if (settled.node_count < 0) settled.node_count = NODE_COUNT;
    return pprof_open_report(&report, profile, &settled, out, arena, status) &&
           print_with(&report, &(pprof_pattern){.is_set = false});
}

bool pprof_print_peek(const pprof_profile *profile, const pprof_report_options *options, FILE *out, pprof_arena *arena,
                      pprof_status *status) {
    pprof_report report;
    pprof_report_options settled = *options;
    settled.node_count = 0;
    settled.node_fraction = settled.edge_fraction = 0;
    pprof_pattern symbols;
    if (!pprof_compile_pattern(&symbols, "peek", options->symbols, status)) return false;
    bool done = pprof_open_report(&report, profile, &settled, out, arena, status) && print_with(&report, &symbols);
    pprof_free_pattern(&symbols);
    return done;
}
