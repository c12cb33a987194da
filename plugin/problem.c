/* Takes a function's control flow and observations as match.c and frequency.c state them; gives the fit's unknowns and
 * evidence in flat arrays: blocks that the entry reaches, renumbered depth first; parallel edges (cases of a switch
 * with one target) as one; a logit per edge of each block with a choice; terms on blocks that can run.
 * Whatever is not a positive number counts as zero, so that no NaN gets past this file. */
#include "fit.h"

#include <assert.h>
#include <string.h>

/* A loop runs at most a million rounds per entry, and a function a trillion steps: then endless loops have
 * frequencies too, and nothing overflows however deep loops nest. */
static const double LOOP_LOSS = 1e-6, STEP_LOSS = 1e-12;

/* LLVM gives some edges 2⁻²⁰ and less; evidence must be able to overrule that. */
static const double PROBABILITY_FLOOR = 1e-4;

/* Cheaper observations without samples say nothing. */
static const double LEAST_COST = 0.3;

/* Far above any sample count or cost, far below where products overflow. */
static const double LARGEST_NUMBER = 1e18;

static double clean_number(double x) {
    if (!(x > 0)) return 0;
    return x < LARGEST_NUMBER ? x : LARGEST_NUMBER;
}

typedef struct frame {
    uint32_t block, edge;
} frame;

/* Numbers the reached blocks depth first, and notes each edge back to a block that is still open: every cycle has one.
 */
static bool number_nodes(const pgo_graph *graph, pgo_problem *problem, uint32_t *block_of_node, bool *goes_back,
                         pprof_arena *scratch, pprof_status *status) {
    frame *stack = pprof_allocate(scratch, graph->block_count, sizeof *stack, status);
    bool *is_open = pprof_allocate(scratch, graph->block_count, sizeof *is_open, status);
    if (status->failed) return false;
    uint32_t depth = 1, count = 1;
    stack[0] = (frame){0, graph->first_successor[0]};
    problem->node_of_block[0] = 0;
    block_of_node[0] = 0;
    is_open[0] = true;
    while (depth != 0) {
        frame *top = &stack[depth - 1];
        if (top->edge == graph->first_successor[top->block + 1]) {
            is_open[top->block] = false;
            depth--;
            continue;
        }
        uint32_t edge = top->edge++, next = graph->successors[edge];
        assert(next < graph->block_count);
        goes_back[edge] = is_open[next];
        if (problem->node_of_block[next] != PGO_NONE) continue;
        problem->node_of_block[next] = count;
        block_of_node[count++] = next;
        is_open[next] = true;
        stack[depth++] = (frame){next, graph->first_successor[next]};
    }
    problem->flow_graph.node_count = count;
    return true;
}

/* Appends the distinct edges of one block. [last_edge]: by target node, the newest edge to it. */
static void merge_edges(const pgo_graph *graph, pgo_problem *problem, uint32_t block, const bool *goes_back,
                        uint32_t *last_edge) {
    pgo_flow_graph *flow = &problem->flow_graph;
    uint32_t first = flow->edge_count, begin = graph->first_successor[block], end = graph->first_successor[block + 1];
    for (uint32_t s = begin; s < end; s++) {
        uint32_t target = problem->node_of_block[graph->successors[s]], edge = last_edge[target];
        bool is_new = edge == PGO_NONE || edge < first;
        if (is_new) {
            edge = last_edge[target] = flow->edge_count++;
            flow->target[edge] = target;
            flow->loss[edge] = goes_back[s] ? LOOP_LOSS : STEP_LOSS;
        }
        problem->prior[edge] += clean_number(graph->probability[s]);
        problem->edge_of_successor[s] = edge;
        problem->successor_share[s] = is_new ? 1 : 0; /* stays so where all of them are impossible */
    }
    for (uint32_t s = begin; s < end; s++) {
        double all = problem->prior[problem->edge_of_successor[s]];
        if (all > 0) problem->successor_share[s] = clean_number(graph->probability[s]) / all;
    }
}

static void normalize(double *values, uint32_t count) {
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) sum += values[i];
    for (uint32_t i = 0; i < count; i++) values[i] = sum > 0 ? values[i] / sum : 1.0 / count;
}

static void find_prior_logits(const double *prior, double *logit, uint32_t count) {
    for (uint32_t e = 0; e < count; e++) logit[e] = prior[e] > PROBABILITY_FLOOR ? prior[e] : PROBABILITY_FLOOR;
    normalize(logit, count);
    for (uint32_t e = 0; e < count; e++) logit[e] = pgo_get_logit(logit[e], count);
}

static bool build_edges(const pgo_graph *graph, pgo_problem *problem, const uint32_t *block_of_node,
                        const bool *goes_back, pprof_arena *scratch, pprof_arena *arena, pprof_status *status) {
    pgo_flow_graph *flow = &problem->flow_graph;
    uint32_t edges = graph->first_successor[graph->block_count];
    flow->first_edge = pprof_allocate(arena, (size_t)flow->node_count + 1, sizeof(uint32_t), status);
    flow->target = pprof_allocate(arena, edges, sizeof(uint32_t), status);
    flow->loss = pprof_allocate(arena, edges, sizeof(double), status);
    problem->prior = pprof_allocate(arena, edges, sizeof(double), status);
    problem->prior_logit = pprof_allocate(arena, edges, sizeof(double), status);
    uint32_t *last_edge = pprof_allocate(scratch, flow->node_count, sizeof *last_edge, status);
    if (status->failed) return false;
    memset(last_edge, 0xff, flow->node_count * sizeof *last_edge);
    for (uint32_t node = 0; node < flow->node_count; node++) {
        merge_edges(graph, problem, block_of_node[node], goes_back, last_edge);
        flow->first_edge[node + 1] = flow->edge_count;
    }
    return true;
}

static bool build_branches(pgo_problem *problem, const pgo_fit_options *options, pprof_arena *arena,
                           pprof_status *status) {
    const pgo_flow_graph *flow = &problem->flow_graph;
    problem->branches = pprof_allocate(arena, flow->node_count, sizeof *problem->branches, status);
    if (status->failed) return false;
    problem->unknown_count = 1;
    double strength = clean_number(options->prior_strength);
    for (uint32_t node = 0; node < flow->node_count; node++) {
        uint32_t first = flow->first_edge[node], count = flow->first_edge[node + 1] - first;
        normalize(problem->prior + first, count);
        if (count < 2) continue;
        double spread = count == 2 ? options->branch_spread : options->switch_spread;
        problem->branches[problem->branch_count++] =
            (pgo_branch){.node = node,
                         .first_edge = first,
                         .edge_count = count,
                         .first_unknown = problem->unknown_count,
                         .spread = spread / pgo_square_root(strength > 1e-6 ? strength : 1e-6)};
        problem->unknown_count += count;
        find_prior_logits(problem->prior + first, problem->prior_logit + first, count);
    }
    return true;
}

static bool build_evidence(const pgo_observation *observations, uint32_t observation_count, const pgo_term *terms,
                           pgo_problem *problem, pprof_arena *arena, pprof_status *status) {
    size_t term_limit = 0;
    for (uint32_t o = 0; o < observation_count; o++) term_limit += observations[o].term_count;
    problem->evidence = pprof_allocate(arena, observation_count, sizeof *problem->evidence, status);
    problem->term_node = pprof_allocate(arena, term_limit, sizeof *problem->term_node, status);
    problem->term_cost = pprof_allocate(arena, term_limit, sizeof *problem->term_cost, status);
    if (status->failed) return false;
    for (uint32_t o = 0; o < observation_count; o++) {
        const pgo_observation *observation = &observations[o];
        uint32_t first = problem->term_count;
        double total_cost = 0, samples = clean_number(observation->samples);
        for (uint32_t t = 0; t < observation->term_count; t++) {
            const pgo_term *term = &terms[observation->first_term + t];
            uint32_t node = problem->node_of_block[term->block];
            double cost = clean_number(term->cost);
            if (node == PGO_NONE || cost == 0) continue;
            problem->term_node[problem->term_count] = node;
            problem->term_cost[problem->term_count++] = cost;
            total_cost += cost;
        }
        if (total_cost == 0 || (samples == 0 && total_cost < LEAST_COST)) {
            problem->term_count = first;
            continue;
        }
        problem->total_samples += samples;
        problem->evidence[problem->evidence_count++] =
            (pgo_evidence){.samples = samples,
                           .first_term = first,
                           .term_count = problem->term_count - first,
                           .is_whole_function = observation->is_whole_function,
                           .is_limit = observation->is_limit};
    }
    return true;
}

bool pgo_build_problem(const pgo_graph *graph, const pgo_observation *observations, uint32_t observation_count,
                       const pgo_term *terms, const pgo_fit_options *options, pprof_arena *arena, pgo_problem *problem,
                       pprof_status *status) {
    *problem = (pgo_problem){0};
    pprof_arena scratch = {0};
    uint32_t edges = graph->first_successor[graph->block_count];
    problem->node_of_block = pprof_allocate(arena, graph->block_count, sizeof(uint32_t), status);
    problem->edge_of_successor = pprof_allocate(arena, edges, sizeof(uint32_t), status);
    problem->successor_share = pprof_allocate(arena, edges, sizeof(double), status);
    uint32_t *block_of_node = pprof_allocate(&scratch, graph->block_count, sizeof(uint32_t), status);
    bool *goes_back = pprof_allocate(&scratch, edges, sizeof(bool), status);
    if (!status->failed) {
        memset(problem->node_of_block, 0xff, graph->block_count * sizeof(uint32_t)); /* PGO_NONE */
        memset(problem->edge_of_successor, 0xff, edges * sizeof(uint32_t));
    }
    bool done = !status->failed && number_nodes(graph, problem, block_of_node, goes_back, &scratch, status) &&
                build_edges(graph, problem, block_of_node, goes_back, &scratch, arena, status) &&
                build_branches(problem, options, arena, status) &&
                build_evidence(observations, observation_count, terms, problem, arena, status);
    pprof_arena_free(&scratch);
    return done;
}
