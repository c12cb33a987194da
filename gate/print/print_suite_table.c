/* Takes a report; gives a table for people at a terminal: a line per benchmark, the mean, the warnings, the verdict. */
#include "print/words.h"

#include <string.h>

/* Control characters would move a terminal's cursor; a long name keeps its beginning. */
static void print_name(const char *name, int width, FILE *out) {
    for (; *name != '\0' && width > 0; name++) {
        bool begins = ((unsigned char)*name & 0xc0) != 0x80;
        (void)putc((unsigned char)*name < ' ' || *name == 0x7f ? '?' : *name, out);
        width -= begins;
    }
    (void)fprintf(out, "%*s", width, "");
}

static void print_benchmark(const gate_report *report, uint32_t index, FILE *out) {
    const gate_result *result = &report->result->results[index];
    const gate_estimate *estimate = gate_get_deciding(result);
    char ratio[GATE_WORDS_SIZE] = "", rules[GATE_WORDS_SIZE];
    if (result->verdict.outcome != GATE_NO_COMPARISON) gate_format_ratio(estimate->ratio, estimate->interval, ratio);
    gate_format_rules(&result->rules, rules);
    print_name(report->suite->benchmarks[index].name, 24, out);
    (void)fprintf(out, "  %-13s  %-12s  %4u  %-24s  %s\n", gate_name_outcome(result->verdict.outcome),
                  gate_describe_metric(result->rules.metric)->name, result->measurements.round_count, ratio, rules);
    if (result->verdict.outcome == GATE_NO_COMPARISON || result->verdict.outcome == GATE_INCONCLUSIVE)
        (void)fprintf(out, "    %s\n", result->verdict.reason);
    if (report->earlier == NULL || !report->earlier->changes[index].is_known) return;
    const gate_change *change = &report->earlier->changes[index];
    gate_format_ratio(change->change, change->change_interval, ratio);
    (void)fprintf(out, "    earlier: ratio %.4f; since then times %s\n", change->ratio, ratio);
}

void gate_print_suite(const gate_report *report, FILE *out) {
    const gate_mean *mean = &report->result->mean;
    const gate_verdict *verdict = &report->result->verdict;
    char ratio[GATE_WORDS_SIZE] = "–", rules[GATE_WORDS_SIZE];
    (void)fprintf(out, "%-24s  %-13s  %-12s  %4s  %-22s  %s\n", "", "verdict", "metric", "runs", "ratio", "asked");
    for (uint32_t i = 0; i < report->suite->count; i++) print_benchmark(report, i, out);
    if (mean->is_available) gate_format_ratio(mean->ratio, mean->interval, ratio);
    gate_format_rules(&report->suite->mean, rules);
    (void)fprintf(out, "%-24s  %-13s  %-12s  %4s  %-24s  %s\n", "weighted geometric mean",
                  gate_judges_mean(report->suite) ? gate_name_outcome(mean->verdict.outcome) : "", "", "", ratio,
                  rules);
    for (uint32_t i = 0; i < report->warning_count; i++) (void)fprintf(out, "warning: %s\n", report->warnings[i]);
    (void)fprintf(out, "%s: %s\n", gate_name_outcome(verdict->outcome), verdict->reason);
}
