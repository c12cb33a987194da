/* The loops that samples may call short, and those that they may not: plugin/trips.c. */
#include "plugin.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

enum { BLOCK_LIMIT = 8, EDGE_LIMIT = 16 };

/* A function of a few blocks, in the making. */
typedef struct fixture {
    pprof_arena arena;
    pprof_status status;
    uint32_t first_successor[BLOCK_LIMIT + 1], successors[EDGE_LIMIT];
    double probability[EDGE_LIMIT], result[EDGE_LIMIT], frequency[BLOCK_LIMIT];
    bool is_refused; /* by LLVM: no loop may be vectorized */
    pgo_term terms[EDGE_LIMIT];
    pgo_observation observations[EDGE_LIMIT];
    pgo_function function;
    pgo_raised_loops raised;
} fixture;

static void add_block(fixture *f, double frequency) {
    uint32_t block = f->function.graph.block_count++;
    f->frequency[block] = frequency;
    f->first_successor[block + 1] = f->first_successor[block];
}

/* An edge from the block added last. */
static void add_edge(fixture *f, uint32_t target, double probability) {
    uint32_t edge = f->first_successor[f->function.graph.block_count]++;
    f->successors[edge] = target;
    f->probability[edge] = probability;
}

/* A location of the block; the fit explains its [samples], and with the last one's rate the others'. */
static void observe(fixture *f, uint32_t block, double samples) {
    uint32_t index = f->function.observation_count++;
    f->terms[index] = (pgo_term){.block = block, .cost = 10};
    f->observations[index] = (pgo_observation){.samples = samples, .first_term = index, .term_count = 1};
    f->function.entry_rate = f->function.sampled_rate = samples / (10 * f->frequency[block]);
}

static bool may_vectorize(void *context, uint32_t header, const uint32_t *body, uint32_t body_count) {
    const fixture *f = context;
    assert_int_equal(body[0], header);
    assert_true(body_count <= f->function.graph.block_count);
    return !f->is_refused;
}

static void raise_trips(fixture *f) {
    f->function.graph.first_successor = f->first_successor;
    f->function.graph.successors = f->successors;
    f->function.edge_probability = f->probability;
    f->function.block_frequency = f->frequency;
    f->function.observations = f->observations;
    f->function.terms = f->terms;
    const pgo_loop_question question = {may_vectorize, f};
    assert_true(pgo_raise_uncertain_trips(&f->function, &question, &f->arena, f->result, &f->raised, &f->status));
    pprof_arena_free(&f->arena);
}

/* entry; while (header) body; exit, with the header visited [visits] times per entry. */
static fixture make_while_loop(double visits) {
    fixture f = {0};
    add_block(&f, 1);
    add_edge(&f, 1, 1);
    add_block(&f, visits);
    add_edge(&f, 2, 1 - 1 / visits);
    add_edge(&f, 3, 1 / visits);
    add_block(&f, visits - 1);
    add_edge(&f, 1, 1);
    add_block(&f, 1);
    return f;
}

static void assert_visits(double exit_probability, double visits) {
    assert_true(fabs(1 / exit_probability - visits) < 1e-9);
}

static void a_short_loop_on_few_samples_is_raised(void **state) {
    (void)state;
    fixture f = make_while_loop(8);
    observe(&f, 2, 3);
    observe(&f, 3, 1);
    raise_trips(&f);
    assert_int_equal(f.raised.count, 1);
    assert_true(fabs(f.raised.least_visits - 8) < 1e-9);
    assert_visits(f.result[2], 17);
    assert_true(fabs(f.result[1] + f.result[2] - 1) < 1e-12);
}

static void a_short_loop_on_many_samples_is_believed(void **state) {
    (void)state;
    fixture f = make_while_loop(4);
    for (int i = 0; i < 4; i++) observe(&f, 2, 3000);
    for (int i = 0; i < 4; i++) observe(&f, 3, 1000);
    raise_trips(&f);
    assert_int_equal(f.raised.count, 0);
    assert_visits(f.result[2], 4);
}

static void a_long_loop_stays(void **state) {
    (void)state;
    fixture f = make_while_loop(40);
    raise_trips(&f);
    assert_int_equal(f.raised.count, 0);
    assert_visits(f.result[2], 40);
}

static void a_loop_that_cannot_be_vectorized_stays(void **state) {
    (void)state;
    fixture f = make_while_loop(8);
    f.is_refused = true;
    raise_trips(&f);
    assert_int_equal(f.raised.count, 0);
    assert_visits(f.result[2], 8);
}

/* entry 0; outer header 1; inner block 2 ⟲; outer latch 3; exit 4 */
static void only_the_innermost_loop_is_raised(void **state) {
    (void)state;
    fixture f = {0};
    add_block(&f, 1);
    add_edge(&f, 1, 1);
    add_block(&f, 5);
    add_edge(&f, 2, 1);
    add_block(&f, 50);
    add_edge(&f, 2, .9);
    add_edge(&f, 3, .1);
    add_block(&f, 5);
    add_edge(&f, 1, .8);
    add_edge(&f, 4, .2);
    add_block(&f, 1);
    raise_trips(&f);
    assert_int_equal(f.raised.count, 1);
    assert_visits(f.result[3], 17);
    assert_visits(f.result[5], 5);
}

/* Blocks 1 and 2 go round and round, and the entry jumps to either. */
static void a_loop_with_two_entrances_stays(void **state) {
    (void)state;
    fixture f = {0};
    add_block(&f, 1);
    add_edge(&f, 1, .5);
    add_edge(&f, 2, .5);
    add_block(&f, 4);
    add_edge(&f, 2, 1);
    add_block(&f, 4);
    add_edge(&f, 1, .75);
    add_edge(&f, 3, .25);
    add_block(&f, 1);
    raise_trips(&f);
    assert_int_equal(f.raised.count, 0);
    assert_visits(f.result[4], 4);
}

static void an_endless_loop_and_unreached_blocks_do_no_harm(void **state) {
    (void)state;
    fixture f = {0};
    add_block(&f, 1);
    add_edge(&f, 1, 1);
    add_block(&f, 1e6);
    add_edge(&f, 1, 1);
    add_block(&f, 0); /* nobody comes here */
    add_edge(&f, 2, .5);
    add_edge(&f, 1, .5);
    raise_trips(&f);
    assert_int_equal(f.raised.count, 0);
}

/* The entry itself is the header: it has an inflow of one. */
static void the_entry_may_be_a_loop(void **state) {
    (void)state;
    fixture f = {0};
    add_block(&f, 8);
    add_edge(&f, 0, .875);
    add_edge(&f, 1, .125);
    add_block(&f, 1);
    raise_trips(&f);
    assert_int_equal(f.raised.count, 1);
    assert_visits(f.result[1], 17);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_short_loop_on_few_samples_is_raised),
        cmocka_unit_test(a_short_loop_on_many_samples_is_believed),
        cmocka_unit_test(a_long_loop_stays),
        cmocka_unit_test(a_loop_that_cannot_be_vectorized_stays),
        cmocka_unit_test(only_the_innermost_loop_is_raised),
        cmocka_unit_test(a_loop_with_two_entrances_stays),
        cmocka_unit_test(an_endless_loop_and_unreached_blocks_do_no_harm),
        cmocka_unit_test(the_entry_may_be_a_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
