/* Takes rules and a source of runs; gives the result: rounds are measured until a look at them decides, or the budget
 * is out. The same loop serves processes and simulations, and may be left and taken up again, so that several
 * comparisons can share one budget. */
#include "statistics/statistics.h"

#include "base/list.h"

#include <math.h>
#include <string.h>

enum { ROUND_LIMIT = 10000, BLOCK = 2 /* rounds: A B B A */ };

struct gate_comparison {
    gate_rules rules;
    gate_source source;
    pprof_list runs;
    gate_measurements measurements;
    gate_looks looks;
    double started; /* by the source's clock, the time between turns taken off */
    double look_error;
    gate_progress progress;
    pprof_status status;
};

static bool measure_round(gate_comparison *comparison) {
    const gate_source *source = &comparison->source;
    uint32_t round = comparison->measurements.round_count, layouts = source->layout_count;
    if (!pprof_reserve_items(&comparison->runs, (size_t)(round + 1) * layouts * GATE_SIDE_COUNT, &comparison->status))
        return false;
    gate_run *runs = (gate_run *)comparison->runs.items + comparison->runs.count;
    for (uint32_t layout = 0; layout < layouts; layout++)
        for (uint32_t turn = 0; turn < GATE_SIDE_COUNT; turn++) {
            gate_side side = (gate_side)((turn + round) % GATE_SIDE_COUNT);
            gate_run *run = &runs[layout * GATE_SIDE_COUNT + side];
            for (int i = 0; i < GATE_METRIC_COUNT; i++) run->values[i] = NAN;
            if (!source->run(source->context, side, layout, round, run, &comparison->status)) return false;
        }
    comparison->runs.count += layouts * GATE_SIDE_COUNT;
    comparison->measurements.runs = comparison->runs.items;
    comparison->measurements.round_count++;
    comparison->measurements.elapsed = source->read_clock(source->context) - comparison->started;
    return true;
}

static double get_share(const gate_comparison *comparison, double rounds, double elapsed) {
    const gate_rules *rules = &comparison->rules;
    return fmax(elapsed / rules->budget, rounds / (rules->round_limit != 0 ? rules->round_limit : ROUND_LIMIT));
}

/* Whether a look decides. [is_last] when no further block fits into the budget. */
static bool look(gate_comparison *comparison, double share, bool is_last, bool *is_decided) {
    double error = gate_due_error(&comparison->looks, is_last ? 1 : share);
    *is_decided = false;
    if (error == 0) return true;
    gate_metric metric = comparison->rules.metric;
    if (!gate_has_metric(&comparison->measurements, metric))
        return pprof_fail(&comparison->status, "%s: not available, or zero, for these commands on this machine",
                          gate_describe_metric(metric)->name);
    pprof_arena scratch = {0};
    gate_progress *progress = &comparison->progress;
    bool done = gate_estimate_ratio(&comparison->measurements, metric, error, &scratch, &progress->ratio,
                                    &progress->interval, &comparison->status);
    pprof_arena_free(&scratch);
    if (!done || (isinf(progress->interval.high) && !is_last)) return done; /* nothing seen, nothing spent */
    gate_spend_error(&comparison->looks, error);
    *is_decided = gate_apply_rules(&comparison->rules, progress->ratio, progress->interval) != GATE_INCONCLUSIVE;
    return true;
}

/* Two rounds, and a look at all of them; [is_over] when it decides, or is the last one. */
static bool measure_block(gate_comparison *comparison, double limit, bool is_final, bool *is_over) {
    const gate_source *source = &comparison->source;
    for (int i = 0; i < BLOCK; i++)
        if (!measure_round(comparison)) return false;
    const double rounds = comparison->measurements.round_count, elapsed = comparison->measurements.elapsed;
    const double more = BLOCK, next = elapsed * (1 + more / rounds), share = get_share(comparison, rounds, elapsed);
    bool is_last = get_share(comparison, rounds + more, next) > 1 || (is_final && next > limit), is_decided;
    double spent = comparison->looks.spent;
    if (!look(comparison, share, is_last, &is_decided)) return false;
    comparison->look_error = comparison->looks.spent - spent;
    comparison->progress.round_count = comparison->measurements.round_count;
    comparison->progress.elapsed = elapsed;
    comparison->progress.share = fmin(share, 1);
    if (source->show_progress != NULL) source->show_progress(source->context, &comparison->progress);
    *is_over = is_last || is_decided;
    return true;
}

gate_comparison *gate_begin_comparison(const gate_rules *rules, const gate_source *source, pprof_arena *arena,
                                       pprof_status *status) {
    gate_comparison *comparison = pprof_allocate(arena, 1, sizeof *comparison, status);
    if (comparison == NULL) return NULL;
    *comparison = (gate_comparison){
        .rules = *rules,
        .source = *source,
        .runs = {.item_size = sizeof(gate_run)},
        .measurements = {.layout_count = source->layout_count, .is_counted = source->is_counted},
        .looks = {.error = 1 - rules->confidence},
        .progress = {.name = source->name, .ratio = NAN, .interval = {0, INFINITY}},
    };
    return comparison;
}

bool gate_continue_comparison(gate_comparison *comparison, double limit, bool is_final) {
    const gate_source *source = &comparison->source;
    comparison->started = source->read_clock(source->context) - comparison->measurements.elapsed;
    bool is_over = false;
    do
        if (!measure_block(comparison, limit, is_final, &is_over)) return false;
    while (!is_over && (is_final || comparison->measurements.elapsed < limit));
    return !is_over;
}

double gate_get_elapsed(const gate_comparison *comparison) {
    return comparison->measurements.elapsed;
}

gate_interval gate_get_interval(const gate_comparison *comparison) {
    return comparison->progress.interval;
}

void gate_drop_comparison(gate_comparison *comparison) {
    pprof_free_list(&comparison->runs);
}

static bool estimate(const gate_comparison *comparison, gate_result *result, pprof_arena *arena, pprof_status *status) {
    for (int i = 0; i < GATE_METRIC_COUNT; i++)
        if (!gate_estimate_metric(&result->measurements, (gate_metric)i, result->look_error, comparison->looks.error,
                                  comparison->rules.seed, arena, &result->estimates[i], status))
            return false;
    return true;
}

void gate_end_comparison(gate_comparison *comparison, pprof_arena *arena, gate_result *result) {
    pprof_status *status = &comparison->status;
    *result = (gate_result){.rules = comparison->rules,
                            .measurements = comparison->measurements,
                            .look_count = comparison->looks.count,
                            .look_error = comparison->look_error};
    bool has_failed = status->failed;
    result->measurements.runs = pprof_keep_items(&comparison->runs, arena, status);
    if (!has_failed && result->measurements.runs != NULL && estimate(comparison, result, arena, status)) {
        gate_judge(&result->rules, &result->measurements, &result->estimates[result->rules.metric], &result->verdict);
        return;
    }
    result->verdict.outcome = GATE_NO_COMPARISON;
    memcpy(result->verdict.reason, status->message, sizeof result->verdict.reason);
}

void gate_fail_comparison(const gate_rules *rules, const pprof_status *status, gate_result *result) {
    *result = (gate_result){.rules = *rules, .verdict = {.outcome = GATE_NO_COMPARISON}};
    memcpy(result->verdict.reason, status->message, sizeof result->verdict.reason);
}

void gate_compare(const gate_rules *rules, const gate_source *source, pprof_arena *arena, gate_result *result) {
    pprof_status status = {0};
    gate_comparison *comparison = gate_begin_comparison(rules, source, arena, &status);
    if (comparison == NULL) {
        gate_fail_comparison(rules, &status, result);
        return;
    }
    (void)gate_continue_comparison(comparison, rules->budget, true);
    gate_end_comparison(comparison, arena, result);
}
