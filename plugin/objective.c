/* Takes the unknowns of a fit (fit.h: pgo_problem); gives what infer.c minimizes, and its gradient.
 *
 * Unknowns: log R, R the entry rate, and for each edge of a block with a choice how far its logit is from the static
 * one, in units of the prior's spread. Given them:
 *   p = softmax of the logits                f = (I − Pᵀ)⁻¹ e      (flow_solve.c)
 *   expected samples of observation o:       μ = R · Σ cost · f
 *   objective = Σ_o loss(S_o, μ_o) + ½ Σ unknown² + ½ w (log R − log entry target)²
 *
 * The loss. A location's cost is a guess, good to a factor, so S scatters far more than a count does. A negative
 * binomial of shape k says so, −S log μ + (S + k) log(k + μ): however many the samples, their absence counts for no
 * more than k of them. Cheap locations are weak evidence: k = limit · c/(c + half), c the mean cost of what lies there,
 * weighted by the flow of the fit so far. It believes in presence more than in absence, and rightly so: a timer's
 * samples gather on one instruction of a block, the one that waits, and leave the others bare. Of an observation that
 * is a limit only the absence speaks: μ below S is as good as S.
 *
 * The gradient needs one more solution of the same factorization: v = (I − P)⁻¹ dF/df, then dF/dp = f · v along each
 * edge. Cannot know costs that depend on data (cache misses), nor where samples went that left their line. */
#include "fit.h"

#include <string.h>

/* A probability is at least this (e⁻¹¹) over the number of choices: then the force of an observation can still bring
 * an edge back, and a loop's rounds stay within reason. */
static const double LEAST_PROBABILITY = 1.6701700790245659e-5;

/* Where no flow comes the expected samples are this, so that their logarithm exists. */
static const double LEAST_FLOW = 1e-100;

/* More joins than this per factorization: not a program that anyone wrote. */
static const uint64_t JOIN_LIMIT = 8000000;

/* Rates beyond e^±100 are no evidence but overflow. */
static const double LARGEST_LOG_RATE = 100;

double pgo_get_logit(double probability, uint32_t choices) {
    double share = probability * (1 + choices * LEAST_PROBABILITY) - LEAST_PROBABILITY;
    return pgo_log(share > 1e-9 ? share : 1e-9);
}

double pgo_get_rate(const pgo_fit_state *state, const double *unknowns) {
    double log_rate = unknowns[0] / state->rate_scale;
    if (log_rate > LARGEST_LOG_RATE) log_rate = LARGEST_LOG_RATE;
    return pgo_exp(log_rate < -LARGEST_LOG_RATE ? -LARGEST_LOG_RATE : log_rate);
}

static void find_probabilities(pgo_fit_state *state, const double *unknowns) {
    const pgo_problem *problem = state->problem;
    for (uint32_t b = 0; b < problem->branch_count; b++) {
        const pgo_branch *branch = &problem->branches[b];
        const double *moved = unknowns + branch->first_unknown, *logit = problem->prior_logit + branch->first_edge;
        double *share = state->share + branch->first_edge, *probability = state->probability + branch->first_edge;
        double largest = logit[0] + branch->spread * moved[0], sum = 0;
        for (uint32_t e = 0; e < branch->edge_count; e++) {
            share[e] = logit[e] + branch->spread * moved[e];
            if (share[e] > largest) largest = share[e];
        }
        for (uint32_t e = 0; e < branch->edge_count; e++)
            sum += share[e] = share[e] == largest ? 1 : pgo_exp(share[e] - largest);
        for (uint32_t e = 0; e < branch->edge_count; e++) {
            share[e] /= sum;
            probability[e] = (share[e] + LEAST_PROBABILITY) / (1 + branch->edge_count * LEAST_PROBABILITY);
        }
    }
}

void pgo_find_frequencies(pgo_fit_state *state, const double *unknowns) {
    find_probabilities(state, unknowns);
    pgo_factor_flow(&state->flow, state->probability);
    pgo_solve_frequency(&state->flow, state->frequency);
}

double pgo_sum_cost(const pgo_fit_state *state, const pgo_evidence *evidence) {
    const pgo_problem *problem = state->problem;
    double sum = 0;
    for (uint32_t t = evidence->first_term; t < evidence->first_term + evidence->term_count; t++)
        sum += problem->term_cost[t] * state->frequency[problem->term_node[t]];
    return sum;
}

/* Adds up the losses; leaves dF/df in worth and gives dF/dlog R in [rate_slope]. */
static double add_losses(pgo_fit_state *state, double rate, double *rate_slope) {
    const pgo_problem *problem = state->problem;
    double loss = 0;
    *rate_slope = 0;
    memset(state->worth, 0, problem->flow_graph.node_count * sizeof(double));
    for (uint32_t o = 0; o < problem->evidence_count; o++) {
        const pgo_evidence *evidence = &problem->evidence[o];
        double samples = evidence->samples, shape = evidence->shape;
        double flow = pgo_sum_cost(state, evidence) + LEAST_FLOW, expected = rate * flow;
        bool is_within = evidence->is_limit && expected < samples;
        if (is_within) expected = samples; /* as good as the best; no slope */
        loss += (samples + shape) * pgo_log(shape + expected);
        if (samples > 0) loss -= samples * pgo_log(expected);
        double slope = (samples + shape) * expected / (shape + expected) - samples; /* by log expected */
        if (is_within) continue;
        *rate_slope += slope;
        for (uint32_t t = evidence->first_term; t < evidence->first_term + evidence->term_count; t++)
            state->worth[problem->term_node[t]] += slope / flow * problem->term_cost[t];
    }
    return loss;
}

/* dF/dlogit from dF/dprobability of each edge: the flow over it times the value of where it goes. */
static void find_logit_slopes(const pgo_fit_state *state, double *gradient) {
    const pgo_problem *problem = state->problem;
    const pgo_flow_graph *graph = &problem->flow_graph;
    for (uint32_t b = 0; b < problem->branch_count; b++) {
        const pgo_branch *branch = &problem->branches[b];
        double *slope = gradient + branch->first_unknown, mean = 0;
        for (uint32_t e = 0; e < branch->edge_count; e++) {
            uint32_t edge = branch->first_edge + e;
            slope[e] = state->frequency[branch->node] * (1 - graph->loss[edge]) * state->worth[graph->target[edge]];
            mean += state->share[edge] * slope[e];
        }
        double scale = branch->spread / (1 + branch->edge_count * LEAST_PROBABILITY);
        for (uint32_t e = 0; e < branch->edge_count; e++)
            slope[e] = (slope[e] - mean) * state->share[branch->first_edge + e] * scale;
    }
}

double pgo_evaluate_fit(void *context, const double *unknowns, double *gradient) {
    pgo_fit_state *state = context;
    const pgo_fit_options *options = state->options;
    pgo_find_frequencies(state, unknowns);
    double rate_slope, sum = add_losses(state, pgo_get_rate(state, unknowns), &rate_slope);
    pgo_solve_value(&state->flow, state->worth);
    find_logit_slopes(state, gradient);
    for (uint32_t u = 1; u < state->problem->unknown_count; u++) {
        sum += 0.5 * unknowns[u] * unknowns[u];
        gradient[u] += unknowns[u];
    }
    if (options->entry_weight > 0) {
        double miss = unknowns[0] / state->rate_scale - pgo_log(options->entry_target);
        sum += 0.5 * options->entry_weight * miss * miss;
        rate_slope += options->entry_weight * miss;
    }
    gradient[0] = rate_slope / state->rate_scale;
    return sum;
}

/* The mean cost of what lies at a location, at the frequencies of the fit so far. */
static double find_mean_cost(const pgo_fit_state *state, const pgo_evidence *evidence) {
    double flow = LEAST_FLOW;
    for (uint32_t t = evidence->first_term; t < evidence->first_term + evidence->term_count; t++)
        flow += state->frequency[state->problem->term_node[t]];
    return (pgo_sum_cost(state, evidence) + LEAST_FLOW) / flow;
}

void pgo_weigh_evidence(pgo_fit_state *state) {
    const pgo_fit_options *options = state->options;
    for (uint32_t o = 0; o < state->problem->evidence_count; o++) {
        pgo_evidence *evidence = &state->problem->evidence[o];
        double cost = find_mean_cost(state, evidence);
        evidence->shape = evidence->is_whole_function
                              ? options->whole_function_limit
                              : options->evidence_limit * cost / (cost + options->evidence_half_cost);
    }
}

bool pgo_start_objective(pgo_fit_state *state, pgo_problem *problem, const pgo_fit_options *options,
                         pprof_arena *scratch, pprof_status *status) {
    const pgo_flow_graph *graph = &problem->flow_graph;
    *state = (pgo_fit_state){.problem = problem, .options = options, .rate_scale = 1};
    state->probability = pprof_allocate(scratch, graph->edge_count, sizeof(double), status);
    state->share = pprof_allocate(scratch, graph->edge_count, sizeof(double), status);
    state->frequency = pprof_allocate(scratch, graph->node_count, sizeof(double), status);
    state->worth = pprof_allocate(scratch, graph->node_count, sizeof(double), status);
    if (status->failed) return false;
    for (uint32_t e = 0; e < graph->edge_count; e++) state->probability[e] = 1; /* blocks without a choice keep it */
    return pgo_plan_flow(graph, JOIN_LIMIT, scratch, &state->flow, &state->is_too_tangled, status);
}
