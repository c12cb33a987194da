/* Takes numbers of a report; gives the words that all its forms use for them. */
#include "print/words.h"

#include "print/print.h"

#include <math.h>
#include <string.h>

void gate_format_ratio(double ratio, gate_interval interval, char text[GATE_WORDS_SIZE]) {
    if (isinf(interval.high))
        (void)snprintf(text, GATE_WORDS_SIZE, "%.4f", ratio);
    else
        (void)snprintf(text, GATE_WORDS_SIZE, "%.4f (%.4f–%.4f)", ratio, interval.low, interval.high);
}

void gate_format_rules(const gate_rules *rules, char text[GATE_WORDS_SIZE]) {
    char gain[40] = "", regression[40] = "";
    if (rules->has_min_gain) (void)snprintf(gain, sizeof gain, "gain ≥ %g %%", 100 * rules->min_gain);
    if (rules->has_max_regression)
        (void)snprintf(regression, sizeof regression, "regression ≤ %g %%", 100 * rules->max_regression);
    (void)snprintf(text, GATE_WORDS_SIZE, "%s%s%s", gain, *gain != '\0' && *regression != '\0' ? ", " : "", regression);
}

const char *gate_format_mean(const gate_report *report, char ratio[GATE_WORDS_SIZE], char rules[GATE_WORDS_SIZE]) {
    const gate_mean *mean = &report->result->mean;
    if (mean->is_available)
        gate_format_ratio(mean->ratio, mean->interval, ratio);
    else
        (void)snprintf(ratio, GATE_WORDS_SIZE, "–");
    gate_format_rules(&report->suite->mean, rules);
    return gate_judges_mean(report->suite) ? gate_name_outcome(mean->verdict.outcome) : "";
}

void gate_format_side(const gate_estimate *estimate, gate_side side, char text[GATE_WORDS_SIZE]) {
    gate_format_value(estimate->medians[side], gate_describe_metric(estimate->metric)->unit, text, GATE_WORDS_SIZE);
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == ' ') text[length - 1] = '\0'; /* a count below a thousand has no unit */
}

const gate_estimate *gate_get_deciding(const gate_result *result) {
    return &result->estimates[result->rules.metric];
}

const char *gate_get_suite_name(const gate_report *report) {
    return report->suite->name != NULL ? report->suite->name : "pgo-gate";
}

void gate_list_facts(const gate_machine *machine, char cores[GATE_WORDS_SIZE], gate_fact facts[GATE_FACT_COUNT]) {
    (void)snprintf(cores, GATE_WORDS_SIZE, "%u", machine->core_count);
    const gate_fact all[GATE_FACT_COUNT] = {
        {"processor", machine->processor}, {"cores", cores},          {"kernel", machine->kernel},
        {"governor", machine->governor},   {"turbo", machine->turbo}, {"compiler", machine->compiler},
    };
    memcpy(facts, all, sizeof all);
}

void gate_print_escaped(const char *text, FILE *out) {
    pprof_print_html((pprof_string){text, strlen(text)}, out);
}

void gate_print_markdown_text(const char *text, FILE *out) {
    static const char markup[] = "\\`*_{}[]()#+!|~$<>&^=";
    for (pprof_string rest = {text, strlen(text)}; rest.length > 0;) {
        uint32_t character;
        size_t size = pprof_decode_utf8(rest, &character);
        if (*rest.text == '@')
            (void)fputs("@<!-- -->", out); /* no mention of anybody */
        else if (strchr(markup, *rest.text) != NULL)
            (void)fprintf(out, "&#%d;", *rest.text);
        else if (*rest.text == '\n')
            (void)putc(' ', out);
        else
            pprof_print_html((pprof_string){rest.text, size}, out);
        rest.text += size;
        rest.length -= size;
    }
}
