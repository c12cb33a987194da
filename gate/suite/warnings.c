/* Takes what was found and where; gives what a reader should be wary of, one line each. Nothing of it changes a
 * verdict. */
#include "suite/suite.h"

#include "base/list.h"

#include <string.h>

typedef struct collector {
    gate_report *report;
    pprof_list warnings; /* of const char * */
    pprof_arena *arena;
    pprof_status *status;
} collector;

static void keep_warning(collector *collector, const char *text) {
    const char **slot = text != NULL ? pprof_append_item(&collector->warnings, collector->status) : NULL;
    if (slot != NULL) *slot = text;
}

#define WARN(collector, ...)                                                                                           \
    keep_warning(collector, pprof_format_string((collector)->arena, (collector)->status, __VA_ARGS__))

static void warn_of_machine(collector *collector) {
    const gate_machine *machine = &collector->report->machine;
    if (machine->governor != NULL && strcmp(machine->governor, "performance") != 0)
        WARN(collector, "the processor's governor is %s: its clock follows the load", machine->governor);
    if (machine->turbo != NULL && strcmp(machine->turbo, "on") == 0)
        WARN(collector, "turbo is on: the processor's clock follows its temperature");
}

static void warn_of_benchmark(collector *collector, uint32_t index) {
    const gate_result *result = &collector->report->result->results[index];
    const char *name = collector->report->suite->benchmarks[index].name;
    if (result->verdict.outcome == GATE_NO_COMPARISON) return;
    const gate_estimate *estimate = &result->estimates[result->rules.metric];
    if (estimate->outlier_count != 0)
        WARN(collector, "%s: %u of %u rounds are outliers, which count", name, estimate->outlier_count,
             result->measurements.round_count * result->measurements.layout_count);
}

/* One line for all: in most suites it is true of all. */
static void warn_of_placement(collector *collector) {
    uint32_t single = 0;
    for (uint32_t i = 0; i < collector->report->suite->count; i++) {
        const gate_measurements *measurements = &collector->report->result->results[i].measurements;
        single += measurements->layout_count == 1 && !measurements->is_counted;
    }
    if (single != 0)
        WARN(
            collector,
            "measured with one layout: %u of %u benchmarks; their intervals do not know how the code's placement moves "
            "both sides",
            single, collector->report->suite->count);
}

static bool is_same(const char *a, const char *b) {
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static void warn_of_difference(collector *collector, const char *what, const char *then, const char *now) {
    if (is_same(then, now)) return;
    WARN(collector, "the earlier run had another %s: %s, now %s", what, then != NULL ? then : "not known",
         now != NULL ? now : "not known");
}

static void warn_of_earlier(collector *collector, const gate_earlier *earlier) {
    const gate_machine *now = &collector->report->machine, *then = &earlier->machine;
    warn_of_difference(collector, "processor", then->processor, now->processor);
    warn_of_difference(collector, "kernel", then->kernel, now->kernel);
    warn_of_difference(collector, "governor", then->governor, now->governor);
    warn_of_difference(collector, "turbo", then->turbo, now->turbo);
    warn_of_difference(collector, "compiler", then->compiler, now->compiler);
    if (then->core_count != now->core_count)
        WARN(collector, "the earlier run had %u cores, now %u", then->core_count, now->core_count);
    for (uint32_t i = 0; i < collector->report->suite->count; i++)
        if (!earlier->changes[i].is_known)
            WARN(collector, "%s: is not in the earlier run, or was not compared there",
                 collector->report->suite->benchmarks[i].name);
}

bool gate_collect_warnings(gate_report *report, pprof_arena *arena, pprof_status *status) {
    collector collector = {report, {.item_size = sizeof(const char *)}, arena, status};
    warn_of_machine(&collector);
    warn_of_placement(&collector);
    for (uint32_t i = 0; i < report->suite->count; i++) warn_of_benchmark(&collector, i);
    if (report->earlier != NULL) warn_of_earlier(&collector, report->earlier);
    report->warning_count = collector.warnings.count;
    report->warnings = pprof_keep_items(&collector.warnings, arena, status);
    return !status->failed;
}
