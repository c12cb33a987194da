/* Takes who calls whom, what the profile has of each function, and the fits of the callers; gives what the callers say
 * of how often a function was entered.
 *
 * Of a header's function only this file's share of the samples counts (header_copies.c).
 *
 * Cannot know calls from other modules, nor callers that left no frame. */
#include "estimator.h"

#include <stdlib.h>

/* When the known calls of a function say how often it was entered, how hard that pulls in the fit (PULL_LIMIT in
 * frequency.c), and how far the rate that others are told goes beyond the fit's own. Measured on six programs of
 * bench/accuracy, mean overlap / agree / 1-TV / entry: pull 4 alone .831 .784 .797 .633, pull 16 .830 .770 .793 .676
 * (it bends the branches to have its way); pull 4 and a callers' say of .5: .831 .786 .797 .683, .7: .707, .85: .705,
 * 1: .681, the first three measures alike.
 */
static const double LEAST_KNOWN_SHARE = 0.3, LEAST_KNOWN_SAMPLES = 2, HALF_TRUST_SAMPLES = 3, CALLERS_SAY = 0.75;

/* How far the rates that LLVM is told follow the calls, once all functions are fitted. LLVM takes the calls that it
 * inlines off the callee's count: told fewer invocations than its calls here make, a function that other modules call
 * as well is left with none, and placed and optimized as one that never runs.
 *
 *   float.c   dealloc 240 ▶ release, told 230      release, 0 after dealloc's call is inlined: .text.unlikely
 *
 * Mean entry without, with .5, .6, .7: eight programs .721 .732 .735 .731, held out .726 .737 .739 .740, from outside
 * .573 .590 .591 .592; from a tenth of the samples without, with .6: .660 .692, .677 .701, .504 .535. Only upwards
 * .731 .744 .593, and code longer by 1.4 % instead of .7 %; all the way errors multiply in cycles of calls, and Lua's
 * entry falls from .791 to .069. Instructions are the same in the mean of 14 programs: sqlite .995, Lua .996, xmlwf
 * 1.005. */
static const double CALLS_SAY_AT_LAST = 0.6;

/* ---- who calls whom, and what is whose ---- */

/* Counting sort of the direct calls by callee: within one callee they stay in the module's order. */
bool pgo_list_callers(pgo_estimator *estimator) {
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
        if (pgo_get_callee(estimator, &module->calls[c]) != NULL)
            estimator->work[module->calls[c].callee].caller_count++;
    uint32_t next = 0;
    for (uint32_t f = 0; f < module->function_count; f++) {
        estimator->work[f].first_caller = next;
        next += estimator->work[f].caller_count;
        estimator->work[f].caller_count = 0;
    }
    for (uint32_t c = 0; c < module->call_count; c++) {
        if (pgo_get_callee(estimator, &module->calls[c]) == NULL) continue;
        pgo_function_work *work = &estimator->work[module->calls[c].callee];
        estimator->caller_calls[work->first_caller + work->caller_count++] = c;
    }
    return true;
}

static int order_indices(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

/* The samples of each function's own code here: all that the profile has of it, less what inlined copies in this module
 * took, less what came through its own calls of itself. */
static bool count_samples(pgo_estimator *estimator) {
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
        double samples = pgo_scale_samples(estimator, pprof_get_body(weights, function->weight_function).leaf);
        samples -= pgo_scale_samples(estimator, pgo_get_sparse(&taken, function->weight_function));
        for (uint32_t c = function->first_call; c < function->first_call + function->call_count; c++)
            if (pgo_get_callee(estimator, &module->calls[c]) == function)
                samples -= pgo_scale_samples(estimator, module->calls[c].leaf);
        estimator->work[f].own_samples = samples > 0 ? samples : 0;
        pgo_function_work *work = &estimator->work[f];
        for (uint32_t i = work->first_caller; i < work->first_caller + work->caller_count; i++) {
            uint32_t c = estimator->caller_calls[i];
            if (estimator->caller_of[c] != f) samples -= pgo_scale_samples(estimator, module->calls[c].leaf);
        }
        work->unexplained_samples = samples > 0 ? samples : 0;
    }
    return true;
}

bool pgo_count_own_samples(pgo_estimator *estimator) {
    return count_samples(estimator) && pgo_find_shares(estimator);
}

/* How often call [c] ran, by the fit of the function that it is in; 0 when that has none, or is [callee] itself. */
static double get_flow(const pgo_estimator *estimator, uint32_t callee, uint32_t c) {
    uint32_t caller = estimator->caller_of[c];
    const pgo_fit *fit = &estimator->work[caller].fit;
    if (caller == callee || fit->block_frequency == NULL) return 0;
    return fit->entry_rate * fit->block_frequency[estimator->module->calls[c].block];
}

double pgo_sum_call_flow(const pgo_estimator *estimator, uint32_t callee) {
    const pgo_function_work *work = &estimator->work[callee];
    double flow = 0;
    for (uint32_t i = work->first_caller; i < work->first_caller + work->caller_count; i++)
        flow += get_flow(estimator, callee, estimator->caller_calls[i]);
    return flow;
}

/* ---- what they say ---- */

static double count_known_samples(const pgo_estimator *estimator, uint32_t index) {
    const pgo_function_work *work = &estimator->work[index];
    double known = 0;
    for (uint32_t i = work->first_caller; i < work->first_caller + work->caller_count; i++) {
        uint32_t c = estimator->caller_calls[i];
        if (get_flow(estimator, index, c) > 0) known += pgo_scale_samples(estimator, estimator->module->calls[c].leaf);
    }
    return known;
}

/* The known calls' flow, scaled up by the share of the function's samples that came through them. The more of the calls
 * are known, and the more samples say so, the more they are trusted. Of a header function that took next to no samples
 * here all calls are known: it ran as often as they did, unless more samples would have been due. */
pgo_entry_report pgo_ask_callers(const pgo_estimator *estimator, uint32_t index) {
    const pgo_function_work *work = &estimator->work[index];
    pgo_entry_report report = {.share = work->share_here};
    double flow = pgo_sum_call_flow(estimator, index), samples = work->own_samples * work->share_here;
    if (work->share_here < 1 && samples < LEAST_KNOWN_SAMPLES && work->own_cost > 0) {
        double most = (samples + PGO_UNSEEN_SAMPLES) / work->own_cost;
        report.rate = flow < most ? flow : most;
        report.decides = true;
        return report;
    }
    double known = count_known_samples(estimator, index);
    if (known < LEAST_KNOWN_SAMPLES || !(flow > 0) || samples <= 0) return report;
    double share = known < samples ? known / samples : 1;
    if (share <= LEAST_KNOWN_SHARE) return report;
    report.rate = flow / share;
    report.trust = share * known / (known + HALF_TRUST_SAMPLES);
    return report;
}

/* The geometric mean of two rates above 0, of which the second has [say], 0..1. */
static double find_mean_rate(double rate, double other, double say) {
    return pgo_exp((1 - say) * pgo_log(rate) + say * pgo_log(other));
}

double pgo_mix_rates(double fitted, const pgo_entry_report *callers) {
    if (callers->decides) return callers->rate;
    double rate = fitted * callers->share;
    if (callers->trust <= 0 || rate <= 0) return rate;
    return find_mean_rate(rate, callers->rate, CALLERS_SAY * callers->trust);
}

/* How often the function calls itself per invocation: once at most, or it would never come back, whatever its loops are
 * predicted to do. */
static double sum_own_calls(const pgo_estimator *estimator, uint32_t index) {
    const pgo_function_work *work = &estimator->work[index];
    double calls = 0;
    for (uint32_t i = work->first_caller; i < work->first_caller + work->caller_count; i++) {
        uint32_t c = estimator->caller_calls[i];
        if (estimator->caller_of[c] == index) calls += work->fit.block_frequency[estimator->module->calls[c].block];
    }
    return calls < 1 ? calls : 1;
}

void pgo_settle_entry_rate(pgo_estimator *estimator, uint32_t index) {
    pgo_function_work *work = &estimator->work[index];
    double *rate = &work->fit.entry_rate, flow = pgo_sum_call_flow(estimator, index);
    if (!(flow > 0) || !(*rate > 0) || work->fit.block_frequency == NULL) return;
    double unknown = work->own_samples > 0 ? work->unexplained_samples / work->own_samples * work->share_here : 0;
    double due = flow + (unknown + sum_own_calls(estimator, index)) * *rate;
    *rate = find_mean_rate(*rate, due, CALLS_SAY_AT_LAST);
}
