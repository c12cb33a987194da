/* Takes a result; gives it as JSON: what was asked, what was found, and every round, so that a later run can be
 * compared with this one, or plotted. */
#include "print/words.h"

#include "run/run.h"

#include <math.h>
#include <string.h>

/* JSON has no number for what is not known. */
void gate_add_number(cJSON *object, const char *name, double value) {
    if (isfinite(value))
        (void)cJSON_AddNumberToObject(object, name, value);
    else
        (void)cJSON_AddNullToObject(object, name);
}

void gate_add_interval(cJSON *object, const char *name, gate_interval interval) {
    cJSON *ends = cJSON_AddObjectToObject(object, name);
    gate_add_number(ends, "low", isinf(interval.high) ? NAN : interval.low);
    gate_add_number(ends, "high", interval.high);
}

void gate_add_text(cJSON *object, const char *name, const char *text) {
    if (text != NULL) (void)cJSON_AddStringToObject(object, name, text);
}

static void add_rules(cJSON *root, const gate_result *result) {
    const gate_rules *rules = &result->rules;
    cJSON *object = cJSON_AddObjectToObject(root, "rules");
    gate_add_text(object, "metric", gate_describe_metric(rules->metric)->name);
    if (rules->has_min_gain) gate_add_number(object, "min_gain", rules->min_gain);
    if (rules->has_max_regression) gate_add_number(object, "max_regression", rules->max_regression);
    if (!rules->has_min_gain && !rules->has_max_regression) gate_add_number(object, "precision", rules->precision);
    gate_add_number(object, "confidence", rules->confidence);
    gate_add_number(object, "budget_seconds", rules->budget);
    gate_add_number(object, "round_limit", rules->round_limit);
    gate_add_number(object, "seed", (double)rules->seed);
}

static void add_commands(cJSON *root, const gate_commands *commands) {
    cJSON *object = cJSON_AddObjectToObject(root, "commands");
    gate_add_text(object, "baseline", commands->sides[GATE_BASELINE]);
    gate_add_text(object, "candidate", commands->sides[GATE_CANDIDATE]);
    gate_add_text(object, "prepare", commands->prepare);
    gate_add_text(object, "cleanup", commands->cleanup);
    gate_add_text(object, "relink", commands->relink);
    gate_add_text(object, "baseline_layouts", commands->globs[GATE_BASELINE]);
    gate_add_text(object, "candidate_layouts", commands->globs[GATE_CANDIDATE]);
    gate_add_text(object, "baseline_dir", commands->folders[GATE_BASELINE]);
    gate_add_text(object, "candidate_dir", commands->folders[GATE_CANDIDATE]);
}

void gate_add_verdict(cJSON *root, const gate_verdict *verdict) {
    cJSON *object = cJSON_AddObjectToObject(root, "verdict");
    gate_add_text(object, "outcome", gate_name_outcome(verdict->outcome));
    gate_add_number(object, "exit_status", verdict->outcome);
    gate_add_text(object, "reason", verdict->reason);
    if (verdict->outcome != GATE_INCONCLUSIVE) return;
    gate_add_number(object, "more_rounds", verdict->more_rounds != 0 ? (double)verdict->more_rounds : NAN);
    gate_add_number(object, "more_layouts", verdict->more_layouts != 0 ? (double)verdict->more_layouts : NAN);
}

static void add_estimate(cJSON *metrics, const gate_estimate *estimate) {
    const char *name = gate_describe_metric(estimate->metric)->name;
    if (!estimate->is_available) {
        (void)cJSON_AddNullToObject(metrics, name);
        return;
    }
    cJSON *object = cJSON_AddObjectToObject(metrics, name);
    gate_add_number(object, "baseline", estimate->medians[GATE_BASELINE]);
    gate_add_number(object, "candidate", estimate->medians[GATE_CANDIDATE]);
    gate_add_number(object, "ratio", estimate->ratio);
    gate_add_interval(object, "interval", estimate->interval);
    gate_add_number(object, "geometric_mean", estimate->geometric_mean);
    gate_add_interval(object, "geometric_mean_interval", estimate->geometric_mean_interval);
    gate_add_number(object, "median", estimate->median);
    gate_add_interval(object, "median_interval", estimate->median_interval);
    gate_add_number(object, "round_deviation", estimate->round_deviation);
    gate_add_number(object, "layout_deviation", estimate->layout_deviation);
    cJSON *outliers = cJSON_AddArrayToObject(object, "outliers");
    for (uint32_t i = 0; i < estimate->outlier_count; i++) {
        cJSON *outlier = cJSON_CreateObject();
        gate_add_number(outlier, "layout", estimate->outliers[i].layout);
        gate_add_number(outlier, "round", estimate->outliers[i].round);
        gate_add_number(outlier, "ratio", estimate->outliers[i].ratio);
        (void)cJSON_AddItemToArray(outliers, outlier);
    }
}

/* rounds[round][layout] = {"baseline": {metric: value, …}, "candidate": …} */
static void add_rounds(cJSON *root, const gate_result *result) {
    const gate_measurements *measurements = &result->measurements;
    cJSON *rounds = cJSON_AddArrayToObject(root, "rounds");
    for (uint32_t round = 0; round < measurements->round_count; round++) {
        cJSON *layouts = cJSON_CreateArray();
        (void)cJSON_AddItemToArray(rounds, layouts);
        for (uint32_t layout = 0; layout < measurements->layout_count; layout++) {
            cJSON *pair = cJSON_CreateObject();
            (void)cJSON_AddItemToArray(layouts, pair);
            for (int side = 0; side < GATE_SIDE_COUNT; side++) {
                cJSON *run = cJSON_AddObjectToObject(pair, gate_name_side((gate_side)side));
                for (int i = 0; i < GATE_METRIC_COUNT; i++)
                    if (result->estimates[i].is_available)
                        gate_add_number(run, gate_describe_metric((gate_metric)i)->name,
                                        gate_get_value(measurements, (gate_metric)i, (gate_side)side, layout, round));
            }
        }
    }
}

void gate_add_result(cJSON *object, const gate_result *result, const gate_commands *commands) {
    if (commands != NULL) add_commands(object, commands);
    add_rules(object, result);
    gate_add_verdict(object, &result->verdict);
    gate_add_number(object, "layout_count", result->measurements.layout_count);
    gate_add_number(object, "round_count", result->measurements.round_count);
    gate_add_number(object, "look_count", result->look_count);
    gate_add_number(object, "elapsed_seconds", result->measurements.elapsed);
    cJSON *metrics = cJSON_AddObjectToObject(object, "metrics");
    if (result->verdict.outcome == GATE_NO_COMPARISON) return;
    for (int i = 0; i < GATE_METRIC_COUNT; i++) add_estimate(metrics, &result->estimates[i]);
    add_rounds(object, result);
}

char *gate_finish_json(cJSON *root, pprof_arena *arena, pprof_status *status) {
    char *text = root != NULL ? cJSON_Print(root) : NULL, *copy = NULL;
    if (text != NULL)
        copy = pprof_copy_string(arena, text, strlen(text), status);
    else
        pprof_fail(status, "out of memory for the JSON report");
    cJSON_free(text);
    cJSON_Delete(root);
    return copy;
}

char *gate_format_json(const gate_result *result, const gate_commands *commands, pprof_arena *arena,
                       pprof_status *status) {
    cJSON *root = cJSON_CreateObject();
    gate_add_number(root, "version", 1);
    gate_add_result(root, result, commands);
    return gate_finish_json(root, arena, status);
}
