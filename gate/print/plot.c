/* Takes ratios; gives SVG: one benchmark's rounds, or a row of the overview. Ratios are drawn by their logarithm, so
 * that twice as fast and twice as slow lie equally far from 1; smaller is further down, and better. */
#include "print/words.h"

#include <math.h>

enum { WIDTH = 860, HEIGHT = 260, LEFT = 64, RIGHT = 16, TOP = 14, BOTTOM = 34, BAR_WIDTH = 150, BAR_HEIGHT = 22 };
static const double INNER_WIDTH = WIDTH - LEFT - RIGHT, INNER_HEIGHT = HEIGHT - TOP - BOTTOM;

static void widen(gate_scale *scale, double ratio) {
    if (!isfinite(ratio) || ratio <= 0) return;
    scale->low = fmin(scale->low, ratio);
    scale->high = fmax(scale->high, ratio);
}

/* Some air around; never so narrow that noise of a millionth fills the picture. */
static gate_scale finish_scale(gate_scale scale) {
    double air = fmax(log(scale.high / scale.low) * 0.06, 0.002);
    return (gate_scale){scale.low * exp(-air), scale.high * exp(air)};
}

/* From 0 at the low end to 1. */
static double place(gate_scale scale, double ratio) {
    if (ratio <= 0) return 0;
    return fmin(fmax(log(ratio / scale.low) / log(scale.high / scale.low), 0), 1);
}

/* ---- the overview ---- */

static void widen_by_row(gate_scale *scale, double ratio, gate_interval interval, const gate_rules *rules) {
    widen(scale, ratio);
    if (!isinf(interval.high)) {
        widen(scale, interval.low);
        widen(scale, interval.high);
    }
    widen(scale, gate_get_bound(rules));
}

gate_scale gate_scale_overview(const gate_report *report) {
    gate_scale scale = {1, 1};
    for (uint32_t i = 0; i < report->suite->count; i++) {
        const gate_result *result = &report->result->results[i];
        const gate_estimate *estimate = gate_get_deciding(result);
        if (result->verdict.outcome != GATE_NO_COMPARISON)
            widen_by_row(&scale, estimate->ratio, estimate->interval, &result->rules);
    }
    const gate_mean *mean = &report->result->mean;
    if (mean->is_available) widen_by_row(&scale, mean->ratio, mean->interval, &report->suite->mean);
    return finish_scale(scale);
}

void gate_print_bar(gate_scale scale, double ratio, gate_interval interval, double bound, FILE *out) {
    const double width = BAR_WIDTH, height = BAR_HEIGHT, middle = height / 2;
    double low = width * place(scale, interval.low), high = width * place(scale, interval.high);
    (void)fprintf(out, "<svg class=\"bar\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" aria-hidden=\"true\">",
                  BAR_WIDTH, BAR_HEIGHT, BAR_WIDTH, BAR_HEIGHT);
    double one = width * place(scale, 1);
    (void)fprintf(out, "<path class=\"one\" d=\"M%.1f 0V%d\"/>", one, BAR_HEIGHT);
    if (isfinite(bound)) {
        double x = width * place(scale, bound);
        (void)fprintf(out, "<path class=\"bound\" d=\"M%.1f 0V%d\"/>", x, BAR_HEIGHT);
    }
    (void)fprintf(out, "<path class=\"interval\" d=\"M%.1f %.1fH%.1f\"/>", low, middle, high);
    (void)fprintf(out, "<circle class=\"centre\" cx=\"%.1f\" cy=\"%.1f\" r=\"4\"/></svg>", width * place(scale, ratio),
                  middle);
}

/* ---- one benchmark ---- */

typedef struct plot {
    const gate_result *result;
    const gate_estimate *estimate;
    gate_scale scale;
    FILE *out;
} plot;

static double get_ratio(const plot *plot, uint32_t layout, uint32_t round) {
    const gate_measurements *measurements = &plot->result->measurements;
    gate_metric metric = plot->result->rules.metric;
    return gate_get_value(measurements, metric, GATE_CANDIDATE, layout, round) /
           gate_get_value(measurements, metric, GATE_BASELINE, layout, round);
}

static double get_y(const plot *plot, double ratio) {
    return (double)TOP + INNER_HEIGHT * (1 - place(plot->scale, ratio));
}

static double get_x(const plot *plot, uint32_t layout, uint32_t round) {
    const gate_measurements *measurements = &plot->result->measurements;
    double within = (layout + 0.5) / measurements->layout_count;
    return (double)LEFT + INNER_WIDTH * ((round + 0.2 + 0.6 * within) / measurements->round_count);
}

static gate_scale scale_rounds(const plot *plot) {
    const gate_measurements *measurements = &plot->result->measurements;
    gate_scale scale = {1, 1};
    for (uint32_t round = 0; round < measurements->round_count; round++)
        for (uint32_t layout = 0; layout < measurements->layout_count; layout++)
            widen(&scale, get_ratio(plot, layout, round));
    widen_by_row(&scale, plot->estimate->ratio, plot->estimate->interval, &plot->result->rules);
    return finish_scale(scale);
}

/* Lines at round numbers, four to ten of them. */
static void print_grid(const plot *plot) {
    double span = plot->scale.high - plot->scale.low, step = pow(10, floor(log10(span)));
    if (span / step < 4) step /= span / step < 2 ? 5 : 2;
    int digits = (int)fmax(2, -floor(log10(step) + 1e-9));
    for (int64_t i = (int64_t)ceil(plot->scale.low / step); (double)i * step <= plot->scale.high; i++) {
        double tick = (double)i * step;
        double y = get_y(plot, tick);
        (void)fprintf(plot->out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", LEFT, y, WIDTH - RIGHT);
        (void)fprintf(plot->out, "<text class=\"tick\" x=\"%d\" y=\"%.1f\">%.*f</text>\n", LEFT - 8, y + 4, digits,
                      tick);
    }
}

static void print_round_numbers(const plot *plot) {
    uint32_t rounds = plot->result->measurements.round_count, step = 1;
    while (rounds / step > 12) step *= step % 3 == 2 ? 5 : 2;
    for (uint32_t round = 0; round < rounds; round += step) {
        double x = (double)LEFT + INNER_WIDTH * ((round + 0.5) / rounds);
        (void)fprintf(plot->out, "<text class=\"round\" x=\"%.1f\" y=\"%d\">%u</text>\n", x, HEIGHT - BOTTOM + 16,
                      round + 1);
    }
    (void)fprintf(plot->out, "<text class=\"axis\" x=\"%d\" y=\"%d\">round</text>\n", (LEFT + WIDTH - RIGHT) / 2,
                  HEIGHT - 4);
}

static void print_line(const plot *plot, const char *class, double ratio, const char *title) {
    double y = get_y(plot, ratio);
    (void)fprintf(plot->out, "<path class=\"%s\" d=\"M%d %.1fH%d\"><title>%s %.4f</title></path>\n", class, LEFT, y,
                  WIDTH - RIGHT, title, ratio);
}

static void print_interval(const plot *plot) {
    gate_interval interval = plot->estimate->interval;
    if (isinf(interval.high)) return;
    double top = get_y(plot, interval.high), bottom = get_y(plot, interval.low);
    (void)fprintf(plot->out,
                  "<rect class=\"interval\" x=\"%d\" y=\"%.1f\" width=\"%d\" height=\"%.1f\">"
                  "<title>interval %.4f to %.4f</title></rect>\n",
                  LEFT, top, WIDTH - LEFT - RIGHT, fmax(bottom - top, 1.5), interval.low, interval.high);
}

static bool is_outlier(const gate_estimate *estimate, uint32_t layout, uint32_t round) {
    for (uint32_t i = 0; i < estimate->outlier_count; i++)
        if (estimate->outliers[i].layout == layout && estimate->outliers[i].round == round) return true;
    return false;
}

static void print_rounds(const plot *plot) {
    const gate_measurements *measurements = &plot->result->measurements;
    for (uint32_t round = 0; round < measurements->round_count; round++)
        for (uint32_t layout = 0; layout < measurements->layout_count; layout++) {
            double ratio = get_ratio(plot, layout, round);
            bool is_far = is_outlier(plot->estimate, layout, round);
            (void)fprintf(plot->out, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3\"><title>round %u",
                          is_far ? "run far" : "run", get_x(plot, layout, round), get_y(plot, ratio), round + 1);
            if (measurements->layout_count > 1) (void)fprintf(plot->out, ", layout %u", layout + 1);
            (void)fprintf(plot->out, ": %.4f%s</title></circle>\n", ratio, is_far ? ", an outlier" : "");
        }
}

void gate_print_plot(const gate_result *result, FILE *out) {
    plot plot = {.result = result, .estimate = gate_get_deciding(result), .out = out};
    double bound = gate_get_bound(&result->rules);
    plot.scale = scale_rounds(&plot);
    (void)fprintf(out,
                  "<svg class=\"plot\" viewBox=\"0 0 %d %d\" role=\"img\" "
                  "aria-label=\"Ratio of every round, with median, interval and threshold\">\n",
                  WIDTH, HEIGHT);
    print_grid(&plot);
    print_round_numbers(&plot);
    print_interval(&plot);
    print_line(&plot, "one", 1, "the baseline");
    if (isfinite(bound)) print_line(&plot, "bound", bound, "threshold");
    print_line(&plot, "median", plot.estimate->median, "median of the rounds");
    print_rounds(&plot);
    (void)fputs("</svg>\n", out);
}
