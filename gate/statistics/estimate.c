/* Takes measurements; gives what they say of one metric: ratio, intervals, spread, outliers. */
#include "statistics/statistics.h"

#include "base/list.h"

#include <math.h>
#include <string.h>

static bool take_log_ratios(const gate_measurements *measurements, gate_metric metric, pprof_arena *scratch,
                            gate_log_ratios *ratios, pprof_status *status) {
    uint32_t layouts = measurements->layout_count, rounds = measurements->round_count;
    double *values = pprof_allocate(scratch, (size_t)layouts * rounds, sizeof *values, status);
    if (values == NULL) return false;
    for (uint32_t layout = 0; layout < layouts; layout++)
        for (uint32_t round = 0; round < rounds; round++)
            values[(size_t)layout * rounds + round] =
                log(gate_get_value(measurements, metric, GATE_CANDIDATE, layout, round) /
                    gate_get_value(measurements, metric, GATE_BASELINE, layout, round));
    *ratios = (gate_log_ratios){layouts, rounds, values, measurements->is_counted && metric == GATE_INSTRUCTIONS};
    return true;
}

static gate_interval undo_logarithm(gate_log_interval interval) {
    return (gate_interval){exp(interval.low), exp(interval.high)};
}

bool gate_estimate_ratio(const gate_measurements *measurements, gate_metric metric, double error, pprof_arena *scratch,
                         double *ratio, gate_interval *interval, pprof_status *status) {
    gate_log_ratios ratios;
    gate_log_interval logarithms;
    double centre;
    if (!take_log_ratios(measurements, metric, scratch, &ratios, status) ||
        !gate_decide_interval(&ratios, error, scratch, &centre, &logarithms, status))
        return false;
    *ratio = exp(centre);
    *interval = undo_logarithm(logarithms);
    return true;
}

/* ---- what describes ---- */

static bool describe_side(const gate_measurements *measurements, gate_side side, pprof_arena *scratch,
                          gate_estimate *estimate, pprof_status *status) {
    uint32_t rounds = measurements->round_count, count = measurements->layout_count * rounds;
    double *values = pprof_allocate(scratch, count, sizeof *values, status);
    if (values == NULL) return false;
    for (uint32_t i = 0; i < count; i++)
        values[i] = gate_get_value(measurements, estimate->metric, side, i / rounds, i % rounds);
    gate_sort(values, count);
    double median = estimate->medians[side] = gate_get_quantile(values, count, 0.5);
    for (uint32_t i = 0; i < count; i++) values[i] = fabs(values[i] - median);
    gate_sort(values, count);
    estimate->deviations[side] = gate_get_quantile(values, count, 0.5) / median;
    return true;
}

/* All rounds of all layouts alike. */
static bool describe_ratios(const gate_log_ratios *ratios, double error, uint64_t seed, pprof_arena *scratch,
                            gate_estimate *estimate, pprof_status *status) {
    uint32_t count = ratios->layout_count * ratios->round_count;
    double *sorted = pprof_allocate(scratch, count, sizeof *sorted, status);
    gate_bootstrap bootstrap;
    if (sorted == NULL || !gate_resample(ratios, error, seed, scratch, &bootstrap, status)) return false;
    memcpy(sorted, ratios->values, count * sizeof *sorted);
    gate_sort(sorted, count);
    estimate->median = exp(gate_get_quantile(sorted, count, 0.5));
    estimate->median_interval = undo_logarithm(bootstrap.median);
    estimate->geometric_mean = exp(gate_get_mean(ratios->values, count));
    estimate->geometric_mean_interval = undo_logarithm(bootstrap.mean);
    return true;
}

/* What of the spread is the rounds' and what the layouts' own. */
static bool describe_spread(const gate_log_ratios *ratios, pprof_arena *scratch, gate_estimate *estimate,
                            pprof_status *status) {
    uint32_t layouts = ratios->layout_count, rounds = ratios->round_count;
    double *means = pprof_allocate(scratch, layouts, sizeof *means, status), within = 0;
    if (means == NULL) return false;
    for (uint32_t layout = 0; layout < layouts; layout++) {
        const double *values = ratios->values + (size_t)layout * rounds;
        means[layout] = gate_get_mean(values, rounds);
        within += gate_get_variance(values, rounds) / layouts;
    }
    double between = gate_get_variance(means, layouts) - within / rounds;
    estimate->round_deviation = sqrt(within);
    estimate->layout_deviation = between > 0 ? sqrt(between) : 0;
    return true;
}

/* Fences around each layout's own rounds. */
static bool find_outliers(const gate_log_ratios *ratios, pprof_arena *arena, gate_estimate *estimate,
                          pprof_status *status) {
    const double far_out = 3;
    pprof_list outliers = {.item_size = sizeof(gate_outlier)};
    double *sorted = pprof_allocate(arena, ratios->round_count, sizeof *sorted, status);
    if (sorted == NULL) return false;
    for (uint32_t layout = 0; layout < ratios->layout_count; layout++) {
        const double *values = ratios->values + (size_t)layout * ratios->round_count;
        for (uint32_t round = 0; round < ratios->round_count; round++) sorted[round] = values[round];
        gate_sort(sorted, ratios->round_count);
        double low = gate_get_quantile(sorted, ratios->round_count, 0.25);
        double high = gate_get_quantile(sorted, ratios->round_count, 0.75), fence = far_out * (high - low);
        for (uint32_t round = 0; round < ratios->round_count; round++) {
            if (values[round] >= low - fence && values[round] <= high + fence) continue;
            gate_outlier *outlier = pprof_append_item(&outliers, status);
            if (outlier == NULL) break;
            *outlier = (gate_outlier){layout, round, exp(values[round])};
        }
    }
    estimate->outlier_count = outliers.count;
    estimate->outliers = pprof_keep_items(&outliers, arena, status);
    return !status->failed;
}

bool gate_estimate_metric(const gate_measurements *measurements, gate_metric metric, double look_error, double error,
                          uint64_t seed, pprof_arena *arena, gate_estimate *estimate, pprof_status *status) {
    *estimate = (gate_estimate){.metric = metric, .is_available = gate_has_metric(measurements, metric)};
    if (!estimate->is_available) return true;
    pprof_arena scratch = {0};
    gate_log_ratios ratios;
    bool done = gate_estimate_ratio(measurements, metric, look_error, &scratch, &estimate->ratio, &estimate->interval,
                                    status) &&
                take_log_ratios(measurements, metric, &scratch, &ratios, status) &&
                describe_ratios(&ratios, error, seed, &scratch, estimate, status) &&
                describe_side(measurements, GATE_BASELINE, &scratch, estimate, status) &&
                describe_side(measurements, GATE_CANDIDATE, &scratch, estimate, status) &&
                describe_spread(&ratios, &scratch, estimate, status) && find_outliers(&ratios, arena, estimate, status);
    pprof_arena_free(&scratch);
    return done;
}
