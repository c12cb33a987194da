/* What functions tell each other of their frequencies: plugin/frequency.c, on modules made by hand. */
#include "plugin.h"

#include "index_support.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

enum { FUNCTIONS = 8, BLOCKS = 32, EDGES = 64, CALLS = 16, TERMS = 128, BODIES = 16 };

/* A module whose functions each have one context and one weight function, with the same index. */
typedef struct fixture {
    pprof_arena arena;
    pprof_status status;
    pgo_run run;
    pgo_function functions[FUNCTIONS];
    pgo_context contexts[FUNCTIONS];
    pgo_call calls[CALLS];
    pgo_target targets[CALLS];
    pprof_weights weights;
    pprof_body bodies[BODIES];
    pprof_weight_function weight_functions[FUNCTIONS];
    /* Pools that the functions' arrays are cut from. */
    uint32_t first_successor[BLOCKS + FUNCTIONS], successors[EDGES];
    double probability[EDGES];
    float block_cost[BLOCKS], call_cost[BLOCKS];
    pgo_observation observations[BLOCKS + FUNCTIONS];
    pgo_term terms[TERMS];
    uint32_t block_count, edge_count, observation_count, term_count;
    pgo_decision decisions[FUNCTIONS * 2];
    uint32_t decision_count;
} fixture;

/* The report stage's, which is not under test. */
bool pgo_add_decision(pgo_run *run, pgo_decision decision) {
    run->report.decisions[run->report.decision_count++] = decision;
    return true;
}

static fixture *make_fixture(void) {
    fixture *f = test_calloc(1, sizeof *f);
    f->run = (pgo_run){.arena = &f->arena, .status = &f->status, .options = {.prior_strength = 1}};
    f->run.module = (pgo_module){.functions = f->functions, .contexts = f->contexts, .calls = f->calls};
    f->run.module.targets = f->targets;
    f->weights = (pprof_weights){.functions = f->weight_functions, .bodies = f->bodies, .type = "samples"};
    f->run.report.decisions = f->decisions;
    return f;
}

static void free_fixture(fixture *f) {
    pprof_arena_free(&f->arena);
    test_free(f);
}

/* Begins a function; its blocks and calls follow. */
static uint32_t add_function(fixture *f) {
    pgo_module *module = &f->run.module;
    uint32_t index = module->function_count++;
    pgo_function *function = &f->functions[index];
    *function = (pgo_function){.name = "f", .weight_function = index, .first_context = index, .context_count = 1};
    f->contexts[index] = (pgo_context){.parent = PGO_NONE, .weight_body = index};
    f->bodies[index] = (pprof_body){.function = index};
    f->weight_functions[index] = (pprof_weight_function){.linkage_name = "f", .source_name = "f", .file = ""};
    module->context_count = f->weights.function_count = f->weights.body_count = index + 1;
    function->first_call = module->call_count;
    function->graph.first_successor = &f->first_successor[f->block_count + index];
    function->graph.successors = &f->successors[f->edge_count];
    function->graph.probability = &f->probability[f->edge_count];
    function->block_cost = &f->block_cost[f->block_count];
    function->call_cost = &f->call_cost[f->block_count];
    function->observations = &f->observations[f->observation_count];
    function->terms = &f->terms[f->term_count];
    return index;
}

/* Adds a block of the newest function, with one location; [second] PGO_NONE: one successor; both: none. */
static void add_block(fixture *f, float cost, double samples, uint32_t first, uint32_t second, double probability) {
    pgo_function *function = &f->functions[f->run.module.function_count - 1];
    pgo_graph *graph = &function->graph;
    uint32_t block = graph->block_count++, edge = graph->first_successor[block];
    function->block_cost[block] = cost;
    f->block_count++;
    const uint32_t successors[] = {first, second};
    for (uint32_t s = 0; s < 2; s++) {
        if (successors[s] == PGO_NONE) continue;
        graph->successors[edge] = successors[s];
        graph->probability[edge++] = second == PGO_NONE ? 1 : s == 0 ? probability : 1 - probability;
        f->edge_count++;
    }
    graph->first_successor[block + 1] = edge;
    function->terms[function->term_count] = (pgo_term){block, (double)cost};
    function->observations[function->observation_count++] =
        (pgo_observation){.samples = samples, .first_term = function->term_count++, .term_count = 1};
    f->observation_count++;
    f->term_count++;
    f->bodies[f->run.module.function_count - 1].leaf += (uint64_t)samples;
    f->weights.total += (uint64_t)samples;
    f->weights.sample_count = f->weights.total;
}

static pgo_call *add_call(fixture *f, uint32_t block, uint32_t line, uint32_t callee, uint64_t leaf) {
    uint32_t caller = f->run.module.function_count - 1;
    pgo_call *call = &f->calls[f->run.module.call_count++];
    *call =
        (pgo_call){.context = caller, .line = line, .block = block, .callee = callee, .inclusive = leaf, .leaf = leaf};
    f->functions[caller].call_count++;
    return call;
}

static void estimate(fixture *f) {
    index_weights(&f->weights, &f->arena, &f->run.weights, &f->status);
    if (!pgo_estimate_frequencies(&f->run)) fail_msg("%s", f->status.message);
}

static uint32_t add_leaf(fixture *f, float cost, double samples) {
    uint32_t index = add_function(f);
    add_block(f, cost, samples, PGO_NONE, PGO_NONE, 0);
    return index;
}

/* 0 ─▶ 1 or 2 ─▶ 3, each arm too cheap to be seen. */
static uint32_t add_chooser(fixture *f) {
    uint32_t index = add_function(f);
    add_block(f, 4, 40, 1, 2, 0.5);
    add_block(f, 0.2F, 0, 3, PGO_NONE, 0);
    add_block(f, 0.2F, 0, 3, PGO_NONE, 0);
    add_block(f, 4, 40, PGO_NONE, PGO_NONE, 0);
    return index;
}

static double get_left(const fixture *f, uint32_t function) {
    assert_true(f->functions[function].has_frequencies);
    return f->functions[function].edge_probability[0];
}

static void callees_speak_for_the_branch(void **state) {
    (void)state;
    fixture *f = make_fixture();
    uint32_t left = add_leaf(f, 30, 270), right = add_leaf(f, 30, 30), caller = add_chooser(f);
    add_call(f, 1, 10, left, 270);
    add_call(f, 2, 11, right, 30);
    estimate(f);
    assert_true(get_left(f, caller) > 0.7 && get_left(f, caller) < 0.95);
    free_fixture(f);
}

/* As many samples, but the right callee takes nine times as long: it runs less often. */
static void a_dear_callee_runs_less_often(void **state) {
    (void)state;
    fixture *f = make_fixture();
    uint32_t left = add_leaf(f, 10, 100), right = add_leaf(f, 90, 100), caller = add_chooser(f);
    add_call(f, 1, 10, left, 100);
    add_call(f, 2, 11, right, 100);
    estimate(f);
    assert_true(get_left(f, caller) > 0.65);
    free_fixture(f);
}

/* Without samples a call hardly ran, unless its callee is nothing but prologue and return, which inlining takes away.
 */
static void wrappers_leave_no_samples(void **state) {
    (void)state;
    double left[2];
    for (int is_wrapper = 0; is_wrapper < 2; is_wrapper++) {
        fixture *f = make_fixture();
        uint32_t callee = add_leaf(f, 30, 0);
        f->functions[callee].call_cost[0] = is_wrapper ? 29.9F : 0;
        uint32_t caller = add_chooser(f);
        add_call(f, 1, 10, callee, 0);
        estimate(f);
        left[is_wrapper] = get_left(f, caller);
        free_fixture(f);
    }
    assert_true(left[0] < 0.15);
    assert_true(left[1] > 0.4 && left[1] < 0.55);
}

/* Nor does a call of a wrapper, unless what the wrapper calls would have shown; what came through it is a limit. */
static void samples_below_a_wrapper_show_its_call(void **state) {
    (void)state;
    enum { NOTHING_BELOW, DEAR_BELOW, DEAR_AND_HARDLY_SEEN, DEAR_AND_SEEN, CASES };
    static const uint64_t inclusive[CASES] = {0, 0, 20, 3000};
    double left[CASES];
    for (int i = 0; i < CASES; i++) {
        fixture *f = make_fixture();
        uint32_t below = add_leaf(f, i == NOTHING_BELOW ? 0.01F : 30, 0), wrapper = add_leaf(f, 8, 0);
        f->functions[wrapper].call_cost[0] = 8;
        add_call(f, 0, 5, below, 0);
        uint32_t caller = add_chooser(f);
        add_call(f, 1, 10, wrapper, 0)->inclusive = inclusive[i];
        estimate(f);
        left[i] = get_left(f, caller);
        free_fixture(f);
    }
    assert_true(left[NOTHING_BELOW] > 0.4 && left[NOTHING_BELOW] < 0.55);
    assert_true(left[DEAR_BELOW] < 0.15);
    assert_true(left[DEAR_AND_HARDLY_SEEN] > 0.03 && left[DEAR_AND_HARDLY_SEEN] < 0.2);
    assert_true(left[DEAR_AND_SEEN] > 0.4 && left[DEAR_AND_SEEN] < 0.55);
}

/* Where the callers of most samples are lost, as in a recording without stacks, a call without any may well have run.
 */
static void lost_callers_do_not_make_calls_cold(void **state) {
    (void)state;
    for (int are_lost = 0; are_lost < 2; are_lost++) {
        fixture *f = make_fixture();
        uint32_t callee = add_leaf(f, 30, 300), caller = add_chooser(f);
        add_call(f, 1, 10, callee, 0);
        add_call(f, 3, 12, callee, are_lost ? 30 : 300);
        estimate(f);
        assert_true(are_lost ? get_left(f, caller) > 0.4 : get_left(f, caller) < 0.15);
        free_fixture(f);
    }
}

/* A call that was copied into both arms: half of its samples stand at each copy, and mean nothing. */
static void copies_of_one_call_count_together(void **state) {
    (void)state;
    fixture *f = make_fixture();
    uint32_t callee = add_leaf(f, 30, 300), caller = add_function(f);
    add_block(f, 4, 40, 1, 2, 0.5);
    add_block(f, 8, 72, 3, PGO_NONE, 0);
    add_block(f, 8, 8, 3, PGO_NONE, 0);
    add_block(f, 4, 40, PGO_NONE, PGO_NONE, 0);
    add_call(f, 1, 10, callee, 150);
    add_call(f, 2, 10, callee, 150);
    estimate(f);
    double together = get_left(f, caller);
    f->calls[1].line = 11; /* now they are two calls, and the samples say a half */
    estimate(f);
    assert_true(together > 0.75 && get_left(f, caller) < together - 0.05);
    free_fixture(f);
}

static void an_indirect_call_counts_by_its_targets(void **state) {
    (void)state;
    fixture *f = make_fixture();
    uint32_t some = add_leaf(f, 20, 100), other = add_leaf(f, 40, 200), caller = add_chooser(f);
    pgo_call *call = add_call(f, 1, 10, PGO_NONE, 300);
    call->kind = PGO_CALL_INDIRECT;
    call->target_count = 2;
    f->targets[0] = (pgo_target){.weight_function = other, .function = other, .leaf = 200};
    f->targets[1] = (pgo_target){.weight_function = some, .function = some, .leaf = 100};
    estimate(f);
    double known = get_left(f, caller);
    f->targets[0].function = PGO_NONE; /* most of it is not known: no evidence */
    estimate(f);
    assert_true(known > 0.6);
    assert_true(fabs(get_left(f, caller) - 0.5) < 0.05);
    free_fixture(f);
}

/* A quarter of the samples of all copies came through this file's call. */
static void a_header_function_gets_its_share(void **state) {
    (void)state;
    double rate[2], sampled_rate[2];
    for (int is_copy = 0; is_copy < 2; is_copy++) {
        fixture *f = make_fixture();
        uint32_t copy = add_leaf(f, 10, 1000), caller = add_leaf(f, 4, 100);
        add_call(f, 0, 5, copy, 250);
        f->functions[copy].header_uses = (uint32_t)is_copy;
        uint32_t body = f->weights.body_count++;
        f->bodies[body] = (pprof_body){.function = copy, .place = {.offset = 1}, .inclusive = 250, .leaf = 250};
        f->bodies[caller].first_call = body;
        f->bodies[caller].call_count = 1;
        estimate(f);
        rate[is_copy] = f->functions[copy].entry_rate;
        sampled_rate[is_copy] = f->functions[copy].sampled_rate;
        free_fixture(f);
    }
    assert_true(rate[0] > 70 && rate[1] > 0.2 * rate[0] && rate[1] < 0.35 * rate[0]);
    assert_true(sampled_rate[1] > 0.9 * sampled_rate[0]); /* what loops are judged by is of all samples */
}

/* A loop does not show how often it was entered, but its caller does. */
static void callers_know_the_entry(void **state) {
    (void)state;
    double rate[2];
    for (int is_known = 0; is_known < 2; is_known++) {
        fixture *f = make_fixture();
        uint32_t loop = add_function(f);
        add_block(f, 0.2F, 0, 1, PGO_NONE, 0);
        add_block(f, 10, 1000, 1, 2, 0.96875);
        add_block(f, 0.2F, 0, PGO_NONE, PGO_NONE, 0);
        uint32_t caller = add_leaf(f, 10, 500);
        add_call(f, 0, 5, loop, 1000);
        if (is_known == 0) f->functions[caller].call_count = 0;
        estimate(f);
        assert_true(f->functions[loop].has_frequencies);
        rate[is_known] = f->functions[loop].entry_rate;
        free_fixture(f);
    }
    assert_true(rate[0] < 10);
    assert_true(rate[1] > 3 * rate[0] && rate[1] < 60); /* the caller ran at 50 */
}

/* By its own samples the callee ran once, by its caller's at least twenty times, and one sample is too few for the
 * callers to be asked in the fit: what LLVM is told lies between, since it takes the inlined call's count off the
 * callee's. */
static void what_is_told_follows_the_calls(void **state) {
    (void)state;
    fixture *f = make_fixture();
    uint32_t callee = add_leaf(f, 10, 10), caller = add_leaf(f, 10, 500);
    add_call(f, 0, 5, callee, 1);
    estimate(f);
    assert_true(f->functions[caller].entry_rate > 20);
    assert_true(f->functions[callee].entry_rate > 5);
    assert_true(f->functions[callee].entry_rate < f->functions[caller].entry_rate);
    assert_true(f->functions[callee].sampled_rate < 2); /* its loops are judged by its own samples */
    free_fixture(f);
}

static void samples_count_whatever_their_unit(void **state) {
    (void)state;
    double left[2], rate[2];
    for (int is_time = 0; is_time < 2; is_time++) {
        fixture *f = make_fixture();
        uint32_t scale = is_time != 0 ? 10000000 : 1;
        uint32_t callee = add_leaf(f, 30, 27. * scale), caller = add_function(f);
        add_block(f, 4, 4. * scale, 1, 2, 0.5);
        add_block(f, 1, 0, 2, PGO_NONE, 0);
        add_block(f, 4, 4. * scale, PGO_NONE, PGO_NONE, 0);
        add_call(f, 1, 10, callee, 27 * (uint64_t)scale);
        f->weights.sample_count = 35;
        estimate(f);
        left[is_time] = get_left(f, caller);
        rate[is_time] = f->functions[caller].entry_rate;
        free_fixture(f);
    }
    assert_true(fabs(left[0] - left[1]) < 1e-9 && fabs(rate[0] / rate[1] - 1) < 1e-9);
}

static void recursion_is_no_evidence_of_entries(void **state) {
    (void)state;
    fixture *f = make_fixture();
    uint32_t walk = add_function(f);
    add_block(f, 10, 500, 1, 2, 0.5);
    add_block(f, 10, 500, 2, PGO_NONE, 0);
    add_block(f, 5, 250, PGO_NONE, PGO_NONE, 0);
    add_call(f, 1, 3, walk, 1249);
    estimate(f);
    assert_true(f->functions[walk].has_frequencies);
    assert_true(f->functions[walk].entry_rate > 30 && f->functions[walk].entry_rate < 70);
    free_fixture(f);
}

/* A loop that no sample met calls the function itself a million times, by its prediction; it is entered from outside
 * fifty times. */
static void endless_recursion_is_not_believed(void **state) {
    (void)state;
    fixture *f = make_fixture();
    uint32_t walk = add_function(f);
    add_block(f, 10, 500, 1, 2, 0.5);
    add_block(f, 0.2F, 0, 1, 2, 0.999999);
    add_block(f, 5, 250, PGO_NONE, PGO_NONE, 0);
    add_call(f, 1, 0, walk, 0); /* without a line: its samples would not be known */
    add_leaf(f, 10, 500);
    add_call(f, 0, 5, walk, 750);
    estimate(f);
    assert_true(f->functions[walk].entry_rate > 30 && f->functions[walk].entry_rate < 200);
    free_fixture(f);
}

static void the_unsampled_are_left_alone(void **state) {
    (void)state;
    fixture *f = make_fixture();
    uint32_t idle = add_leaf(f, 30, 0), busy = add_leaf(f, 10, 20), other = add_leaf(f, 10, 20);
    f->functions[other].state = PGO_IS_OPTNONE;
    estimate(f);
    assert_false(f->functions[idle].has_frequencies);
    assert_true(f->functions[busy].has_frequencies);
    assert_false(f->functions[other].has_frequencies);
    assert_int_equal(f->run.report.decision_count, 1);
    assert_string_equal(f->decisions[0].name, "FrequencyFit");
    assert_int_equal(f->decisions[0].function, busy);
    free_fixture(f);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callees_speak_for_the_branch),
        cmocka_unit_test(a_dear_callee_runs_less_often),
        cmocka_unit_test(wrappers_leave_no_samples),
        cmocka_unit_test(samples_below_a_wrapper_show_its_call),
        cmocka_unit_test(lost_callers_do_not_make_calls_cold),
        cmocka_unit_test(copies_of_one_call_count_together),
        cmocka_unit_test(an_indirect_call_counts_by_its_targets),
        cmocka_unit_test(a_header_function_gets_its_share),
        cmocka_unit_test(callers_know_the_entry),
        cmocka_unit_test(what_is_told_follows_the_calls),
        cmocka_unit_test(samples_count_whatever_their_unit),
        cmocka_unit_test(recursion_is_no_evidence_of_entries),
        cmocka_unit_test(endless_recursion_is_not_believed),
        cmocka_unit_test(the_unsampled_are_left_alone),
    };
    return cmocka_run_group_tests_name("pgo_frequency", tests, NULL, NULL);
}
