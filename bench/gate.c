/* gate_bench [TRIALS]: how often pgo-gate's promises hold on simulated machines, at length. Prints Markdown tables: the
 * intervals' coverage at fixed numbers of rounds beside the classical t interval, what whole comparisons do, and what
 * the mean of a suite does. The same every time. Short forms of these are tests (tests/unit/test_gate_simulation.c). */
#include "../tests/unit/gate_simulation.h"

#include <stdlib.h>

static const char *const noise_names[NOISE_COUNT] = {"normal", "outliers", "heavy tails", "skewed", "drift"};

/* ---- fixed numbers of rounds ---- */

typedef struct tally {
    double held, width;
} tally;

static void add(tally *tally, double low, double high, int trials) {
    tally->held += (low <= 0 && 0 <= high) / (double)trials;
    tally->width += (high - low) / trials;
}

static void try_rounds(simulated_noise noise, uint32_t rounds, int trials) {
    tally ranks = {0}, student = {0}, mean = {0}, median = {0};
    for (int trial = 1; trial <= trials; trial++) {
        simulation simulation = {.ratio = 1, .noise = noise, .deviation = 0.02, .layout_count = 1, .seconds = 1};
        gate_source source = start_simulation(&simulation, (uint64_t)trial);
        double values[64], centre;
        pprof_arena arena = {0};
        pprof_status status = {0};
        for (uint32_t round = 0; round < rounds; round++) {
            gate_run runs[GATE_SIDE_COUNT];
            for (uint32_t turn = 0; turn < GATE_SIDE_COUNT; turn++) {
                gate_side side = (gate_side)((turn + round) % GATE_SIDE_COUNT);
                (void)source.run(source.context, side, 0, round, &runs[side], &status);
            }
            values[round] = log(runs[GATE_CANDIDATE].values[GATE_CPU] / runs[GATE_BASELINE].values[GATE_CPU]);
        }
        const gate_log_ratios ratios = {1, rounds, values, false};
        gate_log_interval interval;
        gate_bootstrap bootstrap;
        if (!gate_decide_interval(&ratios, 0.05, &arena, &centre, &interval, &status) ||
            !gate_resample(&ratios, 0.05, (uint64_t)trial, &arena, &bootstrap, &status))
            exit(EXIT_FAILURE);
        double average = gate_get_mean(values, rounds);
        double half = gate_student_quantile(0.05, rounds - 1) * sqrt(gate_get_variance(values, rounds) / rounds);
        add(&ranks, interval.low, interval.high, trials);
        add(&student, average - half, average + half, trials);
        add(&mean, bootstrap.mean.low, bootstrap.mean.high, trials);
        add(&median, bootstrap.median.low, bootstrap.median.high, trials);
        pprof_arena_free(&arena);
    }
    (void)printf("| %s | %u | %.3f (%.2f %%) | %.3f (%.2f %%) | %.3f | %.3f |\n", noise_names[noise], rounds,
                 ranks.held, 50 * ranks.width, student.held, 50 * student.width, mean.held, median.held);
}

/* ---- whole comparisons ---- */

static void compare_often(const char *name, simulation simulation, double max_regression, int trials) {
    gate_rules rules = gate_default_rules();
    double outcomes[5] = {0}, held = 0, rounds = 0;
    rules.has_max_regression = true;
    rules.max_regression = max_regression;
    if (simulation.layout_count > 1) rules.round_limit = 16;
    for (int trial = 1; trial <= trials; trial++) {
        pprof_arena arena = {0};
        gate_result result;
        gate_source source = start_simulation(&simulation, (uint64_t)trial + 1000000);
        gate_compare(&rules, &source, &arena, &result);
        gate_interval interval = result.estimates[GATE_CPU].interval;
        outcomes[result.verdict.outcome] += 1. / trials;
        held += (interval.low <= simulation.ratio && simulation.ratio <= interval.high) / (double)trials;
        rounds += (double)result.measurements.round_count / trials;
        pprof_arena_free(&arena);
    }
    (void)printf("| %s | %.3g %% | %.3f | %.3f | %.3f | %.3f | %.0f |\n", name, 100 * (simulation.ratio - 1),
                 outcomes[GATE_PASS], outcomes[GATE_FAIL], outcomes[GATE_INCONCLUSIVE], held, rounds);
}

/* ---- suites ---- */

/* How often the mean's interval lies above the truth, and below it; and its median width, since one benchmark without
 * an interval leaves the mean without one. */
static void measure_suites(const char *name, simulated_machine machine, int trials) {
    double outcomes[5] = {0}, above = 0, below = 0, rounds = 0;
    pprof_arena arena = {0};
    pprof_status status = {0};
    double *widths = pprof_allocate(&arena, (size_t)trials, sizeof *widths, &status);
    if (widths == NULL) exit(EXIT_FAILURE);
    for (int trial = 0; trial < trials; trial++) {
        pprof_arena scratch = {0};
        gate_suite_result result;
        if (!simulate_suite(&machine, (uint64_t)trial + 1, &scratch, &result, &status)) exit(EXIT_FAILURE);
        const gate_mean *mean = &result.mean;
        outcomes[mean->verdict.outcome] += 1. / trials;
        above += (mean->interval.low > 1) / (double)trials;
        below += (mean->interval.high < 1) / (double)trials;
        widths[trial] = log(mean->interval.high / mean->interval.low);
        for (uint32_t i = 0; i < SIMULATED_BENCHMARKS; i++)
            rounds += (double)result.results[i].measurements.round_count / trials;
        pprof_arena_free(&scratch);
    }
    gate_sort(widths, (uint32_t)trials);
    (void)printf("| %s | %s | %.0f %% | %.3f | %.3f, %.3f | %.2f %% | %.3f | %.3f | %.0f |\n", name,
                 machine.is_gated ? "1 %" : "–", 100 * machine.spread, 1 - above - below, above, below,
                 50 * gate_get_quantile(widths, (uint32_t)trials, 0.5), outcomes[GATE_PASS], outcomes[GATE_FAIL],
                 rounds);
    pprof_arena_free(&arena);
}

static void measure_all_suites(int trials) {
    (void)puts("\n| machine | benchmarks' gate | their spread | the mean's interval holds | lies above, below | half "
               "width, median | pass | fail | rounds of all |\n|---|---|---|---|---|---|---|---|---|");
    for (int noise = 0; noise < NOISE_COUNT; noise++)
        for (int is_gated = 0; is_gated < 2; is_gated++) {
            simulated_machine machine = {.noise = (simulated_noise)noise, .layout_count = 1, .is_gated = is_gated != 0};
            measure_suites(noise_names[noise], machine, trials);
            machine.spread = 0.1;
            measure_suites(noise_names[noise], machine, trials);
        }
    simulated_machine layouts = {.layout_count = 4, .layout_deviation = 0.02, .spread = 0.1};
    measure_suites("4 layouts that lie by 2 %", layouts, trials);
    layouts.is_gated = true;
    measure_suites("4 layouts that lie by 2 %", layouts, trials);
}

int main(int argc, char **argv) {
    int trials = argc > 1 ? (int)strtol(argv[1], NULL, 10) : 2000;
    const uint32_t rounds[] = {7, 9, 20, 50};
    (void)printf("%d trials each, 2 %% of noise per run.\n\n", trials);
    (void)puts(
        "| noise | rounds | by ranks: coverage (half width) | Student's t | bootstrap, mean | bootstrap, median |\n"
        "|---|---|---|---|---|---|");
    for (int noise = 0; noise < NOISE_COUNT; noise++)
        for (size_t i = 0; i < sizeof rounds / sizeof *rounds; i++)
            try_rounds((simulated_noise)noise, rounds[i], trials);

    (void)puts("\n| machine | true change | pass | fail | inconclusive | final interval holds | rounds |\n"
               "|---|---|---|---|---|---|---|");
    for (int noise = 0; noise < NOISE_COUNT; noise++) {
        simulation simulation = {
            .ratio = 1, .noise = (simulated_noise)noise, .deviation = 0.02, .layout_count = 1, .seconds = 1};
        compare_often(noise_names[noise], simulation, 0, trials);
        compare_often(noise_names[noise], simulation, 0.01, trials);
        simulation.ratio = 1.03;
        compare_often(noise_names[noise], simulation, 0.01, trials);
    }
    simulation layouts = {.ratio = 1, .deviation = 0.01, .layout_deviation = 0.03, .layout_count = 8, .seconds = 0.5};
    compare_often("8 layouts that lie by 3 %", layouts, 0, trials);
    layouts.layout_count = 1;
    compare_often("one of them", layouts, 0, trials);
    measure_all_suites(trials);
    return 0;
}
