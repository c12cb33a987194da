/* Takes a report; gives a table for people at a terminal: a line per benchmark, the mean, the warnings, the verdict. */
#include "print/words.h"

#include "print/print.h"

#include <string.h>

/* Left-aligned in [width] characters, which a long name exceeds. */
static void print_name(const char *name, int width, FILE *out) {
    pprof_print_string((pprof_string){name, strlen(name)}, out);
    for (const char *c = name; *c != '\0'; c++) width -= ((unsigned char)*c & 0xc0) != 0x80;
    (void)fprintf(out, "%*s", width > 0 ? width : 0, "");
}

static void print_line(const char *title, const char *text, FILE *out) {
    (void)fputs(title, out);
    pprof_print_string((pprof_string){text, strlen(text)}, out);
    (void)putc('\n', out);
}

/* The last two columns. */
static void print_ratio(const char *ratio, const char *rules, FILE *out) {
    print_name(ratio, 22, out);
    (void)fprintf(out, "  %s\n", rules);
}

static void print_mean(const gate_report *report, FILE *out) {
    char ratio[GATE_WORDS_SIZE], rules[GATE_WORDS_SIZE];
    const char *outcome = gate_format_mean(report, ratio, rules);
    (void)fprintf(out, "%-24s  %-13s  %-12s  %6s  ", "weighted geometric mean", outcome, "", "");
    print_ratio(ratio, rules, out);
}

static void print_benchmark(const gate_report *report, uint32_t index, FILE *out) {
    const gate_result *result = &report->result->results[index];
    const gate_estimate *estimate = gate_get_deciding(result);
    char ratio[GATE_WORDS_SIZE] = "", rules[GATE_WORDS_SIZE];
    if (result->verdict.outcome != GATE_NO_COMPARISON) gate_format_ratio(estimate->ratio, estimate->interval, ratio);
    gate_format_rules(&result->rules, rules);
    print_name(report->suite->benchmarks[index].name, 24, out);
    (void)fprintf(out, "  %-13s  %-12s  %6u  ", gate_name_outcome(result->verdict.outcome),
                  gate_describe_metric(result->rules.metric)->name, result->measurements.round_count);
    print_ratio(ratio, rules, out);
    bool is_open = result->verdict.outcome == GATE_NO_COMPARISON || result->verdict.outcome == GATE_INCONCLUSIVE;
    if (is_open && report->suite->count > 1) /* of one it is the last line anyhow */
        print_line("    ", result->verdict.reason, out);
    if (report->earlier == NULL || !report->earlier->changes[index].is_known) return;
    const gate_change *change = &report->earlier->changes[index];
    gate_format_ratio(change->change, change->change_interval, ratio);
    (void)fprintf(out, "    earlier: ratio %.4f; since then times %s\n", change->ratio, ratio);
}

void gate_print_suite(const gate_report *report, FILE *out) {
    const gate_verdict *verdict = &report->result->verdict;
    (void)fprintf(out, "%-24s  %-13s  %-12s  %6s  ", "", "verdict", "metric", "rounds");
    print_ratio("ratio", "asked", out);
    for (uint32_t i = 0; i < report->suite->count; i++) print_benchmark(report, i, out);
    if (gate_shows_mean(report->suite)) print_mean(report, out);
    for (uint32_t i = 0; i < report->warning_count; i++) print_line("warning: ", report->warnings[i], out);
    (void)fprintf(out, "%s: ", gate_name_outcome(verdict->outcome));
    print_line("", verdict->reason, out);
}
