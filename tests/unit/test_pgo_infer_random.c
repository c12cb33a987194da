/* The fit of frequencies to samples, plugin/infer.c, on random programs whose truth is known: how near it comes, that
 * its gradient is right, that it keeps its limits, and that every machine gives the same bits. */
#include "fit_support.h"
#include "random_program.h"

static pgo_fit fit_program(const random_program *program, const pgo_fit_options *options, pprof_arena *arena) {
    pprof_status status = {0};
    pgo_fit fit;
    if (!pgo_fit_frequencies(&program->graph, program->observations, program->observation_count, program->terms,
                             options, arena, &fit, &status))
        fail_msg("%s", status.message);
    return fit;
}

/* Rounds between functions begin where the last one ended. */
static void an_earlier_fit_is_a_start(void **state) {
    (void)state;
    pprof_arena arena = {0};
    random_program *program = make_program(9, 100, 10, &arena);
    sample_program(program, 3000, &REAL_ERRORS);
    pgo_fit_options options = pgo_get_default_fit_options();
    pgo_fit first = fit_program(program, &options, &arena);
    options.start = &first;
    pgo_fit second = fit_program(program, &options, &arena);
    assert_true(second.iterations < first.iterations / 3);
    assert_near(second.entry_rate / first.entry_rate, 1, 0.02);
    for (uint32_t b = 0; b < program->graph.block_count; b++)
        assert_near(second.block_frequency[b] / first.block_frequency[b], 1, 0.05);
    pprof_arena_free(&arena);
}

/* ---- limits ---- */

static void limits_stop_the_fit_and_say_so(void **state) {
    (void)state;
    pprof_arena arena = {0};
    random_program *program = make_program(5, 400, 20, &arena);
    sample_program(program, 5000, &REAL_ERRORS);
    pgo_fit_options options = pgo_get_default_fit_options();
    options.iteration_limit = 5;
    pgo_fit fit = fit_program(program, &options, &arena);
    assert_true(fit.reached_limit && fit.iterations <= 5);
    assert_consistent(&program->graph, &fit);
    options = pgo_get_default_fit_options();
    options.operation_limit = 1000;
    fit = fit_program(program, &options, &arena);
    assert_true(fit.reached_limit);
    assert_consistent(&program->graph, &fit);
    pprof_arena_free(&arena);
}

static void ten_thousand_blocks_stay_within_the_limit(void **state) {
    (void)state;
    pprof_arena arena = {0};
    random_program *program = make_program(6, 10000, 300, &arena);
    sample_program(program, 50000, &REAL_ERRORS);
    pgo_fit_options options = pgo_get_default_fit_options();
    pgo_fit fit = fit_program(program, &options, &arena);
    assert_false(fit.reached_limit);
    assert_consistent(&program->graph, &fit);
    pprof_arena_free(&arena);
}

/* ---- random programs ---- */

typedef struct agreement {
    double overlap, agree, probability, entry; /* sums over programs, as facts about PGO define them */
    uint32_t count;
} agreement;

static void add_agreement(agreement *agreement, const random_program *program, const pgo_fit *fit) {
    const pgo_graph *graph = &program->graph;
    double true_sum = 0, sum = 0, overlap = 0, weight = 0, agree = 0, distance = 0;
    for (uint32_t b = 0; b < graph->block_count; b++) {
        true_sum += program->frequency[b];
        sum += fit->block_frequency[b];
    }
    for (uint32_t b = 0; b < graph->block_count; b++) {
        double share = program->frequency[b] / true_sum, fitted = fit->block_frequency[b] / sum;
        uint32_t first = graph->first_successor[b], end = graph->first_successor[b + 1];
        uint32_t likeliest = first, true_likeliest = first;
        overlap += share < fitted ? share : fitted;
        if (end - first < 2) continue;
        weight += share;
        for (uint32_t e = first; e < end; e++) {
            if (fit->edge_probability[e] > fit->edge_probability[likeliest]) likeliest = e;
            if (program->truth[e] > program->truth[true_likeliest]) true_likeliest = e;
            distance += share * fabs(fit->edge_probability[e] - program->truth[e]) / 2;
        }
        if (graph->successors[likeliest] == graph->successors[true_likeliest]) agree += share;
    }
    if (weight <= 0) return;
    agreement->overlap += overlap;
    agreement->agree += agree / weight;
    agreement->probability += 1 - distance / weight;
    double rate = fit->entry_rate / program->rate;
    agreement->entry += rate < 1 ? rate : 1 / rate;
    agreement->count++;
}

static agreement measure(uint64_t seed, uint32_t programs, double samples, const sample_errors *errors,
                         const pgo_fit_options *options) {
    agreement total = {0};
    random_source sizes = {seed};
    for (uint32_t i = 0; i < programs; i++) {
        pprof_arena arena = {0};
        uint32_t size = 4 + (uint32_t)pgo_exp(5.5 * random_share(&sizes));
        random_program *program = make_program(seed + i, size, 20, &arena);
        sample_program(program, samples * (1 + size / 60.), errors);
        pgo_fit fit = fit_program(program, options, &arena);
        assert_consistent(&program->graph, &fit);
        add_agreement(&total, program, &fit);
        pprof_arena_free(&arena);
    }
    total.overlap /= total.count;
    total.agree /= total.count;
    total.probability /= total.count;
    total.entry /= total.count;
    print_message("%8g samples: overlap %.3f agree %.3f 1-TV %.3f entry %.3f\n", samples, total.overlap, total.agree,
                  total.probability, total.entry);
    return total;
}

/* Costs known, no samples lost, hardly a prior: the truth comes out. */
static void true_probabilities_are_recovered(void **state) {
    (void)state;
    pgo_fit_options options = pgo_get_default_fit_options();
    options.prior_strength = 0.1;
    options.evidence_limit = options.whole_function_limit = 100;
    options.iteration_limit = 3000;
    options.tolerance = 1e-5;
    agreement agreement = measure(100, 60, 1e6, &NO_ERRORS, &options);
    assert_true(agreement.overlap > 0.99 && agreement.agree > 0.98);
    assert_true(agreement.probability > 0.98 && agreement.entry > 0.97);
}

/* With the errors that samples have, and few of them, the fit still is far nearer to the truth than the prediction. */
static void errors_leave_most_of_the_truth(void **state) {
    (void)state;
    pgo_fit_options options = pgo_get_default_fit_options();
    const double counts[] = {10, 100, 1000, 10000}, least_overlap[] = {0.8, 0.85, 0.86, 0.86};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        agreement agreement = measure(200, 150, counts[i], &REAL_ERRORS, &options);
        assert_true(agreement.overlap > least_overlap[i]);
        assert_true(agreement.agree > 0.79 && agreement.probability > 0.82 && agreement.entry > 0.55);
    }
}

/* ---- the objective ---- */

/* The gradient is what differences of the value say it is. */
static void the_gradient_is_right(void **state) {
    (void)state;
    for (uint64_t seed = 1; seed <= 12; seed++) {
        pprof_arena arena = {0};
        pprof_status status = {0};
        random_program *program = make_program(seed, 40, 8, &arena);
        sample_program(program, 300, &REAL_ERRORS);
        pgo_fit_options options = pgo_get_default_fit_options();
        options.entry_target = program->rate;
        options.entry_weight = 2;
        pgo_problem problem;
        pgo_fit_state fit;
        assert_true(pgo_build_problem(&program->graph, program->observations, program->observation_count,
                                      program->terms, &options, &arena, &problem, &status));
        assert_true(pgo_start_objective(&fit, &problem, &options, &arena, &status));
        double *at = pprof_arena_allocate(&arena, problem.unknown_count, sizeof(double));
        double *gradient = pprof_arena_allocate(&arena, problem.unknown_count, sizeof(double));
        double *scrap = pprof_arena_allocate(&arena, problem.unknown_count, sizeof(double));
        pgo_find_frequencies(&fit, at);
        pgo_weigh_evidence(&fit);
        fit.rate_scale = 3;
        at[0] = 3 * pgo_log(program->rate);
        for (uint32_t u = 1; u < problem.unknown_count; u++) at[u] = random_normal(&program->random);
        (void)pgo_evaluate_fit(&fit, at, gradient);
        for (uint32_t u = 0; u < problem.unknown_count; u++) {
            const double step = 1e-5;
            double kept = at[u];
            at[u] = kept + step;
            double above = pgo_evaluate_fit(&fit, at, scrap);
            at[u] = kept - step;
            double below = pgo_evaluate_fit(&fit, at, scrap);
            at[u] = kept;
            assert_near(gradient[u], (above - below) / (2 * step), 1e-5 * (1 + fabs(gradient[u])));
        }
        pprof_arena_free(&arena);
    }
}

/* ---- determinism ---- */

static uint64_t hash_double(uint64_t hash, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    for (int i = 0; i < 64; i += 8) hash = (hash ^ (bits >> i & 0xff)) * 0x100000001b3; /* FNV-1a */
    return hash;
}

/* The same bits from every compiler, at every level, on every machine. If a change of the fit is meant, so is a new
 * constant; a constant that differs between two builds is a bug (contraction, libm, wider intermediates). */
static void every_machine_gives_the_same_bits(void **state) {
    (void)state;
    uint64_t hash = 0xcbf29ce484222325;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        pprof_arena arena = {0};
        random_program *program = make_program(seed, (uint32_t)(10 * seed), 12, &arena);
        sample_program(program, 2000, &REAL_ERRORS);
        pgo_fit_options options = pgo_get_default_fit_options();
        pgo_fit fit = fit_program(program, &options, &arena);
        hash = hash_double(hash, fit.entry_rate);
        for (uint32_t b = 0; b < program->graph.block_count; b++) hash = hash_double(hash, fit.block_frequency[b]);
        for (uint32_t e = 0; e < program->graph.first_successor[program->graph.block_count]; e++)
            hash = hash_double(hash, fit.edge_probability[e]);
        pprof_arena_free(&arena);
    }
    if (hash != 0xad8530bc7eda8219) fail_msg("the fits hash to 0x%016llx", (unsigned long long)hash);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_earlier_fit_is_a_start),
        cmocka_unit_test(limits_stop_the_fit_and_say_so),
        cmocka_unit_test(ten_thousand_blocks_stay_within_the_limit),
        cmocka_unit_test(true_probabilities_are_recovered),
        cmocka_unit_test(errors_leave_most_of_the_truth),
        cmocka_unit_test(the_gradient_is_right),
        cmocka_unit_test(every_machine_gives_the_same_bits),
    };
    return cmocka_run_group_tests_name("pgo_infer_random", tests, NULL, NULL);
}
