/* Takes a result; gives a table for people: a line per metric, the outliers, and the verdict. */
#include "gate.h"

#include <math.h>

static void print_interval(gate_interval interval, FILE *out) {
    if (isinf(interval.high))
        (void)fprintf(out, "  %-15s", "–");
    else
        (void)fprintf(out, "  %6.4f–%6.4f", interval.low, interval.high);
}

static void print_side(const gate_estimate *estimate, gate_side side, FILE *out) {
    char value[32];
    gate_format_value(estimate->medians[side], gate_describe_metric(estimate->metric)->unit, value, sizeof value);
    (void)fprintf(out, "  %10s ± %4.1f %%", value, 100 * estimate->deviations[side]);
}

static void print_estimate(const gate_estimate *estimate, bool decides, FILE *out) {
    const char *title = gate_describe_metric(estimate->metric)->title;
    if (!estimate->is_available) {
        (void)fprintf(out, "  %-20s not available, or zero\n", title);
        return;
    }
    (void)fprintf(out, "%c %-20s", decides ? '*' : ' ', title);
    print_side(estimate, GATE_BASELINE, out);
    print_side(estimate, GATE_CANDIDATE, out);
    (void)fprintf(out, "  %6.4f", estimate->ratio);
    print_interval(estimate->interval, out);
    (void)fprintf(out, "  %6.4f", estimate->geometric_mean);
    print_interval(estimate->geometric_mean_interval, out);
    (void)fprintf(out, "  %6.4f", estimate->median);
    print_interval(estimate->median_interval, out);
    (void)fputc('\n', out);
}

static void print_outliers(const gate_estimate *estimate, FILE *out) {
    enum { SHOWN = 8 };
    if (estimate->outlier_count == 0) return;
    (void)fprintf(out, "outliers, which count: %u", estimate->outlier_count);
    for (uint32_t i = 0; i < estimate->outlier_count && i < SHOWN; i++)
        (void)fprintf(out, "%s%.3f in round %u", i == 0 ? " (" : ", ", estimate->outliers[i].ratio,
                      estimate->outliers[i].round + 1);
    (void)fputs(estimate->outlier_count > SHOWN ? ", …)\n" : ")\n", out);
}

static void print_effort(const gate_result *result, const gate_estimate *estimate, FILE *out) {
    const gate_measurements *measurements = &result->measurements;
    (void)fprintf(out, "%u rounds of %u %s in %.1f s; looks: %u; noise of a round: %.2f %%", measurements->round_count,
                  measurements->layout_count, measurements->layout_count == 1 ? "layout" : "layouts",
                  measurements->elapsed, result->look_count, 100 * estimate->round_deviation);
    if (measurements->layout_count > 1) (void)fprintf(out, ", of a layout: %.2f %%", 100 * estimate->layout_deviation);
    (void)fputc('\n', out);
    if (measurements->layout_count == 1 && !measurements->is_counted)
        (void)fputs("one layout: the interval does not know how the code's placement moves both sides\n", out);
}

void gate_print_table(const gate_result *result, FILE *out) {
    const gate_estimate *deciding = &result->estimates[result->rules.metric];
    if (result->verdict.outcome != GATE_NO_COMPARISON) {
        (void)fprintf(out, "  %-20s  %19s  %19s  %-6s  %-13s  %-6s  %-13s  %-6s  %s\n", "", "baseline", "candidate",
                      "ratio", "interval", "mean", "bootstrap", "median", "bootstrap");
        for (int i = 0; i < GATE_METRIC_COUNT; i++)
            if (!result->measurements.is_counted || i == GATE_INSTRUCTIONS)
                print_estimate(&result->estimates[i], i == (int)result->rules.metric, out);
        print_outliers(deciding, out);
        print_effort(result, deciding, out);
    }
    (void)fprintf(out, "%s: %s\n", gate_name_outcome(result->verdict.outcome), result->verdict.reason);
}
