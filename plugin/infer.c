/* Takes a function's control flow with static probabilities, and observations (samples at a place, and which blocks
 * cost how much there); gives the entry rate and branch probabilities that explain the samples best while staying as
 * near to the static ones as the samples allow: a maximum a posteriori fit.
 *
 * Unknowns: log R, R the entry rate, and for each edge of a block with a choice how far its logit is from the static
 * one, in units of the prior's spread. Given them:
 *   p = softmax of the logits                f = (I − Pᵀ)⁻¹ e      (flow_solve.c)
 *   expected samples of observation o:       μ = R · Σ cost · f
 * Minimized: Σ_o loss(S_o, μ_o) + ½ Σ unknown² + ½ w (log R − log entry target)².
 *
 * The loss. A location's cost is a guess, good to a factor, so S scatters far more than a count does. A negative
 * binomial of shape k says so: however many the samples, the observation is worth no more than k of them. Its loss
 * −S log μ + (S + k) log(k + μ) however still believes in any surplus in full: 588 samples on a line that never ran
 * pull with the force of 588. So S is discounted like μ is, to A = KS / (K + ρS):
 *   l = −A log μ + (A + K) log(K + ρS + μ),   force on log μ = A − (A + K) μ / (K + ρS + μ)
 * whose force is 0 at μ = S, within [−K, K/ρ] everywhere; S − μ when both are small; ρ = 0 is the negative binomial.
 * K = k(1 + ρ) keeps the worth k. Cheap locations are weak evidence: k = limit · c/(c + half), c the mean cost of
 * what lies there, weighted by the flow of the fit so far; the fit runs twice, k being held in each run.
 *
 * Some locations are plainly wrong: samples of a merged instruction, of a macro's body, or none because they went to
 * line 0. With odds ε of that the loss is −log(e^−(l − least l) + ε): an observation that stays out of reach is given
 * up. The observation of the whole function never is; it holds the entry rate, without which such a loss diverges.
 *
 * Deterministic: see exact_math.c for the arithmetic; sums run in index order; limits count operations, never time.
 * Cannot know: costs that depend on data (cache misses), samples that the debug info puts on another line. */
#include "fit.h"

#include <string.h>

/* A probability is at least this (e⁻¹¹) over the number of choices: then the force of an observation can still bring
 * an edge back, and a loop's rounds stay within reason. */
static const double LEAST_PROBABILITY = 1.6701700790245659e-5;

/* Where no flow comes the expected samples are this, so that their logarithm exists. */
static const double LEAST_FLOW = 1e-100;

/* The fit ends when a step promises less than this in log-likelihood. Ten or a hundred times less changes no
 * probability visibly. */
static const double TOLERANCE = 1e-2;

/* More joins than this per factorization: not a program that anyone wrote. */
static const uint64_t JOIN_LIMIT = 8000000;

pgo_fit_options pgo_get_default_fit_options(void) {
    return (pgo_fit_options){
        .prior_strength = 1,
        .branch_spread = 1.5,
        .switch_spread = 2,
        .evidence_limit = 3,
        .evidence_half_cost = 4,
        .whole_function_limit = 5,
        .skepticism = 1,
        .lost_odds = 1e-1,
        .false_odds = 1e-4,
        .iteration_limit = 150,
        .operation_limit = 400000000,
    };
}

/* The logit that gives probability p in find_probabilities. */
double pgo_get_logit(double probability, uint32_t choices) {
    double share = probability * (1 + choices * LEAST_PROBABILITY) - LEAST_PROBABILITY;
    return pgo_log(share > 1e-9 ? share : 1e-9);
}

typedef struct fit_state {
    const pgo_problem *problem;
    const pgo_fit_options *options;
    pgo_flow flow;
    double rate_scale;   /* unknown 0 is log R × this: brings its second derivative near the others' */
    double *probability; /* by flow edge */
    double *share;       /* by flow edge: the softmax before the least probability is mixed in */
    double *frequency;   /* by node */
    double *worth;       /* by node: dF/df, then the value of a visit */
} fit_state;

static double get_rate(const fit_state *state, const double *unknowns) {
    return pgo_exp(unknowns[0] / state->rate_scale);
}

static void find_probabilities(fit_state *state, const double *unknowns) {
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

static void find_frequencies(fit_state *state, const double *unknowns) {
    find_probabilities(state, unknowns);
    pgo_factor_flow(&state->flow, state->probability);
    pgo_solve_frequency(&state->flow, state->frequency);
}

static double sum_cost(const fit_state *state, const pgo_evidence *evidence) {
    const pgo_problem *problem = state->problem;
    double sum = 0;
    for (uint32_t t = evidence->first_term; t < evidence->first_term + evidence->term_count; t++)
        sum += problem->term_cost[t] * state->frequency[problem->term_node[t]];
    return sum;
}

/* Gives the loss at [expected] samples, and in [slope] its derivative by log expected. */
static double find_loss(const pgo_evidence *evidence, double expected, double *slope) {
    double sum = evidence->base + expected;
    double loss = (evidence->believed + evidence->limit) * pgo_log(sum) - evidence->least_loss;
    if (evidence->believed > 0) loss -= evidence->believed * pgo_log(expected);
    *slope = (evidence->believed + evidence->limit) * expected / sum - evidence->believed;
    if (!(evidence->odds > 0)) return loss;
    double likelihood = pgo_exp(-loss);
    *slope *= likelihood / (likelihood + evidence->odds);
    return -pgo_log(likelihood + evidence->odds);
}

/* Adds up the losses; leaves dF/df in worth and gives dF/dlog R in [rate_slope]. */
static double add_losses(fit_state *state, double rate, double *rate_slope) {
    const pgo_problem *problem = state->problem;
    double loss = 0;
    *rate_slope = 0;
    memset(state->worth, 0, problem->flow_graph.node_count * sizeof(double));
    for (uint32_t o = 0; o < problem->evidence_count; o++) {
        const pgo_evidence *evidence = &problem->evidence[o];
        double flow = sum_cost(state, evidence) + LEAST_FLOW, slope;
        loss += find_loss(evidence, rate * flow, &slope);
        *rate_slope += slope;
        for (uint32_t t = evidence->first_term; t < evidence->first_term + evidence->term_count; t++)
            state->worth[problem->term_node[t]] += slope / flow * problem->term_cost[t];
    }
    return loss;
}

/* dF/dlogit from dF/dprobability of each edge: the flow over it times the value of where it goes. */
static void find_logit_slopes(const fit_state *state, double *gradient) {
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

static double evaluate(void *context, const double *unknowns, double *gradient) {
    fit_state *state = context;
    const pgo_fit_options *options = state->options;
    find_frequencies(state, unknowns);
    double rate_slope, sum = add_losses(state, get_rate(state, unknowns), &rate_slope);
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
static double find_mean_cost(const fit_state *state, const pgo_evidence *evidence) {
    double flow = LEAST_FLOW;
    for (uint32_t t = evidence->first_term; t < evidence->first_term + evidence->term_count; t++)
        flow += state->frequency[state->problem->term_node[t]];
    return (sum_cost(state, evidence) + LEAST_FLOW) / flow;
}

static void weigh_evidence(const fit_state *state, pgo_evidence *evidence) {
    const pgo_fit_options *options = state->options;
    double cost = find_mean_cost(state, evidence), samples = evidence->samples;
    double worth = options->evidence_limit * cost / (cost + options->evidence_half_cost), doubt = options->skepticism;
    evidence->odds = samples > 0 ? options->false_odds : options->lost_odds;
    if (evidence->is_whole_function) {
        worth = options->whole_function_limit;
        doubt = evidence->odds = 0;
    }
    evidence->limit = worth * (1 + doubt);
    evidence->base = evidence->limit + doubt * samples;
    evidence->believed = evidence->limit * samples / evidence->base;
    evidence->least_loss = (evidence->believed + evidence->limit) * pgo_log(evidence->base + samples);
    if (samples > 0) evidence->least_loss -= evidence->believed * pgo_log(samples);
}

/* The entry rate at which the function as it is predicted would give its samples. */
static double guess_rate(const fit_state *state) {
    const pgo_problem *problem = state->problem;
    double samples = 0, flow = LEAST_FLOW;
    bool has_whole = false;
    for (uint32_t o = 0; o < problem->evidence_count; o++) {
        const pgo_evidence *evidence = &problem->evidence[o];
        if (has_whole && !evidence->is_whole_function) continue;
        if (evidence->is_whole_function && !has_whole) {
            has_whole = true;
            samples = flow = 0;
        }
        samples += evidence->samples;
        flow += sum_cost(state, evidence);
    }
    if (samples == 0 && state->options->entry_weight > 0) return state->options->entry_target;
    return (samples + 0.1) / (flow + LEAST_FLOW);
}

/* About the second derivative in log R: each observation is worth its samples, but at most k. */
static double find_rate_scale(const fit_state *state) {
    const pgo_problem *problem = state->problem;
    double worth = state->options->entry_weight + 0.1;
    for (uint32_t o = 0; o < problem->evidence_count; o++) {
        const pgo_evidence *evidence = &problem->evidence[o];
        worth += evidence->samples * evidence->limit / (evidence->samples + evidence->limit);
    }
    return __builtin_sqrt(worth);
}

/* Two runs: the second weighs the observations by the flow that the first has found. */
static bool run_fit(fit_state *state, pgo_problem *problem, pprof_arena *scratch, pgo_fit *fit, pprof_status *status) {
    const pgo_fit_options *options = state->options;
    double *unknowns = pprof_allocate(scratch, problem->unknown_count, sizeof *unknowns, status);
    if (unknowns == NULL) return false;
    uint64_t operations = state->flow.operations + 60 * (uint64_t)problem->unknown_count +
                          4 * (uint64_t)problem->term_count + 40 * (uint64_t)problem->evidence_count;
    uint64_t evaluations = options->operation_limit / operations;
    if (evaluations > options->iteration_limit) evaluations = options->iteration_limit;

    state->rate_scale = 1;
    find_frequencies(state, unknowns);
    double log_rate = pgo_log(guess_rate(state));
    for (int run = 0; run < 2; run++) {
        for (uint32_t o = 0; o < problem->evidence_count; o++) weigh_evidence(state, &problem->evidence[o]);
        state->rate_scale = find_rate_scale(state);
        unknowns[0] = log_rate * state->rate_scale;
        pgo_minimum minimum;
        if (!pgo_minimize(evaluate, state, problem->unknown_count, unknowns, TOLERANCE, (unsigned)evaluations, scratch,
                          &minimum, status))
            return false;
        log_rate = unknowns[0] / state->rate_scale;
        fit->iterations += minimum.iterations;
        fit->reached_limit = minimum.reached_limit;
        find_frequencies(state, unknowns);
        evaluations -= minimum.evaluations < evaluations ? minimum.evaluations : evaluations;
    }
    fit->entry_rate = get_rate(state, unknowns);
    return true;
}

static bool allocate_state(fit_state *state, pprof_arena *scratch, pprof_status *status) {
    const pgo_flow_graph *graph = &state->problem->flow_graph;
    state->probability = pprof_allocate(scratch, graph->edge_count, sizeof(double), status);
    state->share = pprof_allocate(scratch, graph->edge_count, sizeof(double), status);
    state->frequency = pprof_allocate(scratch, graph->node_count, sizeof(double), status);
    state->worth = pprof_allocate(scratch, graph->node_count, sizeof(double), status);
    if (status->failed) return false;
    for (uint32_t e = 0; e < graph->edge_count; e++) state->probability[e] = 1; /* blocks without a choice keep it */
    return true;
}

/* [probability] is by flow edge; blocks that the entry does not reach keep what is predicted. */
static bool write_fit(const pgo_graph *graph, const fit_state *state, const double *probability, pprof_arena *arena,
                      pgo_fit *fit, pprof_status *status) {
    const pgo_problem *problem = state->problem;
    uint32_t edges = graph->first_successor[graph->block_count];
    fit->edge_probability = pprof_allocate(arena, edges, sizeof(double), status);
    fit->block_frequency = pprof_allocate(arena, graph->block_count, sizeof(double), status);
    if (status->failed) return false;
    for (uint32_t s = 0; s < edges; s++) {
        uint32_t edge = problem->edge_of_successor[s];
        fit->edge_probability[s] =
            edge == PGO_NONE ? graph->probability[s] : probability[edge] * problem->successor_share[s];
    }
    for (uint32_t block = 0; block < graph->block_count; block++) {
        uint32_t node = problem->node_of_block[block];
        fit->block_frequency[block] = node == PGO_NONE ? 0 : state->frequency[node];
    }
    return true;
}

static bool solve_problem(const pgo_graph *graph, pgo_problem *problem, const pgo_fit_options *options,
                          pprof_arena *scratch, pprof_arena *arena, pgo_fit *fit, pprof_status *status) {
    fit_state state = {.problem = problem, .options = options};
    bool too_tangled;
    if (!allocate_state(&state, scratch, status)) return false;
    if (!pgo_plan_flow(&problem->flow_graph, JOIN_LIMIT, scratch, &state.flow, &too_tangled, status)) return false;
    if (too_tangled) {
        if (!write_fit(graph, &state, problem->prior, arena, fit, status)) return false;
        fit->block_frequency = NULL;
        fit->reached_limit = true;
        return true;
    }
    if (problem->total_samples > 0 || options->entry_weight > 0) {
        if (!run_fit(&state, problem, scratch, fit, status)) return false;
        return write_fit(graph, &state, state.probability, arena, fit, status);
    }
    pgo_factor_flow(&state.flow, problem->prior);
    pgo_solve_frequency(&state.flow, state.frequency);
    return write_fit(graph, &state, problem->prior, arena, fit, status);
}

bool pgo_fit_frequencies(const pgo_graph *graph, const pgo_observation *observations, uint32_t observation_count,
                         const pgo_term *terms, const pgo_fit_options *options, pprof_arena *arena, pgo_fit *fit,
                         pprof_status *status) {
    *fit = (pgo_fit){0};
    pprof_arena scratch = {0};
    pgo_problem problem;
    bool done = pgo_build_problem(graph, observations, observation_count, terms, options, &scratch, &problem, status) &&
                solve_problem(graph, &problem, options, &scratch, arena, fit, status);
    pprof_arena_free(&scratch);
    return done;
}
