/* Takes samples matched to places and calls; gives the functions with samples their entry rate, block frequencies and
 * edge probabilities. The fit itself (infer.c) sees one function; this file lets functions know of each other:
 *
 *   down-up   the samples of a callee, through one call, say how often that call ran: they are an observation of the
 *             call's block, its cost being what the callee takes of its own time per invocation
 *   up-down   the calls of a function, through its fitted callers, say how often it was entered
 *
 * Each depends on the fits of the other side, hence three rounds, callees before callers, in an order that depends on
 * the module alone. Rates are in samples per unit of cost, whatever unit the profile's values have.
 * Last, functions that no sample met get the flow of the calls to them, callers first.
 * Cannot know calls from other modules, and callees there; a function without any sample costs nothing but, when it is
 * called from one that has some, a look at its static frequencies. */
#include "fit.h"

#include <stdlib.h>
#include <string.h>

enum { ROUNDS = 3 };

/* Of an indirect call's samples, what must be in targets of this module for them to speak for the call. */
static const double LEAST_KNOWN_TARGETS = 0.8;

/* When the known calls of a function say how often it was entered, how hard that pulls in the fit, and how far the rate
 * that others are told goes beyond the fit's own. Measured on six programs of bench/accuracy, mean overlap / agree /
 * 1-TV / entry: pull 4 alone .831 .784 .797 .633, pull 16 .830 .770 .793 .676 (it bends the branches to have its way);
 * pull 4 and a callers' say of .5: .831 .786 .797 .683, .7: .707, .85: .705, 1: .681, the first three measures alike.
 */
static const double LEAST_KNOWN_SHARE = 0.3, LEAST_KNOWN_SAMPLES = 2, HALF_TRUST_SAMPLES = 3, PULL_LIMIT = 4,
                    CALLERS_SAY = 0.75;

/* Of a function without samples: how many its code may have missed (of 3 expected, none is met once in twenty times),
 * and what it costs at least where it is inlined. Mean entry on bench/accuracy: none passed on .676, at most 1 unseen
 * .696, 3 .699, 10 .702, 30 .694. */
static const double UNSEEN_SAMPLES = 3, LEAST_INLINED_COST = 0.02;

/* Rates below that of a place with five samples stay untold, and the function is left to layout.c. Told all, LLVM
 * spends code on whatever might run: sqlite3.c 1.085 times -O2's instead of .986, with 1.19 times its compile time. */
static const double LEAST_TOLD_RATE = 5. / 8;

/* Fewer samples than this that came through no known call are noise. */
static const double MOST_UNEXPLAINED_SAMPLES = 2;

typedef struct function_work {
    bool has_evidence;
    double *own_block_cost; /* without inlined copies: a callee's leaf samples are its own body's. NULL: not known */
    double own_cost;        /* Σ own block cost · frequency: per invocation */
    double unexplained_samples;          /* of own_samples, those that came through no known call */
    double own_samples;                  /* through any caller, itself excepted */
    uint32_t first_caller, caller_count; /* into estimator.caller_calls */
    pgo_fit fit;
    unsigned iterations;
} function_work;

typedef struct estimator {
    pgo_run *run;
    pgo_module *module;
    pprof_arena scratch;
    double samples_per_weight;
    pgo_fit_options options;
    function_work *work;    /* parallel to module.functions */
    uint32_t *caller_of;    /* parallel to module.calls: the function that it is in */
    uint32_t *caller_calls; /* direct calls, sorted by callee */
    uint32_t *order;        /* functions with evidence and whatever they may call, callees first */
    uint32_t order_count;
} estimator;

static bool takes_part(const pgo_function *function) {
    return function->state == PGO_TAKES_PART && function->graph.block_count != 0;
}

/* A direct call to a body of this module, or NULL. */
static const pgo_function *get_callee(const estimator *estimator, const pgo_call *call) {
    if (call->kind != PGO_CALL_DIRECT || call->callee == PGO_NONE) return NULL;
    const pgo_function *callee = &estimator->module->functions[call->callee];
    return takes_part(callee) ? callee : NULL;
}

static double get_samples(const estimator *estimator, uint64_t weight) {
    return (double)weight * estimator->samples_per_weight;
}

/* ---- who takes part, and who calls whom ---- */

static bool has_evidence(const estimator *estimator, const pgo_function *function) {
    if (!takes_part(function)) return false;
    for (uint32_t o = 0; o < function->observation_count; o++)
        if (function->observations[o].samples > 0) return true;
    for (uint32_t c = function->first_call; c < function->first_call + function->call_count; c++) {
        const pgo_call *call = &estimator->module->calls[c];
        if (call->leaf != 0 && get_callee(estimator, call) != NULL) return true;
    }
    return false;
}

/* Counting sort of the direct calls by callee: within one callee they stay in the module's order. */
static bool list_callers(estimator *estimator) {
    const pgo_module *module = estimator->module;
    pprof_status *status = estimator->run->status;
    estimator->caller_of = pprof_allocate(&estimator->scratch, module->call_count, sizeof(uint32_t), status);
    estimator->caller_calls = pprof_allocate(&estimator->scratch, module->call_count, sizeof(uint32_t), status);
    if (status->failed) return false;
    for (uint32_t f = 0; f < module->function_count; f++) {
        const pgo_function *function = &module->functions[f];
        for (uint32_t c = function->first_call; c < function->first_call + function->call_count; c++)
            estimator->caller_of[c] = f;
    }
    for (uint32_t c = 0; c < module->call_count; c++)
        if (get_callee(estimator, &module->calls[c]) != NULL) estimator->work[module->calls[c].callee].caller_count++;
    uint32_t next = 0;
    for (uint32_t f = 0; f < module->function_count; f++) {
        estimator->work[f].first_caller = next;
        next += estimator->work[f].caller_count;
        estimator->work[f].caller_count = 0;
    }
    for (uint32_t c = 0; c < module->call_count; c++) {
        if (get_callee(estimator, &module->calls[c]) == NULL) continue;
        function_work *work = &estimator->work[module->calls[c].callee];
        estimator->caller_calls[work->first_caller + work->caller_count++] = c;
    }
    return true;
}

typedef struct visit {
    uint32_t function, call;
} visit;

/* Depth first from each function with evidence, in module order; a function is listed when all of its callees are. */
static bool order_functions(estimator *estimator) {
    const pgo_module *module = estimator->module;
    pprof_status *status = estimator->run->status;
    uint32_t count = module->function_count;
    estimator->order = pprof_allocate(&estimator->scratch, count, sizeof(uint32_t), status);
    visit *stack = pprof_allocate(&estimator->scratch, count, sizeof *stack, status);
    bool *is_seen = pprof_allocate(&estimator->scratch, count, sizeof *is_seen, status);
    if (status->failed) return false;
    for (uint32_t f = 0; f < count; f++) {
        if (is_seen[f] || !estimator->work[f].has_evidence) continue;
        uint32_t depth = 1;
        stack[0] = (visit){f, module->functions[f].first_call};
        is_seen[f] = true;
        while (depth != 0) {
            visit *top = &stack[depth - 1];
            const pgo_function *function = &module->functions[top->function];
            if (top->call == function->first_call + function->call_count) {
                estimator->order[estimator->order_count++] = top->function;
                depth--;
                continue;
            }
            const pgo_call *call = &module->calls[top->call++];
            if (get_callee(estimator, call) == NULL || is_seen[call->callee]) continue;
            is_seen[call->callee] = true;
            stack[depth++] = (visit){call->callee, module->functions[call->callee].first_call};
        }
    }
    return true;
}

static int order_indices(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* The samples of each function's own code here: all that the profile has of it, less what inlined copies in this module
 * took, less what came through its own calls of itself. */
static bool count_own_samples(estimator *estimator) {
    const pgo_module *module = estimator->module;
    const pprof_index *weights = &estimator->run->weights;
    pprof_status *status = estimator->run->status;
    uint32_t *copies = pprof_allocate(&estimator->scratch, module->context_count, sizeof *copies, status);
    pgo_sparse taken = {0};
    if (copies == NULL) return false;
    uint32_t copy_count = 0;
    for (uint32_t c = 0; c < module->context_count; c++)
        if (module->contexts[c].parent != PGO_NONE && module->contexts[c].weight_body != PPROF_NONE)
            copies[copy_count++] = module->contexts[c].weight_body;
    qsort(copies, copy_count, sizeof *copies, order_indices);
    for (uint32_t c = 0; c < copy_count; c++) {
        if (c != 0 && copies[c] == copies[c - 1]) continue;
        pprof_body body = pprof_get_body(weights, copies[c]);
        uint64_t *sum = pgo_reach_sparse(&taken, body.function, &estimator->scratch, status);
        if (sum == NULL) return false;
        *sum = pprof_add_weights(*sum, body.leaf);
    }
    for (uint32_t f = 0; f < module->function_count; f++) {
        const pgo_function *function = &module->functions[f];
        if (function->weight_function == PGO_NONE) continue;
        double samples = get_samples(estimator, pprof_get_body(weights, function->weight_function).leaf);
        samples -= get_samples(estimator, pgo_get_sparse(&taken, function->weight_function));
        for (uint32_t c = function->first_call; c < function->first_call + function->call_count; c++)
            if (get_callee(estimator, &module->calls[c]) == function)
                samples -= get_samples(estimator, module->calls[c].leaf);
        estimator->work[f].own_samples = samples > 0 ? samples : 0;
        function_work *work = &estimator->work[f];
        for (uint32_t i = work->first_caller; i < work->first_caller + work->caller_count; i++) {
            uint32_t c = estimator->caller_calls[i];
            if (estimator->caller_of[c] != f) samples -= get_samples(estimator, module->calls[c].leaf);
        }
        work->unexplained_samples = samples > 0 ? samples : 0;
    }
    return true;
}

/* ---- what an invocation costs ---- */

static bool find_own_block_cost(estimator *estimator, const pgo_function *function, function_work *work) {
    const pgo_module *module = estimator->module;
    uint32_t count = function->graph.block_count;
    work->own_block_cost = pprof_allocate(&estimator->scratch, count, sizeof(double), estimator->run->status);
    if (work->own_block_cost == NULL) return false;
    for (uint32_t b = 0; b < count; b++) work->own_block_cost[b] = function->block_cost[b];
    for (uint32_t p = function->first_place; p < function->first_place + function->place_count; p++) {
        const pgo_place *place = &module->places[p];
        if (module->contexts[place->context].parent == PGO_NONE) continue;
        double rest = work->own_block_cost[place->block] - place->cost;
        work->own_block_cost[place->block] = rest > 0 ? rest : 0;
    }
    return true;
}

static void add_up_own_cost(const pgo_function *function, function_work *work) {
    work->own_cost = 0;
    if (work->fit.block_frequency == NULL) return;
    for (uint32_t b = 0; b < function->graph.block_count; b++)
        work->own_cost += work->own_block_cost[b] * work->fit.block_frequency[b];
}

/* The callee's cost per invocation, from its fit if it has one by now, else as predicted; 0: not to be had. */
static bool get_own_cost(estimator *estimator, uint32_t index, double *cost) {
    const pgo_function *function = &estimator->module->functions[index];
    function_work *work = &estimator->work[index];
    if (work->own_block_cost == NULL) {
        if (!find_own_block_cost(estimator, function, work)) return false;
        if (!pgo_fit_frequencies(&function->graph, NULL, 0, NULL, &estimator->options, &estimator->scratch, &work->fit,
                                 estimator->run->status))
            return false;
        add_up_own_cost(function, work);
    }
    *cost = work->own_cost;
    return true;
}

/* ---- calls as observations ---- */

typedef struct evidence {
    pgo_observation *observations;
    uint32_t observation_count;
    pgo_term *terms;
    uint32_t term_count;
} evidence;

/* A direct call, keyed by what its samples are known by: copies of one call share them, and only their sum is true. */
typedef struct located_call {
    uint32_t body, context, line, column, callee, call;
} located_call;

static int compare_keys(const located_call *a, const located_call *b) {
    if (a->body != b->body) return a->body < b->body ? -1 : 1;
    if (a->context != b->context) return a->context < b->context ? -1 : 1;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    if (a->column != b->column) return a->column < b->column ? -1 : 1;
    return (a->callee > b->callee) - (a->callee < b->callee);
}

static int compare_calls(const void *left, const void *right) {
    const located_call *a = left, *b = right;
    int keys = compare_keys(a, b);
    return keys != 0 ? keys : (a->call > b->call) - (a->call < b->call);
}

/* Contexts with one body share its samples; a context without a body stands alone. Calls that the profiled build made
 * one of share them whatever their lines. */
static located_call locate_call(const pgo_module *module, uint32_t index) {
    const pgo_call *call = &module->calls[index];
    uint32_t body = module->contexts[call->context].weight_body;
    return (located_call){.body = body,
                          .context = body == PPROF_NONE ? call->context : 0,
                          .line = call->shares_samples ? 0 : call->line,
                          .column = call->shares_samples ? 0 : call->place.column,
                          .callee = call->callee,
                          .call = index};
}

/* Whether the samples of a direct call tell how often it ran, their absence too. A call at line 0 cannot have any;
 * those of a jump may be among the samples of its callee that came through calls not known here. */
static bool tells_frequency(const estimator *estimator, const pgo_call *call) {
    if (call->line == 0) return false;
    return call->leaf != 0 || !call->may_be_jump ||
           estimator->work[call->callee].unexplained_samples <= MOST_UNEXPLAINED_SAMPLES;
}

/* One observation per place: zero samples speak too. */
static bool add_direct_calls(estimator *estimator, const pgo_function *function, pprof_arena *arena,
                             evidence *evidence) {
    const pgo_module *module = estimator->module;
    located_call *calls = pprof_allocate(arena, function->call_count, sizeof *calls, estimator->run->status);
    if (calls == NULL) return false;
    uint32_t count = 0;
    for (uint32_t c = function->first_call; c < function->first_call + function->call_count; c++)
        if (get_callee(estimator, &module->calls[c]) != NULL && tells_frequency(estimator, &module->calls[c]))
            calls[count++] = locate_call(module, c);
    qsort(calls, count, sizeof *calls, compare_calls);
    for (uint32_t c = 0, next; c < count; c = next) {
        pgo_observation *observation = &evidence->observations[evidence->observation_count];
        *observation = (pgo_observation){.first_term = evidence->term_count};
        double cost = 0;
        if (!get_own_cost(estimator, calls[c].callee, &cost)) return false;
        for (next = c; next < count && compare_keys(&calls[next], &calls[c]) == 0; next++) {
            const pgo_call *call = &module->calls[calls[next].call];
            observation->samples += get_samples(estimator, call->leaf);
            evidence->terms[evidence->term_count++] = (pgo_term){.block = call->block, .cost = cost};
            observation->term_count++;
        }
        evidence->observation_count++;
    }
    return true;
}

/* An indirect call whose targets are nearly all in this module: each target's samples over its cost are that many
 * invocations. Without samples there is nothing to say, since nobody knows what it would have called. */
static bool add_indirect_call(estimator *estimator, const pgo_call *call, evidence *evidence) {
    double samples = 0, invocations = 0;
    for (uint32_t t = call->first_target; t < call->first_target + call->target_count; t++) {
        const pgo_target *target = &estimator->module->targets[t];
        double cost = 0;
        if (target->function == PGO_NONE || target->leaf == 0 ||
            !takes_part(&estimator->module->functions[target->function]))
            continue;
        if (!get_own_cost(estimator, target->function, &cost)) return false;
        if (cost <= 0) continue;
        samples += get_samples(estimator, target->leaf);
        invocations += get_samples(estimator, target->leaf) / cost;
    }
    if (invocations <= 0 || samples < LEAST_KNOWN_TARGETS * get_samples(estimator, call->leaf)) return true;
    evidence->observations[evidence->observation_count++] =
        (pgo_observation){.samples = samples, .first_term = evidence->term_count, .term_count = 1};
    evidence->terms[evidence->term_count++] = (pgo_term){.block = call->block, .cost = samples / invocations};
    return true;
}

/* What match.c observed, in samples, and behind it what the calls say. */
static bool gather_evidence(estimator *estimator, const pgo_function *function, pprof_arena *arena,
                            evidence *evidence) {
    pprof_status *status = estimator->run->status;
    size_t observations = (size_t)function->observation_count + function->call_count;
    size_t terms = (size_t)function->term_count + function->call_count;
    evidence->observations = pprof_allocate(arena, observations, sizeof *evidence->observations, status);
    evidence->terms = pprof_allocate(arena, terms, sizeof *evidence->terms, status);
    if (status->failed) return false;
    for (uint32_t o = 0; o < function->observation_count; o++) {
        evidence->observations[o] = function->observations[o];
        evidence->observations[o].samples *= estimator->samples_per_weight;
    }
    for (uint32_t t = 0; t < function->term_count; t++) evidence->terms[t] = function->terms[t];
    evidence->observation_count = function->observation_count;
    evidence->term_count = function->term_count;
    if (!add_direct_calls(estimator, function, arena, evidence)) return false;
    for (uint32_t c = function->first_call; c < function->first_call + function->call_count; c++) {
        const pgo_call *call = &estimator->module->calls[c];
        if (call->kind == PGO_CALL_INDIRECT && !call->shares_samples && !add_indirect_call(estimator, call, evidence))
            return false;
    }
    return true;
}

/* ---- one function, one round ---- */

/* What the known calls of a function say of its entry rate, and 0..1 how far to trust them. */
typedef struct entry_report {
    double rate, trust;
} entry_report;

/* How often call [c] ran, by the fit of the function that it is in; 0 when that has none, or is [callee] itself. */
static double get_flow(const estimator *estimator, uint32_t callee, uint32_t c) {
    uint32_t caller = estimator->caller_of[c];
    const pgo_fit *fit = &estimator->work[caller].fit;
    if (caller == callee || fit->block_frequency == NULL) return 0;
    return fit->entry_rate * fit->block_frequency[estimator->module->calls[c].block];
}

static double sum_flow(const estimator *estimator, uint32_t callee) {
    const function_work *work = &estimator->work[callee];
    double flow = 0;
    for (uint32_t i = work->first_caller; i < work->first_caller + work->caller_count; i++)
        flow += get_flow(estimator, callee, estimator->caller_calls[i]);
    return flow;
}

/* The known calls' flow, scaled up by the share of the function's samples that came through them. The more of the calls
 * are known, and the more samples say so, the more they are trusted. */
static entry_report ask_callers(const estimator *estimator, uint32_t index) {
    const function_work *work = &estimator->work[index];
    double flow = sum_flow(estimator, index), known = 0;
    for (uint32_t i = work->first_caller; i < work->first_caller + work->caller_count; i++) {
        uint32_t c = estimator->caller_calls[i];
        if (get_flow(estimator, index, c) > 0) known += get_samples(estimator, estimator->module->calls[c].leaf);
    }
    if (known < LEAST_KNOWN_SAMPLES || !(flow > 0) || work->own_samples <= 0) return (entry_report){0};
    double share = known < work->own_samples ? known / work->own_samples : 1;
    if (share <= LEAST_KNOWN_SHARE) return (entry_report){0};
    return (entry_report){.rate = flow / share, .trust = share * known / (known + HALF_TRUST_SAMPLES)};
}

/* The fit's own rate rests on the guessed cost of one function, the callers' on that of several. */
static double mix_rates(double fitted, entry_report callers) {
    if (callers.trust <= 0 || fitted <= 0) return fitted;
    double say = CALLERS_SAY * callers.trust;
    return pgo_exp((1 - say) * pgo_log(fitted) + say * pgo_log(callers.rate));
}

static bool fit_function(estimator *estimator, uint32_t index, bool knows_callers) {
    const pgo_function *function = &estimator->module->functions[index];
    function_work *work = &estimator->work[index];
    entry_report callers = {0};
    if (knows_callers) callers = ask_callers(estimator, index);
    pgo_fit earlier = work->fit;
    pgo_fit_options options = estimator->options;
    options.start = &earlier;
    options.entry_target = callers.rate;
    options.entry_weight = PULL_LIMIT * callers.trust;
    if (work->own_block_cost == NULL && !find_own_block_cost(estimator, function, work)) return false;

    pprof_arena scratch = {0};
    evidence evidence;
    bool done = gather_evidence(estimator, function, &scratch, &evidence) &&
                pgo_fit_frequencies(&function->graph, evidence.observations, evidence.observation_count, evidence.terms,
                                    &options, estimator->run->arena, &work->fit, estimator->run->status);
    pprof_arena_free(&scratch);
    if (!done) return false;
    work->fit.entry_rate = mix_rates(work->fit.entry_rate, callers);
    work->iterations += work->fit.iterations;
    add_up_own_cost(function, work);
    return true;
}

/* ---- functions that no sample met ---- */

/* What one invocation costs when the function and all that it calls are inlined. */
static double get_inlined_cost(const estimator *estimator, uint32_t index) {
    const pgo_function *function = &estimator->module->functions[index];
    const function_work *work = &estimator->work[index];
    double cost = 0;
    for (uint32_t b = 0; b < function->graph.block_count; b++)
        cost += (work->own_block_cost[b] - function->call_cost[b]) * work->fit.block_frequency[b];
    return cost > LEAST_INLINED_COST ? cost : LEAST_INLINED_COST;
}

/* A small function whose code is all in its inlined copies has no samples, however often it runs, and its calls still
 * have a flow: that is its entry rate, from one function without samples to the next, callers first, but no more than
 * can have gone unseen. Its branches stay as they are predicted. */
static bool pass_on_flow(estimator *estimator, uint32_t index) {
    pgo_function *function = &estimator->module->functions[index];
    function_work *work = &estimator->work[index];
    double flow = sum_flow(estimator, index), cost = 0;
    if (!(flow > 0)) return true;
    if (!get_own_cost(estimator, index, &cost)) return false;
    if (work->fit.block_frequency == NULL) return true;
    double limit = UNSEEN_SAMPLES / get_inlined_cost(estimator, index);
    work->fit.entry_rate = flow < limit ? flow : limit;
    if (work->fit.entry_rate >= LEAST_TOLD_RATE) function->entry_rate = work->fit.entry_rate;
    return true;
}

/* ---- the stage ---- */

static bool report_fit(estimator *estimator, uint32_t index) {
    pgo_run *run = estimator->run;
    const pgo_function *function = &estimator->module->functions[index];
    const function_work *work = &estimator->work[index];
    pgo_decision decision = {.kind = PGO_DECISION_ANALYSIS,
                             .name = "FrequencyFit",
                             .function = index,
                             .weight = function->matched_samples,
                             .message = pprof_format_string(
                                 run->arena, run->status, "frequencies of %u blocks fitted to %llu samples in %u steps",
                                 function->graph.block_count,
                                 (unsigned long long)pgo_get_samples(&run->weights, function->matched_samples),
                                 work->iterations)};
    if (decision.message == NULL || !pgo_add_decision(run, decision)) return false;
    if (!work->fit.reached_limit) return true;
    decision.kind = PGO_DECISION_MISSED;
    decision.name = "FrequencyLimit";
    decision.message = work->fit.block_frequency == NULL
                           ? "control flow too tangled to fit frequencies to it; LLVM's own estimate stays"
                           : "frequencies are approximate: the fit was stopped at its limit of operations";
    return pgo_add_decision(run, decision);
}

static bool keep_result(estimator *estimator, uint32_t index) {
    pgo_function *function = &estimator->module->functions[index];
    const pgo_fit *fit = &estimator->work[index].fit;
    function->has_frequencies = fit->block_frequency != NULL && fit->entry_rate > 0;
    if (function->has_frequencies) {
        function->entry_rate = fit->entry_rate;
        function->block_frequency = fit->block_frequency;
        function->edge_probability = fit->edge_probability;
    }
    return report_fit(estimator, index);
}

static bool estimate(estimator *estimator) {
    const pgo_module *module = estimator->module;
    pprof_status *status = estimator->run->status;
    estimator->work = pprof_allocate(&estimator->scratch, module->function_count, sizeof *estimator->work, status);
    if (status->failed) return false;
    for (uint32_t f = 0; f < module->function_count; f++)
        estimator->work[f].has_evidence = has_evidence(estimator, &module->functions[f]);
    if (!list_callers(estimator) || !order_functions(estimator) || !count_own_samples(estimator)) return false;
    for (int round = 0; round < ROUNDS; round++)
        for (uint32_t i = 0; i < estimator->order_count; i++)
            if (estimator->work[estimator->order[i]].has_evidence &&
                !fit_function(estimator, estimator->order[i], round > 0))
                return false;
    for (uint32_t i = estimator->order_count; i-- > 0;)
        if (!estimator->work[estimator->order[i]].has_evidence && !pass_on_flow(estimator, estimator->order[i]))
            return false;
    for (uint32_t f = 0; f < module->function_count; f++)
        if (estimator->work[f].has_evidence && !keep_result(estimator, f)) return false;
    return true;
}

bool pgo_estimate_frequencies(pgo_run *run) {
    const pprof_index *weights = &run->weights;
    if (weights->total == 0) return true;
    estimator estimator = {.run = run, .module = &run->module, .options = pgo_get_default_fit_options()};
    estimator.samples_per_weight = (double)weights->sample_count / (double)weights->total;
    estimator.options.prior_strength = run->options.prior_strength;
    bool done = estimate(&estimator);
    pprof_arena_free(&estimator.scratch);
    return done;
}
