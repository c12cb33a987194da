/* The fit of frequencies to samples, plugin/infer.c and what it is made of, on small control flows made by hand. What
 * random programs tell of it: test_pgo_infer_random.c. */
#include "fit_support.h"

#include <string.h>

/* ---- small control flows by hand ---- */

enum { BLOCKS = 16, EDGES = 2048, OBSERVATIONS = 32 };

typedef struct fixture {
    pprof_arena arena;
    pprof_status status;
    pgo_graph graph;
    uint32_t first_successor[BLOCKS + 1], successors[EDGES];
    double probability[EDGES];
    pgo_observation observations[OBSERVATIONS];
    pgo_term terms[OBSERVATIONS];
    uint32_t observation_count, term_count;
    pgo_fit_options options;
    pgo_fit fit;
} fixture;

static fixture *make_fixture(void) {
    fixture *f = test_calloc(1, sizeof *f);
    f->graph.first_successor = f->first_successor;
    f->graph.successors = f->successors;
    f->graph.probability = f->probability;
    f->options = pgo_get_default_fit_options();
    return f;
}

static void free_fixture(fixture *f) {
    pprof_arena_free(&f->arena);
    test_free(f);
}

/* Blocks are added in order. */
static void add_successors(fixture *f, uint32_t count, const uint32_t *successors, const double *probability) {
    uint32_t first = f->first_successor[f->graph.block_count];
    memcpy(f->successors + first, successors, count * sizeof *successors);
    memcpy(f->probability + first, probability, count * sizeof *probability);
    f->first_successor[++f->graph.block_count] = first + count;
}

static void add_exit(fixture *f) {
    add_successors(f, 0, (uint32_t[]){0}, (double[]){0});
}
static void add_jump(fixture *f, uint32_t to) {
    add_successors(f, 1, &to, (double[]){1});
}
static void add_branch(fixture *f, uint32_t first, uint32_t second, double probability) {
    add_successors(f, 2, (uint32_t[]){first, second}, (double[]){probability, 1 - probability});
}

static void observe(fixture *f, double samples, uint32_t block, double cost) {
    f->terms[f->term_count] = (pgo_term){block, cost};
    f->observations[f->observation_count++] =
        (pgo_observation){.samples = samples, .first_term = f->term_count++, .term_count = 1};
}

/* All samples so far against all costs so far. */
static void observe_whole(fixture *f) {
    double samples = 0;
    uint32_t count = f->term_count;
    for (uint32_t o = 0; o < f->observation_count; o++) samples += f->observations[o].samples;
    for (uint32_t t = 0; t < count; t++) f->terms[f->term_count++] = f->terms[t];
    f->observations[f->observation_count++] =
        (pgo_observation){.samples = samples, .first_term = count, .term_count = count, .is_whole_function = true};
}

static void fit(fixture *f) {
    if (!pgo_fit_frequencies(&f->graph, f->observations, f->observation_count, f->terms, &f->options, &f->arena,
                             &f->fit, &f->status))
        fail_msg("%s", f->status.message);
}

/* 0 ─▶ 1 or 2 ─▶ 3 */
static fixture *make_diamond(double probability) {
    fixture *f = make_fixture();
    add_branch(f, 1, 2, probability);
    add_jump(f, 3);
    add_jump(f, 3);
    add_exit(f);
    return f;
}

/* ---- what the samples say, and what they do not ---- */

static void without_samples_the_prediction_stands(void **state) {
    (void)state;
    fixture *f = make_diamond(0.375);
    observe(f, 0, 1, 10);
    observe(f, 0, 2, 10);
    observe_whole(f);
    fit(f);
    for (uint32_t e = 0; e < 4; e++) assert_true(f->fit.edge_probability[e] == f->probability[e]);
    assert_near(f->fit.block_frequency[1], 0.375, 1e-11);
    assert_true(f->fit.entry_rate == 0);
    assert_int_equal(f->fit.iterations, 0);
    free_fixture(f);
}

static void many_samples_overrule_the_prediction(void **state) {
    (void)state;
    fixture *f = make_diamond(0.99);
    observe(f, 1000, 0, 10);
    observe(f, 10, 1, 10);
    observe(f, 990, 2, 10);
    observe(f, 1000, 3, 10);
    observe_whole(f);
    f->options.prior_strength = 1e-3;
    fit(f);
    assert_near(f->fit.edge_probability[1], 0.99, 0.005);
    assert_near(f->fit.entry_rate, 100, 5);
    assert_consistent(&f->graph, &f->fit);
    free_fixture(f);
}

/* A diamond with static probability a half, all costs alike. */
static double fit_diamond(double left, double right, double cost, double prior_strength) {
    fixture *f = make_diamond(0.5);
    observe(f, left + right, 0, cost);
    observe(f, left, 1, cost);
    observe(f, right, 2, cost);
    observe(f, left + right, 3, cost);
    observe_whole(f);
    f->options.prior_strength = prior_strength;
    fit(f);
    double probability = f->fit.edge_probability[0];
    free_fixture(f);
    return probability;
}

static void evidence_grows_with_samples_and_cost(void **state) {
    (void)state;
    double few = fit_diamond(1, 0, 20, 1), some = fit_diamond(10, 0, 20, 1), many = fit_diamond(100, 0, 20, 1);
    assert_true(0.5 < few && few < some && some < many && many < 1);
    assert_true(few < 0.75 && many > 0.85);
    double cheap = fit_diamond(40, 10, 0.4, 1), dear = fit_diamond(40, 10, 20, 1);
    assert_true(0.5 < cheap && cheap < dear && dear < 0.8);
    assert_true(cheap < 0.7); /* the samples say 0.8 */
    assert_near(fit_diamond(30, 30, 20, 1), 0.5, 1e-6);
}

static void a_strong_prior_holds_a_weak_one_yields(void **state) {
    (void)state;
    assert_near(fit_diamond(90, 10, 20, 1000), 0.5, 0.01);
    assert_near(fit_diamond(90, 10, 20, 0.01), 0.9, 0.03);
}

static void loops_find_their_trip_count(void **state) {
    (void)state;
    fixture *f = make_fixture(); /* 0 ─▶ 1 header ─▶ 2 body ─▶ 1, 1 ─▶ 3 */
    add_jump(f, 1);
    add_branch(f, 2, 3, 0.96875);
    add_jump(f, 1);
    add_exit(f);
    observe(f, 2000, 0, 10);
    observe(f, 7000, 1, 7);
    observe(f, 8000, 2, 10);
    observe(f, 2000, 3, 10);
    observe_whole(f);
    fit(f);
    assert_near(f->fit.block_frequency[2], 4, 1);
    assert_consistent(&f->graph, &f->fit);
    free_fixture(f);
}

static void the_entry_is_drawn_to_its_target(void **state) {
    (void)state;
    fixture *f = make_fixture(); /* a loop hides how often it was entered */
    add_jump(f, 1);
    add_branch(f, 1, 2, 0.96875);
    add_exit(f);
    observe(f, 1000, 1, 10);
    observe_whole(f);
    fit(f);
    double alone = f->fit.entry_rate;
    f->options.entry_target = alone * 20;
    f->options.entry_weight = 4;
    fit(f);
    assert_true(f->fit.entry_rate > alone * 3 && f->fit.entry_rate < alone * 20);
    assert_consistent(&f->graph, &f->fit);
    free_fixture(f);
}

static void a_target_without_samples_sets_the_rate(void **state) {
    (void)state;
    fixture *f = make_diamond(0.25);
    f->options.entry_target = 7;
    f->options.entry_weight = 4;
    fit(f);
    assert_near(f->fit.entry_rate, 7, 1e-9);
    assert_near(f->fit.edge_probability[0], 0.25, 1e-12);
    free_fixture(f);
}

/* ---- odd control flow ---- */

static void a_single_block_has_a_rate(void **state) {
    (void)state;
    fixture *f = make_fixture();
    add_exit(f);
    observe(f, 1, 0, 4);
    observe_whole(f);
    fit(f);
    assert_near(f->fit.entry_rate, 0.25, 0.01);
    assert_true(f->fit.block_frequency[0] == 1);
    free_fixture(f);
}

static void endless_loops_are_finite(void **state) {
    (void)state;
    fixture *f = make_fixture(); /* 0 ─▶ 1 ⟲, 0 ─▶ 2 ─▶ 3 ─▶ 2: no way out anywhere */
    add_branch(f, 1, 2, 0.5);
    add_jump(f, 1);
    add_jump(f, 3);
    add_jump(f, 2);
    observe(f, 50, 1, 3);
    observe(f, 150, 3, 3);
    observe_whole(f);
    fit(f);
    assert_consistent(&f->graph, &f->fit);
    assert_true(f->fit.block_frequency[3] > f->fit.block_frequency[1]);
    assert_true(f->fit.block_frequency[3] <= 1e6);
    free_fixture(f);
}

static void irreducible_flow_is_solved(void **state) {
    (void)state;
    fixture *f = make_fixture(); /* a loop with two entries: 0 ─▶ 1, 0 ─▶ 2, 1 ⇄ 2, both leave for 3 */
    add_branch(f, 1, 2, 0.5);
    add_branch(f, 2, 3, 0.9);
    add_branch(f, 1, 3, 0.9);
    add_exit(f);
    observe(f, 100, 0, 10);
    observe(f, 400, 1, 10);
    observe(f, 500, 2, 10);
    observe_whole(f);
    fit(f);
    assert_consistent(&f->graph, &f->fit);
    assert_true(f->fit.block_frequency[2] > f->fit.block_frequency[1]);
    free_fixture(f);
}

static void unreached_blocks_stay_out(void **state) {
    (void)state;
    fixture *f = make_diamond(0.5);
    add_branch(f, 3, 4, 0.3); /* block 4: nobody goes there; its samples are a mistake */
    observe(f, 900, 4, 10);
    observe(f, 30, 1, 10);
    observe(f, 10, 2, 10);
    observe_whole(f);
    fit(f);
    assert_true(f->fit.block_frequency[4] == 0 && f->fit.edge_probability[4] == 0.3);
    assert_true(f->fit.edge_probability[0] > 0.5);
    assert_consistent(&f->graph, &f->fit);
    free_fixture(f);
}

static void cases_with_one_target_are_one_edge(void **state) {
    (void)state;
    enum { CASES = 500 };
    fixture *f = make_fixture(); /* 0: cases 0 … 399 ─▶ 1, 400 … 498 ─▶ 2, the last and impossible one ─▶ 3 */
    uint32_t successors[CASES];
    double probability[CASES];
    for (uint32_t c = 0; c < CASES; c++) {
        successors[c] = c < 400 ? 1 : c < 499 ? 2 : 3;
        probability[c] = c == 499 ? 0 : 1. / 499;
    }
    add_successors(f, CASES, successors, probability);
    add_jump(f, 3);
    add_jump(f, 3);
    add_exit(f);
    fit(f);
    assert_near(f->fit.block_frequency[1], 400. / 499, 1e-12);
    observe(f, 200, 1, 10);
    observe(f, 800, 2, 10);
    observe_whole(f);
    fit(f);
    assert_consistent(&f->graph, &f->fit);
    assert_true(f->fit.block_frequency[2] > 0.6);
    assert_true(f->fit.edge_probability[0] == f->fit.edge_probability[399]);
    assert_true(f->fit.edge_probability[400] > f->fit.edge_probability[0]);
    assert_true(f->fit.edge_probability[499] > 0 && f->fit.edge_probability[499] < 0.01);
    free_fixture(f);
}

static void hostile_numbers_end_as_numbers(void **state) {
    (void)state;
    const double odd[] = {NAN, INFINITY, -INFINITY, -1, 1e308, 1e-308, 0, 0x1p64};
    enum { ODD = sizeof odd / sizeof odd[0] };
    for (uint32_t i = 0; i < ODD * ODD * ODD; i++) {
        fixture *f = make_fixture();
        double first = odd[i % ODD], second = odd[i / ODD % ODD], third = odd[i / ODD / ODD];
        add_successors(f, 3, (uint32_t[]){1, 2, 0}, (double[]){first, second, third});
        add_branch(f, 2, 3, first);
        add_jump(f, 1);
        add_exit(f);
        observe(f, third, 1, first);
        observe(f, second, 2, third);
        observe(f, first, 3, second);
        observe(f, 3, 1, 2);
        observe_whole(f);
        f->options.prior_strength = third;
        f->options.entry_target = second;
        f->options.entry_weight = i % 2 == 0 ? 4 : 0;
        fit(f);
        assert_consistent(&f->graph, &f->fit);
        free_fixture(f);
    }
}

/* Every block may go to every other: refused, with what was predicted. */
static void a_tangle_is_left_as_predicted(void **state) {
    (void)state;
    const uint32_t count = 400;
    pprof_arena arena = {0};
    pprof_status status = {0};
    pgo_graph graph = {.block_count = count};
    graph.first_successor = pprof_arena_allocate(&arena, count + 1, sizeof(uint32_t));
    graph.successors = pprof_arena_allocate(&arena, (size_t)count * count, sizeof(uint32_t));
    graph.probability = pprof_arena_allocate(&arena, (size_t)count * count, sizeof(double));
    for (uint32_t b = 0; b < count; b++) {
        graph.first_successor[b + 1] = (b + 1) * count;
        for (uint32_t s = 0; s < count; s++) {
            graph.successors[b * count + s] = s;
            graph.probability[b * count + s] = 1.0 / count;
        }
    }
    pgo_term term = {7, 10};
    pgo_observation observation = {.samples = 100, .term_count = 1};
    pgo_fit_options options = pgo_get_default_fit_options();
    pgo_fit fit;
    assert_true(pgo_fit_frequencies(&graph, &observation, 1, &term, &options, &arena, &fit, &status));
    assert_true(fit.reached_limit);
    assert_null(fit.block_frequency);
    assert_near(fit.edge_probability[12345], 1.0 / count, 1e-12);
    pprof_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_samples_the_prediction_stands),
        cmocka_unit_test(many_samples_overrule_the_prediction),
        cmocka_unit_test(evidence_grows_with_samples_and_cost),
        cmocka_unit_test(a_strong_prior_holds_a_weak_one_yields),
        cmocka_unit_test(loops_find_their_trip_count),
        cmocka_unit_test(the_entry_is_drawn_to_its_target),
        cmocka_unit_test(a_target_without_samples_sets_the_rate),
        cmocka_unit_test(a_single_block_has_a_rate),
        cmocka_unit_test(endless_loops_are_finite),
        cmocka_unit_test(irreducible_flow_is_solved),
        cmocka_unit_test(unreached_blocks_stay_out),
        cmocka_unit_test(cases_with_one_target_are_one_edge),
        cmocka_unit_test(hostile_numbers_end_as_numbers),
        cmocka_unit_test(a_tangle_is_left_as_predicted),
    };
    return cmocka_run_group_tests_name("pgo_infer", tests, NULL, NULL);
}
