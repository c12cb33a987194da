/* pgo-gate's statistics, one by one: quantiles and ranks against tables and brute force, intervals, outliers, verdicts,
 * the error that looks may spend. */
#include "gate_simulation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance)) fail_msg("%.10g is not within %g of %.10g", value, tolerance, expected);
}

static void random_numbers_are_the_same_everywhere(void **state) {
    (void)state;
    gate_random random = {1234567};
    assert_true(gate_random_bits(&random) == UINT64_C(6457827717110365317)); /* splitmix64's published vector */
    assert_true(gate_random_bits(&random) == UINT64_C(3203168211198807973));
    uint32_t counts[7] = {0};
    for (int i = 0; i < 70000; i++) counts[gate_random_below(&random, 7)]++;
    for (int i = 0; i < 7; i++) assert_in_range(counts[i], 9600, 10400);
}

static void quantiles_agree_with_tables(void **state) {
    (void)state;
    assert_near(gate_normal_quantile(0.975), 1.959963985, 1e-8);
    assert_near(gate_normal_quantile(1e-6), -4.753424309, 1e-8);
    assert_near(gate_normal_share(1), 0.8413447461, 1e-9);
    assert_near(gate_student_quantile(0.05, 1), 12.70620474, 1e-7);
    assert_near(gate_student_quantile(0.05, 2), 4.302652730, 1e-8);
    assert_near(gate_student_quantile(0.05, 7), 2.364624252, 1e-8);
    assert_near(gate_student_quantile(0.001, 10), 4.586893859, 1e-7);
    assert_near(gate_student_quantile(0.05, 1000), 1.962339081, 1e-7);
}

/* Sums of ranks of all subsets, by a table of counts. */
static double share_of_sums_below(uint32_t count, uint64_t limit) {
    enum { MOST = 120 };
    static double subsets[MOST * (MOST + 1) / 2 + 1];
    uint64_t most = (uint64_t)count * (count + 1) / 2;
    memset(subsets, 0, sizeof subsets);
    subsets[0] = 1;
    for (uint32_t rank = 1; rank <= count; rank++)
        for (uint64_t sum = most; sum >= rank; sum--) subsets[sum] += subsets[sum - rank];
    double below = 0;
    for (uint64_t sum = 0; sum < limit; sum++) below += subsets[sum];
    return ldexp(below, -(int)count);
}

static void signed_ranks_are_the_largest_that_keep_the_error(void **state) {
    (void)state;
    const double errors[] = {0.2, 0.05, 0.025, 0.01, 0.001, 0.0004};
    for (uint32_t count = 1; count <= 120; count++)
        for (size_t i = 0; i < sizeof errors / sizeof *errors; i++) {
            uint64_t rank = gate_signed_rank(count, errors[i]);
            assert_true(share_of_sums_below(count, rank) <= errors[i] / 2 * 1.002);
            uint64_t slack = count <= 50 ? 1 : count / 4; /* the approximation may be a little wide */
            assert_true(share_of_sums_below(count, rank + slack) > errors[i] / 2);
        }
    assert_int_equal(gate_count_needed(0.05), 6);
    assert_int_equal(gate_count_needed(0.025), 7);
}

static void pairwise_averages_are_found_without_making_them(void **state) {
    (void)state;
    gate_random random = {5};
    for (uint32_t count = 1; count < 24; count++) {
        double values[24], averages[24 * 25 / 2];
        for (uint32_t i = 0; i < count; i++) values[i] = gate_random_below(&random, 10) - 5.; /* with ties */
        gate_sort(values, count);
        uint32_t pairs = 0;
        for (uint32_t i = 0; i < count; i++)
            for (uint32_t j = i; j < count; j++) averages[pairs++] = (values[i] + values[j]) / 2;
        gate_sort(averages, pairs);
        for (uint32_t rank = 1; rank <= pairs; rank++)
            assert_near(gate_find_pairwise_average(values, count, rank), averages[rank - 1], 1e-12);
        assert_near(gate_find_centre(values, count), gate_get_quantile(averages, pairs, 0.5), 1e-12);
    }
}

/* ---- measurements of known ratios ---- */

typedef struct measured {
    gate_run runs[2000];
    gate_measurements measurements;
} measured;

/* ratio(layout, round) = ratios[layout * rounds + round] */
static void set_ratios(measured *measured, uint32_t layouts, uint32_t rounds, const double *ratios) {
    measured->measurements = (gate_measurements){layouts, rounds, measured->runs, false, 1};
    for (uint32_t round = 0; round < rounds; round++)
        for (uint32_t layout = 0; layout < layouts; layout++)
            for (int side = 0; side < GATE_SIDE_COUNT; side++) {
                gate_run *run = &measured->runs[(round * layouts + layout) * GATE_SIDE_COUNT + (uint32_t)side];
                for (int i = 0; i < GATE_METRIC_COUNT; i++) run->values[i] = NAN;
                run->values[GATE_CPU] = side == GATE_CANDIDATE ? 2 * ratios[layout * rounds + round] : 2;
            }
}

static gate_estimate estimate(const measured *measured, double error, uint64_t seed, pprof_arena *arena) {
    gate_estimate estimate;
    pprof_status status = {0};
    assert_true(gate_estimate_metric(&measured->measurements, GATE_CPU, error, error, seed, arena, &estimate, &status));
    return estimate;
}

static void estimates_describe_one_layout(void **state) {
    (void)state;
    static measured measured;
    pprof_arena arena = {0};
    const double ratios[] = {0.90, 0.91, 0.89, 0.92, 0.88, 0.90, 0.93, 0.91, 2.00, 0.90};
    set_ratios(&measured, 1, 10, ratios);
    gate_estimate first = estimate(&measured, 0.05, 7, &arena), again = estimate(&measured, 0.05, 7, &arena);
    gate_estimate other = estimate(&measured, 0.05, 8, &arena);
    assert_true(first.is_available);
    assert_near(first.medians[GATE_BASELINE], 2, 0);
    assert_near(first.medians[GATE_CANDIDATE], 1.81, 1e-12);
    assert_near(first.median, sqrt(0.90 * 0.91), 1e-4);
    assert_near(first.geometric_mean, 0.979, 0.001); /* the outlier counts */
    assert_true(first.ratio > 0.90 && first.ratio < 0.92);
    assert_int_equal(first.outlier_count, 1); /* and is shown */
    assert_int_equal(first.outliers[0].round, 8);
    assert_near(first.outliers[0].ratio, 2, 1e-12);
    assert_true(first.geometric_mean_interval.low < 0.92 && first.geometric_mean_interval.high > 1.1);
    assert_true(first.median_interval.low >= 0.88 && first.median_interval.high <= 2);
    assert_memory_equal(&first.geometric_mean_interval, &again.geometric_mean_interval, sizeof(gate_interval));
    assert_memory_equal(&first.median_interval, &again.median_interval, sizeof(gate_interval));
    assert_memory_not_equal(&first.geometric_mean_interval, &other.geometric_mean_interval, sizeof(gate_interval));
    assert_false(gate_has_metric(&measured.measurements, GATE_CYCLES));
    pprof_arena_free(&arena);
}

static void few_rounds_have_no_interval(void **state) {
    (void)state;
    static measured measured;
    pprof_arena arena = {0};
    set_ratios(&measured, 1, 5, (const double[]){0.9, 0.9, 0.9, 0.9, 0.9});
    gate_estimate found = estimate(&measured, 0.05, 1, &arena);
    assert_true(found.interval.low == 0 && isinf(found.interval.high));
    assert_true(found.median_interval.low == 0 && isinf(found.median_interval.high));
    measured.measurements.is_counted = true; /* of another metric than the one asked for */
    found = estimate(&measured, 0.05, 1, &arena);
    assert_true(isinf(found.interval.high));
    pprof_arena_free(&arena);
}

/* 100 rounds cannot make up for four layouts that disagree. */
static void layouts_are_what_counts(void **state) {
    (void)state;
    static measured measured;
    pprof_arena arena = {0};
    double ratios[400];
    gate_random random = {3};
    const double centres[] = {0.90, 0.95, 1.00, 1.05};
    for (int i = 0; i < 400; i++) ratios[i] = centres[i / 100] * exp(0.01 * draw_normal(&random));
    set_ratios(&measured, 4, 100, ratios);
    gate_estimate found = estimate(&measured, 0.05, 1, &arena);
    double centre = 0, half = 3.182446305 * 0.0666 / 2; /* t of three degrees, deviation of log centres */
    for (int i = 0; i < 4; i++) centre += log(centres[i]) / 4;
    assert_near(found.ratio, exp(centre), 0.002);
    assert_near(log(found.interval.high / found.interval.low) / 2, half, 0.006);
    assert_near(found.round_deviation, 0.01, 0.001);
    assert_near(found.layout_deviation, 0.0666, 0.003);

    gate_rules rules = gate_default_rules();
    gate_verdict verdict;
    rules.has_max_regression = true;
    gate_judge(&rules, &measured.measurements, &found, &verdict);
    assert_int_equal(verdict.outcome, GATE_INCONCLUSIVE);
    assert_int_equal(verdict.more_rounds, 0);
    assert_true(verdict.more_layouts > 4);
    assert_non_null(strstr(verdict.reason, "more layouts"));
    pprof_arena_free(&arena);
}

static void counts_that_agree_need_two_rounds(void **state) {
    (void)state;
    const double values[] = {-0.1, -0.1, -0.10002, -0.3};
    pprof_arena arena = {0};
    pprof_status status = {0};
    double centre;
    gate_log_interval interval;
    assert_true(
        gate_decide_interval(&(gate_log_ratios){1, 1, values, true}, 0.05, &arena, &centre, &interval, &status));
    assert_true(isinf(interval.high));
    assert_true(
        gate_decide_interval(&(gate_log_ratios){1, 3, values, true}, 0.05, &arena, &centre, &interval, &status));
    assert_true(interval.low == -0.10002 && interval.high == -0.1 && centre == -0.1);
    assert_true(
        gate_decide_interval(&(gate_log_ratios){1, 4, values, true}, 0.05, &arena, &centre, &interval, &status));
    assert_true(isinf(interval.high)); /* they do not agree: statistics after all */
    pprof_arena_free(&arena);
}

/* ---- verdicts ---- */

static void verdicts_follow_the_interval(void **state) {
    (void)state;
    gate_rules gain = gate_default_rules(), regression = gain, both = gain, none = gain;
    gain.has_min_gain = both.has_min_gain = true;
    gain.min_gain = both.min_gain = 0.02;
    regression.has_max_regression = both.has_max_regression = true;
    regression.max_regression = both.max_regression = 0.01;
    const struct {
        gate_interval interval;
        gate_outcome gain, regression, both, none;
    } cases[] = {
        {{0.94, 0.98}, GATE_PASS, GATE_PASS, GATE_PASS, GATE_INCONCLUSIVE},
        {{0.955, 0.965}, GATE_PASS, GATE_PASS, GATE_PASS, GATE_PASS},
        {{0.94, 0.99}, GATE_INCONCLUSIVE, GATE_PASS, GATE_INCONCLUSIVE, GATE_INCONCLUSIVE},
        {{0.986, 1.005}, GATE_FAIL, GATE_PASS, GATE_FAIL, GATE_PASS},
        {{0.97, 1.02}, GATE_INCONCLUSIVE, GATE_INCONCLUSIVE, GATE_INCONCLUSIVE, GATE_INCONCLUSIVE},
        {{1.011, 1.03}, GATE_FAIL, GATE_FAIL, GATE_FAIL, GATE_PASS},
        {{0, INFINITY}, GATE_INCONCLUSIVE, GATE_INCONCLUSIVE, GATE_INCONCLUSIVE, GATE_INCONCLUSIVE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gate_interval interval = cases[i].interval;
        double ratio = isinf(interval.high) ? 1 : sqrt(interval.low * interval.high);
        assert_int_equal(gate_apply_rules(&gain, ratio, interval), cases[i].gain);
        assert_int_equal(gate_apply_rules(&regression, ratio, interval), cases[i].regression);
        assert_int_equal(gate_apply_rules(&both, ratio, interval), cases[i].both);
        assert_int_equal(gate_apply_rules(&none, ratio, interval), cases[i].none);
    }
}

/* Half as wide takes four times as many rounds. */
static void inconclusive_says_how_much_more(void **state) {
    (void)state;
    gate_rules rules = gate_default_rules();
    rules.has_max_regression = true;
    rules.max_regression = 0.02;
    gate_measurements measurements = {.layout_count = 1, .round_count = 20};
    gate_estimate estimate = {.is_available = true, .ratio = 1, .interval = {exp(-0.0396), exp(0.0396)}};
    gate_verdict verdict;
    gate_judge(&rules, &measurements, &estimate, &verdict);
    assert_int_equal(verdict.outcome, GATE_INCONCLUSIVE);
    assert_in_range(verdict.more_rounds, 59, 61);
    assert_non_null(strstr(verdict.reason, "more rounds would tell"));
    estimate.interval = (gate_interval){0, INFINITY};
    measurements.round_count = 2;
    gate_judge(&rules, &measurements, &estimate, &verdict);
    assert_int_equal(verdict.more_rounds, 5); /* seven in all */
    estimate = (gate_estimate){.ratio = 1.02, .interval = {1, 1.04}};
    gate_judge(&rules, &measurements, &estimate, &verdict);
    assert_int_equal(verdict.more_rounds, 0);
    assert_non_null(strstr(verdict.reason, "too close to tell"));
}

/* ---- looks ---- */

static void looks_spend_the_error_and_no_more(void **state) {
    (void)state;
    gate_looks looks = {.error = 0.05};
    double spent[128] = {0};
    for (int i = 1; i <= 128; i++) {
        double due = gate_due_error(&looks, i / 128.);
        assert_true(due >= 0);
        if (due > 0) gate_spend_error(&looks, due);
        spent[i - 1] = due;
    }
    assert_int_equal(looks.count, 7);
    assert_near(looks.spent, 0.05, 1e-15);
    assert_near(spent[127], 0.025, 1e-15);
    assert_near(spent[63], 0.0125, 1e-15);
    assert_true(gate_due_error(&looks, 1) == 0);
    looks = (gate_looks){.error = 0.05}; /* a single look has all of it */
    assert_near(gate_due_error(&looks, 1), 0.05, 1e-15);
}

static void values_are_shown_for_people(void **state) {
    (void)state;
    const struct {
        double value;
        gate_unit unit;
        const char *text;
    } cases[] = {{1.234, GATE_SECONDS, "1.23 s"},        {0.0123, GATE_SECONDS, "12.3 ms"},
                 {4.5e-6, GATE_SECONDS, "4.50 µs"},      {123e6, GATE_COUNT, "123 M"},
                 {3 * 1048576., GATE_BYTES, "3.00 MiB"}, {100, GATE_BYTES, "100 B"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[32];
        gate_format_value(cases[i].value, cases[i].unit, text, sizeof text);
        assert_string_equal(text, cases[i].text);
    }
    gate_metric metric;
    assert_true(gate_find_metric("max-rss", &metric) && metric == GATE_MAX_RSS);
    assert_false(gate_find_metric("speed", &metric));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_numbers_are_the_same_everywhere),
        cmocka_unit_test(quantiles_agree_with_tables),
        cmocka_unit_test(signed_ranks_are_the_largest_that_keep_the_error),
        cmocka_unit_test(pairwise_averages_are_found_without_making_them),
        cmocka_unit_test(estimates_describe_one_layout),
        cmocka_unit_test(few_rounds_have_no_interval),
        cmocka_unit_test(layouts_are_what_counts),
        cmocka_unit_test(counts_that_agree_need_two_rounds),
        cmocka_unit_test(verdicts_follow_the_interval),
        cmocka_unit_test(inconclusive_says_how_much_more),
        cmocka_unit_test(looks_spend_the_error_and_no_more),
        cmocka_unit_test(values_are_shown_for_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
