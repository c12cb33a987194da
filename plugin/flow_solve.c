/* Takes a planned elimination (flow_order.c) and the probability of every edge; gives how often each node runs per
 * entry, f = (I − Pᵀ)⁻¹ e, and the adjoint v = (I − P)⁻¹ g, from one factorization.
 *
 * Written as the elimination of states of a Markov chain (Grassmann, Taksar, Heyman): a node's pivot is what leaves it
 * for elsewhere, the sum of its other edges and of its leak, never 1 − its self loop. So nothing is subtracted, every
 * number stays positive and exact to nearly the last bit, and a loop of a million rounds is as good as straight code.
 * Every cycle has a leak (pgo_flow_graph.loss), so no pivot is zero, endless loops included. */
#include "fit.h"

#include <string.h>

static void load_probabilities(pgo_flow *flow, const double *probability) {
    const pgo_flow_graph *graph = flow->graph;
    for (uint32_t node = 0; node < graph->node_count; node++) {
        uint32_t end = graph->first_edge[node + 1];
        flow->leak[node] = graph->first_edge[node] == end ? 1 : 0;
        for (uint32_t edge = graph->first_edge[node]; edge < end; edge++) {
            flow->leak[node] += probability[edge] * graph->loss[edge];
            flow->weight[edge] = probability[edge] * (1 - graph->loss[edge]);
        }
    }
    memset(flow->weight + graph->edge_count, 0, (flow->slot_count + 1 - graph->edge_count) * sizeof(double));
}

void pgo_factor_flow(pgo_flow *flow, const double *probability) {
    load_probabilities(flow, probability);
    double *weight = flow->weight;
    const uint32_t *joined = flow->joined;
    for (uint32_t step = 0; step < flow->graph->node_count; step++) {
        const uint32_t *out = flow->out + flow->first_out[step];
        uint32_t out_count = flow->first_out[step + 1] - flow->first_out[step];
        double leak = flow->leak[flow->node[step]], pivot = leak;
        for (uint32_t o = 0; o < out_count; o++) pivot += weight[out[o]];
        flow->inverse_pivot[step] = 1 / pivot;
        for (uint32_t i = flow->first_in[step]; i < flow->first_in[step + 1]; i++) {
            uint32_t in = flow->in[i];
            double share = weight[in] / pivot;
            flow->leak[flow->source[in]] += share * leak;
            for (uint32_t o = 0; o < out_count; o++) weight[*joined++] += share * weight[out[o]];
        }
    }
}

void pgo_solve_frequency(const pgo_flow *flow, double *frequency) {
    for (uint32_t step = flow->graph->node_count; step-- > 0;) {
        double inflow = flow->node[step] == 0 ? 1 : 0;
        for (uint32_t i = flow->first_in[step]; i < flow->first_in[step + 1]; i++)
            inflow += frequency[flow->source[flow->in[i]]] * flow->weight[flow->in[i]];
        frequency[flow->node[step]] = inflow * flow->inverse_pivot[step];
    }
}

void pgo_solve_value(const pgo_flow *flow, double *worth) {
    for (uint32_t step = 0; step < flow->graph->node_count; step++) {
        double own = worth[flow->node[step]] * flow->inverse_pivot[step];
        for (uint32_t i = flow->first_in[step]; i < flow->first_in[step + 1]; i++)
            worth[flow->source[flow->in[i]]] += flow->weight[flow->in[i]] * own;
    }
    for (uint32_t step = flow->graph->node_count; step-- > 0;) {
        double sum = worth[flow->node[step]];
        for (uint32_t o = flow->first_out[step]; o < flow->first_out[step + 1]; o++)
            sum += flow->weight[flow->out[o]] * worth[flow->target[flow->out[o]]];
        worth[flow->node[step]] = sum * flow->inverse_pivot[step];
    }
}
