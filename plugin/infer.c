/* Takes a function's control flow with static probabilities, and observations (samples at a place, and which blocks
 * cost how much there); gives the entry rate and branch probabilities that explain the samples best while staying as
 * near to the static ones as the samples allow: a maximum a posteriori fit.
 *
 * What is minimized: objective.c. How: minimize.c, twice, since the observations are weighed by the flow of the fit so
 * far. Deterministic: see exact_math.c for the arithmetic; sums run in index order; limits count operations, never
 * time. Cannot know which of two equally good explanations is the true one: it takes the valley in which the static
 * probabilities lie. */
#include "fit.h"

#include <string.h>

/* The prototype's values, on nine real programs. On six of bench/accuracy's (bzip2, minigzip, lz4, lua, xmlwf, xmlwalk;
 * mean overlap / agree / 1-TV / entry) nothing near them is better by more than a single branch's turn:
 *   as below                .834 .788 .796 .657     evidence_limit 3         .829 .768 .782 .675
 *   evidence_limit 12       .834 .781 .798 .655     one observation a block  .836 .775 .791 .675
 *   prior_strength .5       .822 .767 .789 .652     prior_strength 2         .826 .765 .779 .664
 *   evidence_half_cost 2    .827 .768 .789 .661     evidence_half_cost 8     .828 .768 .782 .664
 *   whole_function_limit 1  .829 .769 .788 .669
 * What was better by .03 on synthetic programs with errors at random, and worse here: a loss that disbelieves a surplus
 * of samples as it does a lack (.794 .747 .769 .647), or that gives up what nothing explains (.812 .750 .767 .676).
 * (Measured function by function with the callers' word held fixed; one branch of one hot function moves a mean by
 * .01.) A tolerance of 1e-4 gives .834 .788 .796 .663; on synthetic programs 1e-6 takes twice the steps of 3e-3 and
 * changes no mean by more than .002, but for entry at 10,000 samples, .005; 1e-1 costs .003 of overlap. */
pgo_fit_options pgo_get_default_fit_options(void) {
    return (pgo_fit_options){
        .prior_strength = 1,
        .branch_spread = 1.5,
        .switch_spread = 2,
        .evidence_limit = 6,
        .evidence_half_cost = 4,
        .whole_function_limit = 5,
        .tolerance = 3e-3,
        .iteration_limit = 300,
        .operation_limit = 400000000,
    };
}

/* The entry rate at which the function as it is predicted would give its samples. */
static double guess_rate(const pgo_fit_state *state) {
    const pgo_problem *problem = state->problem;
    double samples = 0, flow = 0;
    bool has_whole = false;
    for (uint32_t o = 0; o < problem->evidence_count; o++) {
        const pgo_evidence *evidence = &problem->evidence[o];
        if (has_whole && !evidence->is_whole_function) continue;
        if (evidence->is_whole_function && !has_whole) {
            has_whole = true;
            samples = flow = 0;
        }
        samples += evidence->samples;
        flow += pgo_sum_cost(state, evidence);
    }
    if (samples == 0 && state->options->entry_weight > 0) return state->options->entry_target;
    return flow > 0 ? (samples + 0.1) / flow : 1;
}

/* About the second derivative in log R: each observation is worth its samples, but at most k. */
static double find_rate_scale(const pgo_fit_state *state) {
    const pgo_problem *problem = state->problem;
    double worth = state->options->entry_weight + 0.1;
    for (uint32_t o = 0; o < problem->evidence_count; o++) {
        const pgo_evidence *evidence = &problem->evidence[o];
        worth += evidence->samples * evidence->shape / (evidence->samples + evidence->shape);
    }
    return pgo_square_root(worth);
}

static uint64_t count_operations(const pgo_fit_state *state) {
    const pgo_problem *problem = state->problem;
    return state->flow.operations + 60 * (uint64_t)problem->unknown_count + 4 * (uint64_t)problem->term_count +
           40 * (uint64_t)problem->evidence_count;
}

/* One minimization, from the unknowns as they are. The first of two is only to find the place for the second. */
static bool run_once(pgo_fit_state *state, bool is_first, uint64_t *evaluations, pprof_arena *scratch, pgo_fit *fit,
                     pprof_status *status) {
    double log_rate = fit->unknowns[0];
    pgo_weigh_evidence(state);
    state->rate_scale = find_rate_scale(state);
    fit->unknowns[0] = log_rate * state->rate_scale;
    pgo_minimum minimum;
    if (!pgo_minimize(pgo_evaluate_fit, state, state->problem->unknown_count, fit->unknowns,
                      state->options->tolerance * (is_first ? 10 : 1), (unsigned)*evaluations, scratch, &minimum,
                      status))
        return false;
    pgo_find_frequencies(state, fit->unknowns);
    fit->entry_rate = pgo_get_rate(state, fit->unknowns);
    fit->unknowns[0] /= state->rate_scale;
    fit->iterations += minimum.iterations;
    fit->reached_limit = minimum.reached_limit;
    *evaluations -= minimum.evaluations < *evaluations ? minimum.evaluations : *evaluations;
    return true;
}

/* Two runs: the second weighs the observations by the flow that the first has found. An earlier fit is as good as a
 * first run. */
static bool run_fit(pgo_fit_state *state, pprof_arena *arena, pprof_arena *scratch, pgo_fit *fit,
                    pprof_status *status) {
    const pgo_problem *problem = state->problem;
    const pgo_fit_options *options = state->options;
    fit->unknowns = pprof_allocate(arena, problem->unknown_count, sizeof(double), status);
    if (fit->unknowns == NULL) return false;
    uint64_t evaluations = options->operation_limit / count_operations(state);
    if (evaluations > options->iteration_limit) evaluations = options->iteration_limit;

    bool has_start = options->start != NULL && options->start->unknowns != NULL;
    if (has_start) memcpy(fit->unknowns, options->start->unknowns, problem->unknown_count * sizeof(double));
    pgo_find_frequencies(state, fit->unknowns);
    if (!has_start) fit->unknowns[0] = pgo_log(guess_rate(state));
    return (has_start || run_once(state, true, &evaluations, scratch, fit, status)) &&
           run_once(state, false, &evaluations, scratch, fit, status);
}

/* [probability] is by flow edge; blocks that the entry does not reach keep what is predicted. */
static bool write_fit(const pgo_graph *graph, const pgo_fit_state *state, const double *probability, pprof_arena *arena,
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
    pgo_fit_state state;
    if (!pgo_start_objective(&state, problem, options, scratch, status)) return false;
    if (state.is_too_tangled) {
        fit->reached_limit = true;
        if (!write_fit(graph, &state, problem->prior, arena, fit, status)) return false;
        fit->block_frequency = NULL;
        return true;
    }
    if (problem->total_samples > 0 || options->entry_weight > 0)
        return run_fit(&state, arena, scratch, fit, status) &&
               write_fit(graph, &state, state.probability, arena, fit, status);
    /* Nothing was seen: what is predicted stands, to the last bit. */
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
