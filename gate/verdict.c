/* Takes an estimate and the rules; gives pass, fail or inconclusive, with the reason and what would help.
 *
 * A threshold is a bound on the true ratio. It holds when the whole interval lies below it and is broken when the whole
 * interval lies above; in between nothing is known, and nothing is said. So a program at ratio r is failed wrongly, or
 * passed wrongly, at most as often as the interval misses on that side: half of 1 − confidence. */
#include "statistics/statistics.h"

#include <math.h>
#include <stdarg.h>

gate_rules gate_default_rules(void) {
    return (gate_rules){.metric = GATE_CPU, .precision = 0.01, .confidence = 0.95, .budget = 300, .seed = 1};
}

const char *gate_name_outcome(gate_outcome outcome) {
    switch (outcome) {
    case GATE_PASS:
        return "pass";
    case GATE_FAIL:
        return "fail";
    case GATE_INCONCLUSIVE:
        return "inconclusive";
    case GATE_NO_COMPARISON:
        break;
    }
    return "no comparison";
}

static bool has_threshold(const gate_rules *rules) {
    return rules->has_min_gain || rules->has_max_regression;
}

double gate_get_bound(const gate_rules *rules) {
    double bound = INFINITY;
    if (rules->has_max_regression) bound = 1 + rules->max_regression;
    if (rules->has_min_gain && 1 - rules->min_gain < bound) bound = 1 - rules->min_gain;
    return bound;
}

gate_outcome gate_apply_rules(const gate_rules *rules, double ratio, gate_interval interval) {
    if (!has_threshold(rules)) {
        bool is_narrow =
            interval.high <= ratio * (1 + rules->precision) && interval.low >= ratio / (1 + rules->precision);
        return is_narrow ? GATE_PASS : GATE_INCONCLUSIVE;
    }
    double bound = gate_get_bound(rules);
    return interval.high <= bound ? GATE_PASS : interval.low > bound ? GATE_FAIL : GATE_INCONCLUSIVE;
}

/* ---- how much more it takes ---- */

static uint32_t limit_count(double count) {
    const double most = 1e6; /* nobody will measure that long */
    return count >= 0 && count < most ? (uint32_t)ceil(count) : 0;
}

/* The interval, now [half] wide on the side of the bound, has to be [distance] wide. With layouts its square is made of
 * the rounds' share, which more rounds make smaller, and the layouts' own, which only more layouts do. */
static void estimate_effort(const gate_measurements *measurements, const gate_estimate *estimate, double half,
                            double distance, double error, gate_verdict *verdict) {
    double rounds = measurements->round_count, layouts = measurements->layout_count;
    if (measurements->layout_count == 1) {
        double needed = isinf(half) ? gate_count_needed(error / 2) : rounds * (half / distance) * (half / distance);
        verdict->more_rounds = limit_count(fmax(needed - rounds, 2));
        return;
    }
    double within = estimate->round_deviation * estimate->round_deviation / rounds;
    double between = estimate->layout_deviation * estimate->layout_deviation;
    double shrink = (distance / half) * (distance / half), whole = within + between;
    if (isinf(half))
        verdict->more_layouts = 3; /* to where there is an interval */
    else if (between < whole * shrink * 0.9)
        verdict->more_rounds = limit_count(fmax(rounds * within / (whole * shrink - between) - rounds, 2));
    else
        verdict->more_layouts = limit_count(fmax(layouts / shrink - layouts, 1));
}

static void describe_effort(const gate_verdict *verdict, char *text, size_t size) {
    if (verdict->more_rounds != 0)
        (void)snprintf(text, size, "about %u more rounds would tell", verdict->more_rounds);
    else if (verdict->more_layouts != 0)
        (void)snprintf(text, size, "layouts differ: about %u more layouts would tell, more rounds would not",
                       verdict->more_layouts);
    else
        (void)snprintf(text, size, "too close to tell in a million rounds");
}

/* ---- reasons ---- */

static void describe_interval(const char *title, double ratio, gate_interval interval, char *text, size_t size) {
    if (isinf(interval.high))
        (void)snprintf(text, size, "%s is %.4f of the baseline's, with too few rounds or layouts for an interval",
                       title, ratio);
    else
        (void)snprintf(text, size, "%s is %.4f of the baseline's, between %.4f and %.4f", title, ratio, interval.low,
                       interval.high);
}

static void describe_thresholds(const gate_rules *rules, char *text, size_t size) {
    if (rules->has_min_gain)
        (void)snprintf(text, size, "a gain of %g %%", 100 * rules->min_gain);
    else
        (void)snprintf(text, size, "no regression over %g %%", 100 * rules->max_regression);
}

/* [effort] may be empty. */
static void conclude(const gate_rules *rules, const char *found, const char *effort, gate_verdict *verdict) {
    char asked[64];
    describe_thresholds(rules, asked, sizeof asked);
    const char *wanted = verdict->outcome == GATE_PASS   ? "shown"
                         : verdict->outcome == GATE_FAIL ? "refuted"
                                                         : "neither shown nor refuted";
    const char *separator = *effort != '\0' ? "; " : "";
    if (has_threshold(rules))
        (void)snprintf(verdict->reason, sizeof verdict->reason, "%s: %s is %s%s%s", found, asked, wanted, separator,
                       effort);
    else if (verdict->outcome == GATE_INCONCLUSIVE)
        (void)snprintf(verdict->reason, sizeof verdict->reason,
                       "%s: not known to within %g %% (no gain or regression was asked for)%s%s", found,
                       100 * rules->precision, separator, effort);
    else
        (void)snprintf(verdict->reason, sizeof verdict->reason, "%s%s%s", found, separator, effort);
}

void gate_judge(const gate_rules *rules, const gate_measurements *measurements, const gate_estimate *estimate,
                gate_verdict *verdict) {
    char found[256], effort[128] = "";
    *verdict = (gate_verdict){.outcome = gate_apply_rules(rules, estimate->ratio, estimate->interval)};
    describe_interval(gate_describe_metric(estimate->metric)->title, estimate->ratio, estimate->interval, found,
                      sizeof found);
    if (verdict->outcome == GATE_INCONCLUSIVE) {
        double distance = has_threshold(rules) ? log(gate_get_bound(rules) / estimate->ratio) : log1p(rules->precision);
        double half = distance >= 0 ? log(estimate->interval.high / estimate->ratio)
                                    : log(estimate->ratio / estimate->interval.low);
        estimate_effort(measurements, estimate, half, fabs(distance), 1 - rules->confidence, verdict);
        describe_effort(verdict, effort, sizeof effort);
    }
    conclude(rules, found, effort, verdict);
}

void gate_judge_mean(const gate_rules *rules, bool is_available, double ratio, gate_interval interval,
                     gate_verdict *verdict) {
    char found[256];
    *verdict = (gate_verdict){.outcome = GATE_NO_COMPARISON};
    if (!is_available) {
        (void)snprintf(verdict->reason, sizeof verdict->reason, "there is none without all benchmarks");
        return;
    }
    verdict->outcome = has_threshold(rules) ? gate_apply_rules(rules, ratio, interval) : GATE_PASS;
    describe_interval("weighted geometric mean", ratio, interval, found, sizeof found);
    conclude(rules, found, "", verdict);
}
