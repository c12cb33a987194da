/* Takes a report; gives it as JUnit XML: failed is a <failure>, inconclusive a <skipped>, no comparison an <error>. */
#include "print/words.h"

typedef struct counts {
    uint32_t failures, skipped, errors;
} counts;

static void count_outcome(gate_outcome outcome, counts *counts) {
    counts->failures += outcome == GATE_FAIL;
    counts->skipped += outcome == GATE_INCONCLUSIVE;
    counts->errors += outcome == GATE_NO_COMPARISON;
}

static void print_attribute(const char *name, const char *text, FILE *out) {
    (void)fprintf(out, " %s=\"", name);
    gate_print_escaped(text, out);
    (void)putc('"', out);
}

static void print_case(const gate_report *report, const char *name, double seconds, const gate_verdict *verdict,
                       FILE *out) {
    static const char *const elements[] = {
        [GATE_FAIL] = "failure", [GATE_INCONCLUSIVE] = "skipped", [GATE_NO_COMPARISON] = "error"};
    (void)fputs("    <testcase", out);
    print_attribute("classname", gate_get_suite_name(report), out);
    print_attribute("name", name, out);
    (void)fprintf(out, " time=\"%.3f\">\n", seconds);
    if (verdict->outcome != GATE_PASS) {
        const char *element = elements[verdict->outcome];
        (void)fprintf(out, "      <%s", element);
        if (verdict->outcome != GATE_INCONCLUSIVE) print_attribute("type", gate_name_outcome(verdict->outcome), out);
        print_attribute("message", verdict->reason, out);
        (void)fputs("/>\n", out);
    } else {
        (void)fputs("      <system-out>", out);
        gate_print_escaped(verdict->reason, out);
        (void)fputs("</system-out>\n", out);
    }
    (void)fputs("    </testcase>\n", out);
}

static void print_properties(const gate_report *report, FILE *out) {
    char cores[GATE_WORDS_SIZE];
    gate_fact facts[GATE_FACT_COUNT];
    gate_list_facts(&report->machine, cores, facts);
    (void)fputs("    <properties>\n", out);
    for (int i = 0; i < GATE_FACT_COUNT; i++) {
        if (facts[i].value == NULL) continue;
        (void)fputs("      <property", out);
        print_attribute("name", facts[i].name, out);
        print_attribute("value", facts[i].value, out);
        (void)fputs("/>\n", out);
    }
    (void)fputs("    </properties>\n", out);
}

static void print_warnings(const gate_report *report, FILE *out) {
    if (report->warning_count == 0) return;
    (void)fputs("    <system-err>", out);
    for (uint32_t i = 0; i < report->warning_count; i++) {
        gate_print_escaped(report->warnings[i], out);
        (void)putc('\n', out);
    }
    (void)fputs("</system-err>\n", out);
}

void gate_print_junit(const gate_report *report, FILE *out) {
    const gate_suite *suite = report->suite;
    const gate_result *results = report->result->results;
    bool has_mean = gate_judges_mean(suite);
    counts counts = {0};
    double seconds = 0;
    for (uint32_t i = 0; i < suite->count; i++) {
        count_outcome(results[i].verdict.outcome, &counts);
        seconds += results[i].measurements.elapsed;
    }
    if (has_mean) count_outcome(report->result->mean.verdict.outcome, &counts);
    (void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite", out);
    print_attribute("name", gate_get_suite_name(report), out);
    (void)fprintf(out, " tests=\"%u\" failures=\"%u\" errors=\"%u\" skipped=\"%u\" time=\"%.3f\">\n",
                  suite->count + has_mean, counts.failures, counts.errors, counts.skipped, seconds);
    print_properties(report, out);
    for (uint32_t i = 0; i < suite->count; i++)
        print_case(report, suite->benchmarks[i].name, results[i].measurements.elapsed, &results[i].verdict, out);
    if (has_mean) print_case(report, "weighted geometric mean", 0, &report->result->mean.verdict, out);
    print_warnings(report, out);
    (void)fputs("  </testsuite>\n</testsuites>\n", out);
}
