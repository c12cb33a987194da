/* Takes a report; gives one HTML page (suite_page.css is in it, and nothing else is needed): the verdict, an overview
 * of all benchmarks on one scale, and every round of each. It has no script. */
#include "print/words.h"

#include <math.h>

extern const char gate_suite_style[]; /* suite_page.css, by embed.cmake */

/* The outcome as a class of CSS and in words. */
static void print_badge(gate_outcome outcome, FILE *out) {
    static const char *const classes[] = {
        [GATE_PASS] = "pass", [GATE_FAIL] = "fail", [GATE_INCONCLUSIVE] = "open", [GATE_NO_COMPARISON] = "none"};
    (void)fprintf(out, "<span class=\"badge %s\">%s</span>", classes[outcome], gate_name_outcome(outcome));
}

static void print_element(const char *tag, const char *text, FILE *out) {
    (void)fprintf(out, "<%s>", tag);
    gate_print_escaped(text, out);
    (void)fprintf(out, "</%s>\n", tag);
}

static void print_head(const gate_report *report, FILE *out) {
    (void)fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=\"color-scheme\" content=\"light dark\">\n",
                out);
    print_element("title", gate_get_suite_name(report), out);
    (void)fprintf(out, "<style>\n%s</style>\n</head>\n<body>\n<header>\n<h1>", gate_suite_style);
    print_badge(report->result->verdict.outcome, out);
    (void)putc(' ', out);
    gate_print_escaped(gate_get_suite_name(report), out);
    (void)fputs("</h1>\n", out);
    print_element("p", report->result->verdict.reason, out);
    (void)fputs("</header>\n", out);
}

/* ---- the overview ---- */

static void print_change(const gate_report *report, const gate_change *change, FILE *out) {
    char words[GATE_WORDS_SIZE] = "–";
    if (report->earlier == NULL) return;
    if (change->is_known) gate_format_ratio(change->change, change->change_interval, words);
    (void)fprintf(out, "<td class=\"number\">%s</td>", words);
}

static void print_ratio(gate_scale scale, double ratio, gate_interval interval, const gate_rules *rules, FILE *out) {
    char words[GATE_WORDS_SIZE];
    gate_format_ratio(ratio, interval, words);
    (void)fprintf(out, "<td class=\"number\">%s</td><td>", words);
    gate_print_bar(scale, ratio, interval, gate_get_bound(rules), out);
    (void)fputs("</td>", out);
}

static void print_row(const gate_report *report, gate_scale scale, uint32_t index, FILE *out) {
    const gate_result *result = &report->result->results[index];
    const gate_estimate *estimate = gate_get_deciding(result);
    bool is_compared = result->verdict.outcome != GATE_NO_COMPARISON;
    char words[GATE_WORDS_SIZE];
    (void)fprintf(out, "<tr><th scope=\"row\"><a href=\"#benchmark-%u\">", index + 1);
    gate_print_escaped(report->suite->benchmarks[index].name, out);
    (void)fputs("</a></th><td>", out);
    print_badge(result->verdict.outcome, out);
    (void)fputs("</td>", out);
    if (is_compared)
        print_ratio(scale, estimate->ratio, estimate->interval, &result->rules, out);
    else
        (void)fputs("<td class=\"number\">–</td><td></td>", out);
    gate_format_rules(&result->rules, words);
    (void)fprintf(out, "<td>%s</td><td>%s</td>", words, gate_describe_metric(result->rules.metric)->title);
    for (int side = 0; side < GATE_SIDE_COUNT; side++) {
        if (is_compared) gate_format_side(estimate, (gate_side)side, words);
        (void)fprintf(out, "<td class=\"number\">%s</td>", is_compared ? words : "–");
    }
    print_change(report, report->earlier != NULL ? &report->earlier->changes[index] : NULL, out);
    (void)fputs("</tr>\n", out);
}

static void print_mean(const gate_report *report, gate_scale scale, FILE *out) {
    const gate_mean *mean = &report->result->mean;
    char rules[GATE_WORDS_SIZE];
    (void)fputs("<tr class=\"mean\"><th scope=\"row\">weighted geometric mean</th><td>", out);
    if (gate_judges_mean(report->suite)) print_badge(mean->verdict.outcome, out);
    (void)fputs("</td>", out);
    if (mean->is_available)
        print_ratio(scale, mean->ratio, mean->interval, &report->suite->mean, out);
    else
        (void)fputs("<td class=\"number\">–</td><td></td>", out);
    gate_format_rules(&report->suite->mean, rules);
    (void)fprintf(out, "<td>%s</td><td></td><td></td><td></td>", rules);
    print_change(report, report->earlier != NULL ? &report->earlier->mean : NULL, out);
    (void)fputs("</tr>\n", out);
}

static void print_overview(const gate_report *report, FILE *out) {
    gate_scale scale = gate_scale_overview(report);
    (void)fprintf(
        out,
        "<div class=\"scroll\"><table>\n<thead><tr><th scope=\"col\">benchmark</th><th scope=\"col\">verdict</th>"
        "<th scope=\"col\" class=\"number\">ratio (interval)</th><th scope=\"col\">← faster · slower →</th>"
        "<th scope=\"col\">asked</th><th scope=\"col\">metric</th><th scope=\"col\" class=\"number\">baseline"
        "</th><th scope=\"col\" class=\"number\">candidate</th>%s</tr></thead>\n<tbody>\n",
        report->earlier != NULL ? "<th scope=\"col\" class=\"number\">since the earlier run</th>" : "");
    for (uint32_t i = 0; i < report->suite->count; i++) print_row(report, scale, i, out);
    if (gate_shows_mean(report->suite)) print_mean(report, scale, out);
    (void)fputs(
        "</tbody>\n</table></div>\n<p class=\"quiet\">Ratios are candidate / baseline: below 1 is a gain. "
        "<span class=\"key one\"></span> baseline <span class=\"key bound\"></span> threshold "
        "<span class=\"key median\"></span> median <span class=\"key interval\"></span> interval "
        "<span class=\"key run\"></span> a round <span class=\"key far\"></span> an outlier, which counts</p>\n",
        out);
}

/* ---- the benchmarks ---- */

static void print_benchmark(const gate_report *report, uint32_t index, FILE *out) {
    const gate_benchmark *benchmark = &report->suite->benchmarks[index];
    const gate_result *result = &report->result->results[index];
    const gate_measurements *measurements = &result->measurements;
    (void)fprintf(out, "<section id=\"benchmark-%u\">\n<h2>", index + 1);
    gate_print_escaped(benchmark->name, out);
    (void)putc(' ', out);
    print_badge(result->verdict.outcome, out);
    (void)fputs("</h2>\n", out);
    print_element("p", result->verdict.reason, out);
    if (result->verdict.outcome != GATE_NO_COMPARISON) {
        gate_print_plot(result, out);
        (void)fprintf(
            out, "<p class=\"quiet\">%u rounds, %u %s, %.1f s, looks: %u, weight %g, noise of a round: %.2f %%</p>\n",
            measurements->round_count, measurements->layout_count,
            measurements->layout_count == 1 ? "layout" : "layouts", measurements->elapsed, result->look_count,
            benchmark->weight, 100 * gate_get_deciding(result)->round_deviation);
    }
    (void)fputs("<dl>\n", out);
    for (int side = 0; side < GATE_SIDE_COUNT; side++) {
        (void)fprintf(out, "<dt>%s</dt><dd><code>", side == GATE_BASELINE ? "baseline" : "candidate");
        gate_print_escaped(benchmark->commands.sides[side], out);
        (void)fputs("</code></dd>\n", out);
    }
    (void)fputs("</dl>\n</section>\n", out);
}

static void print_warnings(const gate_report *report, FILE *out) {
    if (report->warning_count == 0) return;
    (void)fputs("<aside>\n<h2>Warnings</h2>\n<ul>\n", out);
    for (uint32_t i = 0; i < report->warning_count; i++) print_element("li", report->warnings[i], out);
    (void)fputs("</ul>\n</aside>\n", out);
}

static void print_machine(const gate_report *report, FILE *out) {
    char cores[GATE_WORDS_SIZE];
    gate_fact facts[GATE_FACT_COUNT];
    gate_list_facts(&report->machine, cores, facts);
    (void)fputs("<section>\n<h2>Machine</h2>\n<dl>\n", out);
    for (int i = 0; i < GATE_FACT_COUNT; i++) {
        print_element("dt", facts[i].name, out);
        print_element("dd", facts[i].value != NULL ? facts[i].value : "not known", out);
    }
    (void)fputs("</dl>\n</section>\n", out);
}

void gate_print_page(const gate_report *report, FILE *out) {
    print_head(report, out);
    (void)fputs("<main>\n", out);
    print_overview(report, out);
    print_warnings(report, out);
    for (uint32_t i = 0; i < report->suite->count; i++) print_benchmark(report, i, out);
    print_machine(report, out);
    (void)fputs("</main>\n</body>\n</html>\n", out);
}
