/* Takes a report; gives it as JSON, with every round: what was asked, found, and where. earlier.c reads it again. */
#include "print/words.h"

static void add_machine(cJSON *root, const gate_machine *machine) {
    cJSON *object = cJSON_AddObjectToObject(root, "machine");
    gate_add_text(object, "processor", machine->processor);
    gate_add_number(object, "cores", machine->core_count);
    gate_add_text(object, "kernel", machine->kernel);
    gate_add_text(object, "governor", machine->governor);
    gate_add_text(object, "turbo", machine->turbo);
    gate_add_text(object, "compiler", machine->compiler);
}

static void add_change(cJSON *object, const gate_change *change) {
    if (!change->is_known) return;
    cJSON *earlier = cJSON_AddObjectToObject(object, "earlier");
    gate_add_number(earlier, "ratio", change->ratio);
    gate_add_interval(earlier, "interval", change->interval);
    gate_add_number(earlier, "change", change->change);
    gate_add_interval(earlier, "change_interval", change->change_interval);
}

static void add_mean(cJSON *root, const gate_report *report) {
    const gate_mean *mean = &report->result->mean;
    const gate_rules *rules = &report->suite->mean;
    cJSON *object = cJSON_AddObjectToObject(root, "mean");
    if (rules->has_min_gain) gate_add_number(object, "min_gain", rules->min_gain);
    if (rules->has_max_regression) gate_add_number(object, "max_regression", rules->max_regression);
    if (mean->is_available) {
        gate_add_number(object, "ratio", mean->ratio);
        gate_add_interval(object, "interval", mean->interval);
    }
    gate_add_verdict(object, &mean->verdict);
    if (report->earlier != NULL) add_change(object, &report->earlier->mean);
}

static void add_benchmarks(cJSON *root, const gate_report *report) {
    cJSON *benchmarks = cJSON_AddArrayToObject(root, "benchmarks");
    for (uint32_t i = 0; i < report->suite->count; i++) {
        const gate_benchmark *benchmark = &report->suite->benchmarks[i];
        cJSON *object = cJSON_CreateObject();
        (void)cJSON_AddItemToArray(benchmarks, object);
        gate_add_text(object, "name", benchmark->name);
        gate_add_number(object, "weight", benchmark->weight);
        if (report->earlier != NULL) add_change(object, &report->earlier->changes[i]);
        gate_add_result(object, &report->result->results[i], &benchmark->commands);
    }
}

char *gate_format_suite_json(const gate_report *report, pprof_arena *arena, pprof_status *status) {
    cJSON *root = cJSON_CreateObject();
    gate_add_text(root, "kind", "pgo-gate suite");
    gate_add_number(root, "version", 1);
    gate_add_text(root, "name", report->suite->name);
    gate_add_verdict(root, &report->result->verdict);
    cJSON *warnings = cJSON_AddArrayToObject(root, "warnings");
    for (uint32_t i = 0; i < report->warning_count; i++)
        (void)cJSON_AddItemToArray(warnings, cJSON_CreateString(report->warnings[i]));
    add_machine(root, &report->machine);
    add_mean(root, report);
    add_benchmarks(root, report);
    return gate_finish_json(root, arena, status);
}
