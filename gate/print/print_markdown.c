/* Takes a report; gives it in Markdown for a pull request: the verdict, a table, the warnings, and folded away what
 * else there is. */
#include "print/words.h"

static void print_change(const gate_report *report, const gate_change *change, FILE *out) {
    char words[GATE_WORDS_SIZE] = "–";
    if (report->earlier == NULL) return;
    if (change->is_known) gate_format_ratio(change->change, change->change_interval, words);
    (void)fprintf(out, " %s |", words);
}

static void print_row(const gate_report *report, uint32_t index, FILE *out) {
    const gate_result *result = &report->result->results[index];
    const gate_estimate *estimate = gate_get_deciding(result);
    char ratio[GATE_WORDS_SIZE] = "–", sides[GATE_SIDE_COUNT][GATE_WORDS_SIZE] = {"–", "–"}, rules[GATE_WORDS_SIZE];
    if (result->verdict.outcome != GATE_NO_COMPARISON) {
        gate_format_ratio(estimate->ratio, estimate->interval, ratio);
        for (int side = 0; side < GATE_SIDE_COUNT; side++) gate_format_side(estimate, (gate_side)side, sides[side]);
    }
    gate_format_rules(&result->rules, rules);
    (void)fputs("| ", out);
    gate_print_markdown_text(report->suite->benchmarks[index].name, out);
    (void)fprintf(out, " | %s | %s | %s | %s | %s | %s |", gate_name_outcome(result->verdict.outcome), ratio, rules,
                  gate_describe_metric(result->rules.metric)->title, sides[GATE_BASELINE], sides[GATE_CANDIDATE]);
    print_change(report, report->earlier != NULL ? &report->earlier->changes[index] : NULL, out);
    (void)putc('\n', out);
}

static void print_mean(const gate_report *report, FILE *out) {
    char ratio[GATE_WORDS_SIZE], rules[GATE_WORDS_SIZE];
    const char *outcome = gate_format_mean(report, ratio, rules);
    (void)fprintf(out, "| **geometric mean** | %s | **%s** | %s | | | |", outcome, ratio, rules);
    print_change(report, report->earlier != NULL ? &report->earlier->mean : NULL, out);
    (void)putc('\n', out);
}

static void print_table(const gate_report *report, FILE *out) {
    bool has_earlier = report->earlier != NULL;
    (void)fprintf(out, "| benchmark | verdict | ratio (interval) | asked | metric | baseline | candidate |%s\n",
                  has_earlier ? " since the earlier run |" : "");
    (void)fprintf(out, "|---|---|---|---|---|--:|--:|%s\n", has_earlier ? "---|" : "");
    for (uint32_t i = 0; i < report->suite->count; i++) print_row(report, i, out);
    if (gate_shows_mean(report->suite)) print_mean(report, out);
    (void)fputs("\nRatios are candidate / baseline: below 1 is a gain.\n", out);
}

static void print_warnings(const gate_report *report, FILE *out) {
    if (report->warning_count == 0) return;
    (void)fputs("\n> **Warnings**\n>\n", out);
    for (uint32_t i = 0; i < report->warning_count; i++) {
        (void)fputs("> - ", out);
        gate_print_markdown_text(report->warnings[i], out);
        (void)putc('\n', out);
    }
}

static void print_details(const gate_report *report, FILE *out) {
    (void)fputs("\n<details><summary>Reasons, rounds and machine</summary>\n\n", out);
    for (uint32_t i = 0; i < report->suite->count; i++) {
        const gate_result *result = &report->result->results[i];
        (void)fputs("- ", out);
        gate_print_markdown_text(report->suite->benchmarks[i].name, out);
        (void)fputs(": ", out);
        gate_print_markdown_text(result->verdict.reason, out);
        (void)fprintf(out, " (rounds: %u, layouts: %u, %.0f s)\n", result->measurements.round_count,
                      result->measurements.layout_count, result->measurements.elapsed);
    }
    char cores[GATE_WORDS_SIZE];
    gate_fact facts[GATE_FACT_COUNT];
    gate_list_facts(&report->machine, cores, facts);
    for (int i = 0; i < GATE_FACT_COUNT; i++) {
        if (facts[i].value == NULL) continue;
        (void)fprintf(out, "- %s: ", facts[i].name);
        gate_print_markdown_text(facts[i].value, out);
        (void)putc('\n', out);
    }
    (void)fputs("\n</details>\n", out);
}

void gate_print_markdown(const gate_report *report, FILE *out) {
    const gate_verdict *verdict = &report->result->verdict;
    (void)fprintf(out, "### %s: ", gate_name_outcome(verdict->outcome));
    gate_print_markdown_text(gate_get_suite_name(report), out);
    (void)fputs("\n\n", out);
    gate_print_markdown_text(verdict->reason, out);
    (void)fputs("\n\n", out);
    print_table(report, out);
    print_warnings(report, out);
    print_details(report, out);
}
