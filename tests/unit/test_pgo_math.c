/* exp and log (plugin/exact_math.c), the linear solver (flow_order.c, flow_solve.c) and the minimizer (minimize.c). */
#include "random_program.h"

#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance * (1 + fabs(expected))))
        fail_msg("%.17g is not within %g of %.17g", value, tolerance, expected);
}

static void exp_and_log_know_their_constants(void **state) {
    (void)state;
    assert_true(pgo_exp(0) == 1);
    assert_true(pgo_log(1) == 0);
    assert_near(pgo_exp(1), 2.718281828459045235, 4e-16);
    assert_near(pgo_exp(-11), 1.670170079024565931e-5, 4e-16);
    assert_near(pgo_exp(100) / 2.688117141816135448e43, 1, 4e-16);
    assert_near(pgo_log(2), 0.6931471805599453094, 2e-16);
    assert_near(pgo_log(10), 2.302585092994045684, 4e-16);
    assert_near(pgo_log(1e-100), -230.2585092994045684, 4e-16);
    assert_near(pgo_log(1 + 0x1p-30) * 0x1p30, 1 - 0x1p-31, 1e-9);
}

static void exp_and_log_undo_each_other(void **state) {
    (void)state;
    random_source random = {1};
    for (int i = 0; i < 20000; i++) {
        double x = (random_share(&random) - 0.5) * 1390, y = (random_share(&random) - 0.5) * 4;
        assert_near(pgo_log(pgo_exp(x)), x, 1e-15);
        assert_near(pgo_exp(x + y) / (pgo_exp(x) * pgo_exp(y)), 1, fabs(x) * 1e-15 + 1e-15);
    }
}

static void exp_and_log_answer_anything(void **state) {
    (void)state;
    const double odd[] = {NAN, INFINITY, -INFINITY, DBL_MAX, -DBL_MAX, DBL_MIN, 0x1p-1074, -0.0, 0, -1};
    for (size_t i = 0; i < sizeof odd / sizeof odd[0]; i++) {
        assert_true(isfinite(pgo_exp(odd[i])) && pgo_exp(odd[i]) > 0);
        assert_true(isfinite(pgo_log(odd[i])));
    }
}

/* ---- the solver ---- */

/* The flow graph of random edges: [degree] per node, node 0 reaching whatever it reaches. */
static void make_flow_graph(pgo_flow_graph *graph, double **probability, uint32_t nodes, uint32_t degree, double loss,
                            random_source *random, pprof_arena *arena) {
    *graph = (pgo_flow_graph){.node_count = nodes};
    graph->first_edge = pprof_arena_allocate(arena, nodes + 1, sizeof(uint32_t));
    graph->target = pprof_arena_allocate(arena, (size_t)nodes * degree, sizeof(uint32_t));
    graph->loss = pprof_arena_allocate(arena, (size_t)nodes * degree, sizeof(double));
    *probability = pprof_arena_allocate(arena, (size_t)nodes * degree, sizeof(double));
    for (uint32_t n = 0; n < nodes; n++) {
        uint32_t first = graph->edge_count;
        double sum = 0;
        for (uint32_t i = 0; i < degree && random_below(random, 20) != 0; i++) {
            uint32_t target = random_below(random, nodes), e = first;
            while (e < graph->edge_count && graph->target[e] != target) e++;
            if (e < graph->edge_count) continue;
            graph->target[e] = target;
            graph->loss[e] = loss;
            sum += (*probability)[e] = random_share(random) + 0.01;
            graph->edge_count++;
        }
        for (uint32_t e = first; e < graph->edge_count; e++) (*probability)[e] /= sum;
        graph->first_edge[n + 1] = graph->edge_count;
    }
}

static void check_flow(const pgo_flow_graph *graph, const double *probability, random_source *random,
                       pprof_arena *arena) {
    pprof_status status = {0};
    pgo_flow flow;
    bool too_tangled;
    assert_true(pgo_plan_flow(graph, 1000000, arena, &flow, &too_tangled, &status));
    assert_false(too_tangled);
    uint32_t nodes = graph->node_count;
    double *frequency = pprof_arena_allocate(arena, nodes, sizeof(double));
    double *inflow = pprof_arena_allocate(arena, nodes, sizeof(double));
    double *worth = pprof_arena_allocate(arena, nodes, sizeof(double));
    double *value = pprof_arena_allocate(arena, nodes, sizeof(double));
    pgo_factor_flow(&flow, probability);
    pgo_solve_frequency(&flow, frequency);
    double total = 0;
    for (uint32_t n = 0; n < nodes; n++) total += frequency[n] * (worth[n] = value[n] = random_share(random));
    pgo_solve_value(&flow, value);

    inflow[0] = 1;
    for (uint32_t n = 0; n < nodes; n++) {
        double outflow = worth[n];
        for (uint32_t e = graph->first_edge[n]; e < graph->first_edge[n + 1]; e++) {
            double passed = probability[e] * (1 - graph->loss[e]);
            inflow[graph->target[e]] += frequency[n] * passed;
            outflow += value[graph->target[e]] * passed;
        }
        assert_near(value[n], outflow, 1e-10);
    }
    for (uint32_t n = 0; n < nodes; n++) assert_near(frequency[n], inflow[n], 1e-10);
    assert_near(value[0], total, 1e-10); /* the two solutions are adjoint */
}

static void flow_in_is_flow_out(void **state) {
    (void)state;
    random_source random = {2};
    for (uint32_t round = 0; round < 300; round++) {
        pprof_arena arena = {0};
        pgo_flow_graph graph;
        double *probability;
        make_flow_graph(&graph, &probability, 1 + random_below(&random, 60), 1 + random_below(&random, 5), 1e-6,
                        &random, &arena);
        check_flow(&graph, probability, &random, &arena);
        pprof_arena_free(&arena);
    }
}

/* Nothing is subtracted, so even a loop that is left once in 10^12 rounds is exact. */
static void long_loops_lose_no_digits(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_status status = {0};
    uint32_t first_edge[] = {0, 1, 3, 4, 4}, target[] = {1, 2, 3, 1};
    double loss[] = {0, 0, 0, 0}, frequency[4];
    pgo_flow_graph graph = {4, 4, first_edge, target, loss};
    pgo_flow flow;
    bool too_tangled;
    assert_true(pgo_plan_flow(&graph, 100, &arena, &flow, &too_tangled, &status));
    pgo_factor_flow(&flow, (double[]){1, 1 - 1e-12, 1e-12, 1});
    pgo_solve_frequency(&flow, frequency);
    assert_near(frequency[1] / 1e12, 1, 1e-15);
    assert_near(frequency[3], 1, 1e-15);
    pprof_arena_free(&arena);
}

static void tangled_graphs_are_refused(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_status status = {0};
    random_source random = {3};
    pgo_flow_graph graph;
    pgo_flow flow;
    bool too_tangled;
    double *probability;
    make_flow_graph(&graph, &probability, 2000, 8, 1e-6, &random, &arena);
    assert_true(pgo_plan_flow(&graph, 100000, &arena, &flow, &too_tangled, &status));
    assert_true(too_tangled);
    pprof_arena_free(&arena);
}

/* A switch of a thousand cases in a loop takes work in proportion to its cases, not to their square. */
static void switches_stay_cheap(void **state) {
    (void)state;
    enum { CASES = 1000 };
    pprof_arena arena = {0};
    pprof_status status = {0};
    uint32_t first_edge[CASES + 5], target[2 * CASES + 4], edge = 0;
    double loss[2 * CASES + 4] = {0};
    /* 0 entry, 1 dispatch, 2 latch, 3 exit, 4… cases */
    uint32_t begin[] = {0, 1, 1 + CASES, 3 + CASES, 3 + CASES};
    memcpy(first_edge, begin, sizeof begin);
    target[edge++] = 1;
    for (uint32_t c = 0; c < CASES; c++) target[edge++] = 4 + c;
    target[edge++] = 1;
    target[edge++] = 3;
    for (uint32_t c = 0; c < CASES; c++) {
        target[edge++] = 2;
        first_edge[5 + c] = edge;
    }
    pgo_flow_graph graph = {CASES + 4, edge, first_edge, target, loss};
    pgo_flow flow;
    bool too_tangled;
    assert_true(pgo_plan_flow(&graph, 10000, &arena, &flow, &too_tangled, &status));
    assert_false(too_tangled);
    assert_true(flow.slot_count < 3 * CASES);
    pprof_arena_free(&arena);
}

/* ---- the minimizer ---- */

/* Rosenbrock's valley in many dimensions. */
static double find_valley(void *context, const double *x, double *gradient) {
    uint32_t count = *(const uint32_t *)context;
    double sum = 0;
    for (uint32_t i = 0; i < count; i++) gradient[i] = 0;
    for (uint32_t i = 0; i + 1 < count; i++) {
        double slope = 1 - x[i], height = x[i + 1] - x[i] * x[i];
        sum += slope * slope + 100 * height * height;
        gradient[i] += -2 * slope - 400 * height * x[i];
        gradient[i + 1] += 200 * height;
    }
    return sum;
}

static void minimizer_walks_the_valley(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_status status = {0};
    uint32_t count = 20;
    double point[20] = {0};
    pgo_minimum minimum;
    assert_true(pgo_minimize(find_valley, &count, count, point, 1e-20, 1000, &arena, &minimum, &status));
    assert_false(minimum.reached_limit);
    for (uint32_t i = 0; i < count; i++) assert_near(point[i], 1, 1e-6);
    pprof_arena_free(&arena);
}

static void minimizer_stops_at_its_limit(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_status status = {0};
    uint32_t count = 20;
    double point[20] = {0}, gradient[20], before = find_valley(&count, point, gradient);
    pgo_minimum minimum;
    assert_true(pgo_minimize(find_valley, &count, count, point, 1e-20, 9, &arena, &minimum, &status));
    assert_true(minimum.reached_limit);
    assert_int_equal(minimum.evaluations, 9);
    assert_true(minimum.value < before && minimum.value == find_valley(&count, point, gradient));
    pprof_arena_free(&arena);
}

/* What a function that breaks outside a region does to a step: it is shortened. */
static double find_log_valley(void *context, const double *x, double *gradient) {
    (void)context;
    gradient[0] = 1 - 1 / x[0];
    return x[0] > 0 ? x[0] - pgo_log(x[0]) : (double)NAN;
}

static void minimizer_steps_back_from_nan(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_status status = {0};
    double point[] = {30};
    pgo_minimum minimum;
    assert_true(pgo_minimize(find_log_valley, NULL, 1, point, 1e-14, 200, &arena, &minimum, &status));
    assert_near(point[0], 1, 1e-5);
    pprof_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exp_and_log_know_their_constants),
        cmocka_unit_test(exp_and_log_undo_each_other),
        cmocka_unit_test(exp_and_log_answer_anything),
        cmocka_unit_test(flow_in_is_flow_out),
        cmocka_unit_test(long_loops_lose_no_digits),
        cmocka_unit_test(tangled_graphs_are_refused),
        cmocka_unit_test(switches_stay_cheap),
        cmocka_unit_test(minimizer_walks_the_valley),
        cmocka_unit_test(minimizer_stops_at_its_limit),
        cmocka_unit_test(minimizer_steps_back_from_nan),
    };
    return cmocka_run_group_tests_name("pgo_math", tests, NULL, NULL);
}
