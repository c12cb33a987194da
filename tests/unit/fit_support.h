/* What every fit must be, however it came about; for the tests of plugin/infer.c. */
#ifndef FIT_SUPPORT_H
#define FIT_SUPPORT_H

#include "fit.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static inline void assert_near(double value, double expected, double tolerance) {
    if (!(fabs(value - expected) <= tolerance)) fail_msg("%.17g is not within %g of %.17g", value, tolerance, expected);
}

/* Everything finite, probabilities of a block sum to 1, flow in is flow out but for what loops lose by design. */
static inline void assert_consistent(const pgo_graph *graph, const pgo_fit *fit) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pgo_fit_options options = pgo_get_default_fit_options();
    pgo_problem problem;
    assert_true(pgo_build_problem(graph, NULL, 0, NULL, &options, &arena, &problem, &status));
    double *inflow = pprof_arena_allocate(&arena, graph->block_count, sizeof *inflow);
    assert_non_null(fit->block_frequency);
    assert_true(isfinite(fit->entry_rate) && fit->entry_rate >= 0);
    inflow[0] = 1;
    for (uint32_t b = 0; b < graph->block_count; b++) {
        double sum = 0;
        assert_true(isfinite(fit->block_frequency[b]) && fit->block_frequency[b] >= 0);
        assert_true((problem.node_of_block[b] == PGO_NONE) <= (fit->block_frequency[b] == 0));
        if (problem.node_of_block[b] == PGO_NONE) continue;
        for (uint32_t s = graph->first_successor[b]; s < graph->first_successor[b + 1]; s++) {
            double loss = problem.flow_graph.loss[problem.edge_of_successor[s]];
            assert_true(loss <= 1e-6 && fit->edge_probability[s] >= 0 && fit->edge_probability[s] <= 1);
            sum += fit->edge_probability[s];
            inflow[graph->successors[s]] += fit->block_frequency[b] * fit->edge_probability[s] * (1 - loss);
        }
        if (graph->first_successor[b] < graph->first_successor[b + 1]) assert_near(sum, 1, 1e-9);
    }
    for (uint32_t b = 0; b < graph->block_count; b++) assert_near(fit->block_frequency[b], inflow[b], 1e-9 * inflow[b]);
    pprof_arena_free(&arena);
}

#endif
