/* Profile to Weights, on profiles made by hand: each rule with the whole text that must come out. */
#include "weights_support.h"

/* Finishes the profile, weighs it and compares the text behind its first two lines. */
static void expect(making *m, const char *expected) {
    pprof_profile profile = finish_profile(m);
    pprof_weights weights;
    if (!pprof_compute_weights(&profile, "test", NULL, &m->arena, &weights, &m->status))
        fail_msg("%s", m->status.message);
    char *text = print_to_string(&weights);
    const char *body = strchr(strchr(text, '\n') + 1, '\n') + 1;
    assert_string_equal(body, expected);
    free(text);
    pprof_arena_free(&m->arena);
}

static void test_selves_and_calls(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t main_function = add_c_function(&m, "main", 10), work = add_c_function(&m, "work", 20);
    uint32_t call = add_line(&m, main_function, 12, 3), other_call = add_line(&m, main_function, 12, 9);
    uint32_t here = add_line(&m, work, 21, 5), there = add_line(&m, work, 21, 5), below = add_line(&m, work, 24, 0);
    ADD_SAMPLE(&m, 3, here, call);
    ADD_SAMPLE(&m, 4, there, call); /* another address of the same place */
    ADD_SAMPLE(&m, 1, below, other_call);
    ADD_SAMPLE(&m, 2, call); /* main itself, at its call's place */
    expect(&m, "total 10 samples 10 unnamed 0 without-line 0\n"
               "function main file src/test.c start 10 inclusive 10 leaf 2\n"
               "  self 2:3 2\n"
               "  call 2:3 work 7 7\n"
               "    self 1:5 7\n"
               "  call 2:9 work 1 1\n"
               "    self 4 1\n"
               "function work file src/test.c start 20 inclusive 8 leaf 8\n"
               "  self 1:5 7\n"
               "  self 4 1\n");
}

static void test_inlined_lines_are_calls(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t outer = add_c_function(&m, "outer", 1), middle = add_c_function(&m, "middle", 100),
             inner = add_c_function(&m, "inner", 200);
    pprof_line lines[] = {{203, 7, inner}, {102, 5, middle}, {9, 3, outer}};
    ADD_SAMPLE(&m, 5, add_lines(&m, lines, 3));
    expect(&m, "total 5 samples 5 unnamed 0 without-line 0\n"
               "function inner file src/test.c start 200 inclusive 5 leaf 5\n"
               "  self 3:7 5\n"
               "function middle file src/test.c start 100 inclusive 5 leaf 0\n"
               "  call 2:5 inner 5 5\n"
               "    self 3:7 5\n"
               "function outer file src/test.c start 1 inclusive 5 leaf 0\n"
               "  call 8:3 middle 5 0\n"
               "    call 2:5 inner 5 5\n"
               "      self 3:7 5\n");
}

static void test_recursion_counts_once(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t f = add_c_function(&m, "f", 1), g = add_c_function(&m, "g", 11);
    uint32_t f_calls_f = add_line(&m, f, 3, 0), f_calls_g = add_line(&m, f, 4, 0), g_calls_f = add_line(&m, g, 12, 0);
    ADD_SAMPLE(&m, 1, f_calls_f, f_calls_f, f_calls_f);
    ADD_SAMPLE(&m, 10, f_calls_g, g_calls_f, f_calls_g);
    expect(&m, "total 11 samples 11 unnamed 0 without-line 0\n"
               "function f file src/test.c start 1 inclusive 11 leaf 11\n"
               "  self 2 1\n"
               "  self 3 10\n"
               "  call 2 f 1 1\n"
               "    self 2 1\n"
               "    call 2 f 1 1\n"
               "      self 2 1\n"
               "  call 3 g 10 0\n"
               "    call 1 f 10 10\n"
               "      self 3 10\n"
               "function g file src/test.c start 11 inclusive 10 leaf 0\n"
               "  call 1 f 10 10\n"
               "    self 3 10\n");
}

static void test_unnamed_frames_break_the_chain(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t f = add_c_function(&m, "f", 1), g = add_c_function(&m, "g", 11), unnamed = add_function(&m, "", "", "", 0);
    uint32_t in_f = add_line(&m, f, 2, 0), in_g = add_line(&m, g, 12, 0), in_unnamed = add_line(&m, unnamed, 5, 0);
    uint32_t without_lines = add_lines(&m, NULL, 0);
    ADD_SAMPLE(&m, 1, in_g, in_unnamed, in_f);
    ADD_SAMPLE(&m, 2, in_g, without_lines, in_f);
    ADD_SAMPLE(&m, 4, in_unnamed, in_f);
    ADD_SAMPLE(&m, 8, without_lines);
    add_stack(&m, 16, NULL, 0);
    expect(&m, "total 31 samples 31 unnamed 28 without-line 0\n"
               "function f file src/test.c start 1 inclusive 7 leaf 0\n"
               "function g file src/test.c start 11 inclusive 3 leaf 3\n"
               "  self 1 3\n");
}

static void test_lines_that_are_none(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t f = add_c_function(&m, "f", 100), wide = add_c_function(&m, "wide", INT32_MAX);
    ADD_SAMPLE(&m, 1, add_line(&m, f, 0, 7));  /* a column without a line */
    ADD_SAMPLE(&m, 2, add_line(&m, f, -5, 0)); /* negative */
    ADD_SAMPLE(&m, 4, add_line(&m, f, INT64_C(1) << 31, 0));
    ADD_SAMPLE(&m, 8, add_line(&m, f, INT64_MAX, 0)); /* its lower half is out of range, too */
    ADD_SAMPLE(&m, 16, add_line(&m, f, INT64_MIN, 0));
    ADD_SAMPLE(&m, 32, add_line(&m, f, (INT64_C(3) << 32) + 104, 2)); /* Perforator's discriminator */
    ADD_SAMPLE(&m, 64, add_line(&m, f, 98, 0));                       /* before the start: an #included body */
    ADD_SAMPLE(&m, 128, add_line(&m, f, 101, INT64_C(1) << 32));
    ADD_SAMPLE(&m, 256, add_line(&m, wide, 1, 0)); /* the smallest offset there is */
    expect(&m, "total 511 samples 511 unnamed 0 without-line 31\n"
               "function f file src/test.c start 100 inclusive 255 leaf 255\n"
               "  self ? 31\n"
               "  self -2 64\n"
               "  self 1 128\n"
               "  self 4:2 32\n"
               "function wide file src/test.c start 2147483647 inclusive 256 leaf 256\n"
               "  self -2147483646 256\n");
}

static void test_missing_start_lines_make_lines_absolute(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t f = add_c_function(&m, "f", 0), g = add_c_function(&m, "g", -3), h = add_c_function(&m, "h", 1LL << 40);
    ADD_SAMPLE(&m, 1, add_line(&m, f, 17, 0), add_line(&m, g, 8, 1), add_line(&m, h, 9, 1));
    expect(&m, "total 1 samples 1 unnamed 0 without-line 0\n"
               "function f file src/test.c absolute inclusive 1 leaf 1\n"
               "  self 17 1\n"
               "function g file src/test.c absolute inclusive 1 leaf 0\n"
               "  call 8:1 f 1 1\n"
               "    self 17 1\n"
               "function h file src/test.c absolute inclusive 1 leaf 0\n"
               "  call 9:1 g 1 0\n"
               "    call 8:1 f 1 1\n"
               "      self 17 1\n");
}

static void test_names(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    const struct {
        const char *name, *system_name;
    } functions[] = {
        {"walk", "_ZN3xml4walkEi"},           /* as pprof has it */
        {"_ZN3xml4findEi", ""},               /* mangled in name alone */
        {"_ZN3xml4skipEi", "_ZN3xml4skipEi"}, /* in both */
        {"_RNvC3foo3bar", "foo::bar"},        /* Rust; system_name demangled */
        {"xml::walk(int)", ""},               /* demangled alone */
        {"xml::walk(int) const", "xml::walk(int) const"},
        {"main", "main"},
        {"usage", ""}, /* C, or shortened C++: nobody knows */
        {"", "only_system"},
        {"shown", "symbol.constprop.0"},
    };
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        ADD_SAMPLE(&m, 1, add_line(&m, add_function(&m, functions[i].name, functions[i].system_name, "", 0), 1, 0));
    expect(&m, "total 10 samples 10 unnamed 0 without-line 0\n"
               "function _RNvC3foo3bar absolute inclusive 1 leaf 1\n  self 1 1\n"
               "function _ZN3xml4findEi absolute inclusive 1 leaf 1\n  self 1 1\n"
               "function _ZN3xml4skipEi absolute inclusive 1 leaf 1\n  self 1 1\n"
               "function _ZN3xml4walkEi source walk absolute inclusive 1 leaf 1\n  self 1 1\n"
               "function main absolute inclusive 1 leaf 1\n  self 1 1\n"
               "function only_system absolute inclusive 1 leaf 1\n  self 1 1\n"
               "function symbol.constprop.0 source shown absolute inclusive 1 leaf 1\n  self 1 1\n"
               "function usage absolute uncertain inclusive 1 leaf 1\n  self 1 1\n"
               "function xml::walk(int) absolute uncertain inclusive 1 leaf 1\n  self 1 1\n"
               "function \"xml::walk(int) const\" absolute uncertain inclusive 1 leaf 1\n  self 1 1\n");
}

static void test_a_nul_in_a_name_shortens_nothing(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    pprof_function function = {.name_string = pprof_add_string(m.builder, "main\0evil", 9, &m.status)};
    ADD_SAMPLE(&m, 1, add_line(&m, pprof_add_function(m.builder, &function, &m.status), 1, 0));
    expect(&m, "total 1 samples 1 unnamed 0 without-line 0\n"
               "function main\xef\xbf\xbd"
               "evil absolute uncertain inclusive 1 leaf 1\n"
               "  self 1 1\n");
}

static void test_what_makes_functions_one(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t body = add_function(&m, "run", "run", "/usr/src/vm/vm.c", 100);
    uint32_t included = add_function(&m, "run", "run", "/usr/src/vm/jumptable.h", 100);
    uint32_t other = add_function(&m, "run", "run", "/usr/src/other/run.c", 7); /* a static of another file */
    ADD_SAMPLE(&m, 2, add_line(&m, body, 110, 0));
    ADD_SAMPLE(&m, 1, add_line(&m, included, 20, 0));
    ADD_SAMPLE(&m, 4, add_line(&m, other, 8, 0));
    ADD_SAMPLE(&m, 8, add_line(&m, body, 110, 0), add_line(&m, other, 9, 0));
    expect(&m, "total 15 samples 15 unnamed 0 without-line 0\n"
               "function run file other/run.c start 7 inclusive 12 leaf 4\n"
               "  self 1 4\n"
               "  call 2 run 8 8 file vm/vm.c start 100\n"
               "    self 10 8\n"
               "function run file vm/vm.c start 100 inclusive 11 leaf 11\n"
               "  self -80 1\n"
               "  self 10 10\n");
}

/* What no line is of has no weight, and is no news where a function, or a piece of one, has samples. */
static void test_idle_functions_come_along(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    ADD_SAMPLE(&m, 3, add_line(&m, add_function(&m, "run", "run", "/usr/src/vm/vm.c", 100), 101, 0));
    ADD_SAMPLE(&m, 1, add_line(&m, add_function(&m, "step", "step.llvm.7", "", 0), 5, 0));
    add_line(&m, add_function(&m, "unsampled", "unsampled", "", 0), 5, 0);
    add_function(&m, "run", "run", "", 0);
    add_function(&m, "step", "step", "", 0);
    add_function(&m, "_ZN2ns4idleEv", "_ZN2ns4idleEv", "", 0);
    add_function(&m, "", "", "nameless.c", 0);
    expect(&m, "total 4 samples 4 unnamed 0 without-line 0\n"
               "function _ZN2ns4idleEv absolute inclusive 0 leaf 0\n"
               "function run file vm/vm.c start 100 inclusive 3 leaf 3\n"
               "  self 1 3\n"
               "function step.llvm.7 source step absolute inclusive 1 leaf 1\n"
               "  self 5 1\n");
    pprof_arena_free(&m.arena);
}

/* [count] functions, each sampled on three lines from 10 on, the last of which is at index [start_of] a start line. */
static pprof_weights weigh_starts(making *m, int count, int start_of, bool one_function_per_line) {
    start_profile(m, "samples", "count");
    for (int i = 0; i < count; i++)
        for (int line = 0; line < 3; line++) {
            char name[16];
            (void)snprintf(name, sizeof name, "f%d", i);
            uint32_t f = add_c_function(m, name, 10 + 2 * (one_function_per_line ? line : start_of));
            ADD_SAMPLE(m, 1, add_line(m, f, 10 + 2 * line, 0));
        }
    pprof_profile profile = finish_profile(m);
    pprof_weights weights;
    assert_true(pprof_compute_weights(&profile, "test", NULL, &m->arena, &weights, &m->status));
    return weights;
}

static void test_made_up_start_lines_are_distrusted(void **state) {
    (void)state;
    making m;
    pprof_weights weights = weigh_starts(&m, 6, 0, true); /* a Function for each line */
    assert_int_equal(weights.function_count, 6);
    assert_true(weights.functions[0].lines_are_absolute);
    assert_int_equal(weights.functions[0].start_line, 0);
    assert_int_equal(weights.selves[0].place.offset, 10);
    pprof_arena_free(&m.arena);

    weights = weigh_starts(&m, 6, 1, false); /* the first sample's line */
    assert_true(weights.functions[0].lines_are_absolute);
    pprof_arena_free(&m.arena);

    weights = weigh_starts(&m, 6, 0, false); /* prologues were sampled: all is well */
    assert_int_equal(weights.functions[0].start_line, 10);
    assert_false(weights.functions[0].lines_are_absolute);
    assert_int_equal(weights.selves[1].place.offset, 2);
    pprof_arena_free(&m.arena);

    weights = weigh_starts(&m, 2, 0, true); /* too few to judge: four functions, as they say they are */
    assert_false(weights.functions[0].lines_are_absolute);
    pprof_arena_free(&m.arena);
}

static void test_values_that_do_not_count(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t f = add_c_function(&m, "f", 1), g = add_c_function(&m, "g", 1), h = add_c_function(&m, "h", 1);
    ADD_SAMPLE(&m, -7, add_line(&m, f, 2, 0));
    ADD_SAMPLE(&m, INT64_MIN, add_line(&m, f, 3, 0));
    ADD_SAMPLE(&m, 0, add_line(&m, g, 3, 0));
    ADD_SAMPLE(&m, 5, add_line(&m, h, 3, 0));
    expect(&m, "total 5 samples 5 unnamed 0 without-line 0\n"
               "function h file src/test.c start 1 inclusive 5 leaf 5\n"
               "  self 2 5\n");
}

static void test_sums_saturate(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t f = add_c_function(&m, "f", 1), g = add_c_function(&m, "g", 1);
    uint32_t call = add_line(&m, f, 2, 0), line = add_line(&m, g, 3, 0);
    for (int i = 0; i < 6; i++) ADD_SAMPLE(&m, INT64_C(1) << 62, add_line(&m, g, 4, 0), call);
    ADD_SAMPLE(&m, INT64_C(1) << 62, line);
    expect(&m, "total 18446744073709551615 samples 18446744073709551615 unnamed 0 without-line 0\n"
               "function f file src/test.c start 1 inclusive 18446744073709551615 leaf 0\n"
               "  call 1 g 18446744073709551615 18446744073709551615\n"
               "    self 3 18446744073709551615\n"
               "function g file src/test.c start 1 inclusive 18446744073709551615 leaf 18446744073709551615\n"
               "  self 2 4611686018427387904\n"
               "  self 3 18446744073709551615\n");
}

static void test_contexts_end_at_their_depth(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t f = add_c_function(&m, "f", 1), stack[40];
    for (int i = 0; i < 40; i++) stack[i] = add_line(&m, f, 2, 0);
    add_stack(&m, 1, stack, 40);
    pprof_profile profile = finish_profile(&m);
    const uint32_t depths[] = {0, 1, 3, 64};
    const uint32_t bodies[] = {11, 2, 4, 40};
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        pprof_weights weights;
        pprof_weights_options options = {.context_depth = depths[i]};
        assert_true(pprof_compute_weights(&profile, "test", &options, &m.arena, &weights, &m.status));
        assert_int_equal(weights.body_count, bodies[i]);
        const pprof_body *last = &weights.bodies[weights.body_count - 1];
        assert_int_equal(last->call_count, 0);
        assert_int_equal(last->leaf, 1);
        assert_int_equal(last->self_count, 1);
    }
    pprof_weights weights;
    pprof_weights_options options = {.context_depth = 65};
    assert_false(pprof_compute_weights(&profile, "test", &options, &m.arena, &weights, &m.status));
    assert_message_has(&m.status, "at most 64");
    pprof_arena_free(&m.arena);
}

static void test_nanoseconds_are_weights_and_periods_samples(void **state) {
    (void)state;
    making m;
    start_profile(&m, "cpu", "nanoseconds");
    uint32_t f = add_c_function(&m, "f", 1), cpu = add_string(&m, "cpu"), nanoseconds = add_string(&m, "nanoseconds");
    ADD_SAMPLE(&m, 30000, add_line(&m, f, 2, 0));
    pprof_profile profile = finish_profile(&m);
    pprof_weights weights;
    assert_true(pprof_compute_weights(&profile, "test", NULL, &m.arena, &weights, &m.status));
    assert_int_equal(weights.total, 30000);
    assert_int_equal(weights.sample_count, 1);
    profile.period_type = (pprof_value_type){cpu, nanoseconds};
    profile.period = 10000;
    assert_true(pprof_compute_weights(&profile, "test", NULL, &m.arena, &weights, &m.status));
    assert_int_equal(weights.sample_count, 3);
    assert_string_equal(weights.type, "cpu");
    assert_string_equal(weights.unit, "nanoseconds");
    pprof_arena_free(&m.arena);
}

/* A file of N bytes must not cost N² memory: one location of many lines, many times in many stacks. */
static void test_multiplied_frames_are_refused(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t f = add_c_function(&m, "f", 1);
    static pprof_line lines[2000];
    static uint32_t stack[2000];
    for (int i = 0; i < 2000; i++) lines[i] = (pprof_line){i + 2, 0, f};
    uint32_t location = add_lines(&m, lines, 2000);
    for (int i = 0; i < 2000; i++) stack[i] = location;
    add_stack(&m, 1, stack, 2000);
    pprof_profile profile = finish_profile(&m);
    pprof_weights weights;
    assert_false(pprof_compute_weights(&profile, "test", NULL, &m.arena, &weights, &m.status));
    assert_message_has(&m.status, "test: its stacks have 4000000 inlined frames in 2000 locations");
    pprof_arena_free(&m.arena);
}

/* ---- profiles with more contexts than are kept ---- */

enum { MANY_FUNCTIONS = 50, MANY_SITES = 6, MANY_SAMPLES = 9000, MANY_DEPTH = 40 };

static uint32_t next_random(uint64_t *state) {
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(*state >> 33);
}

/* Random walks over functions that call one another: nearly every context is new. */
static pprof_profile make_many_contexts(making *m, bool backwards) {
    start_profile(m, "samples", "count");
    uint32_t sites[MANY_FUNCTIONS][MANY_SITES], stack[MANY_DEPTH];
    for (int i = 0; i < MANY_FUNCTIONS; i++) {
        char name[16];
        (void)snprintf(name, sizeof name, "f%02d", i);
        uint32_t function = add_c_function(m, name, 100);
        for (int site = 0; site < MANY_SITES; site++) sites[i][site] = add_line(m, function, 101 + site, 0);
    }
    for (uint32_t i = 0; i < MANY_SAMPLES; i++) {
        uint64_t random = backwards ? MANY_SAMPLES - 1 - i : i;
        uint32_t function = 0;
        for (int depth = MANY_DEPTH - 1; depth >= 0; depth--) {
            uint32_t site = next_random(&random) % 8 % MANY_SITES;
            stack[depth] = sites[function][site];
            function = (function * 7 + site * 3 + 1) % MANY_FUNCTIONS;
        }
        add_stack(m, 1, stack, MANY_DEPTH);
    }
    return finish_profile(m);
}

static uint32_t find_deepest(const pprof_weights *weights, making *m) {
    uint32_t *depths = pprof_allocate(&m->arena, weights->body_count, sizeof *depths, &m->status), deepest = 0;
    for (uint32_t i = 0; i < weights->body_count; i++) {
        const pprof_body *body = &weights->bodies[i];
        for (uint32_t call = body->first_call; call < body->first_call + body->call_count; call++)
            depths[call] = depths[i] + 1;
        if (depths[i] > deepest) deepest = depths[i];
    }
    return deepest;
}

static void test_light_contexts_give_way_and_it_is_said(void **state) {
    (void)state;
    making m, again;
    pprof_weights all, flat, other;
    pprof_profile profile = make_many_contexts(&m, false), reordered = make_many_contexts(&again, true);
    pprof_weights_options flat_options = {.context_depth = 1};
    assert_true(pprof_compute_weights(&profile, "test", NULL, &m.arena, &all, &m.status));
    assert_true(pprof_compute_weights(&profile, "test", &flat_options, &m.arena, &flat, &m.status));
    assert_true(pprof_compute_weights(&reordered, "test", NULL, &again.arena, &other, &again.status));
    assert_true(all.context_minimum > 1);
    assert_int_equal(flat.context_minimum, 0);
    assert_true(all.body_count <= flat.body_count + (1 << 18));
    assert_true(all.body_count > 1 << 17);

    /* functions and their own calls are complete, and first in the array */
    for (uint32_t i = 0; i < flat.body_count; i++) {
        assert_int_equal(all.bodies[i].function, flat.bodies[i].function);
        assert_int_equal(all.bodies[i].inclusive, flat.bodies[i].inclusive);
        assert_int_equal(all.bodies[i].leaf, flat.bodies[i].leaf);
    }
    for (uint32_t i = flat.body_count; i < all.body_count; i++)
        assert_true(all.bodies[i].inclusive >= all.context_minimum);
    for (uint32_t i = 0; i < all.body_count; i++)
        for (uint32_t k = 0; k < all.bodies[i].call_count; k++)
            assert_true(all.bodies[all.bodies[i].first_call + k].inclusive <= all.bodies[i].inclusive);
    assert_int_equal(find_deepest(&all, &m), PPROF_CONTEXT_DEPTH); /* heavy ones found room all the way down */

    char *text = print_to_string(&all), *other_text = print_to_string(&other);
    assert_string_equal(text, other_text);
    pprof_weights parsed = {0};
    if (!parse_text(text, &m.arena, &parsed, &m.status)) fail_msg("%s", m.status.message);
    assert_int_equal(parsed.context_minimum, all.context_minimum);
    free(text);
    free(other_text);
    pprof_arena_free(&m.arena);
    pprof_arena_free(&again.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_selves_and_calls),
        cmocka_unit_test(test_inlined_lines_are_calls),
        cmocka_unit_test(test_recursion_counts_once),
        cmocka_unit_test(test_unnamed_frames_break_the_chain),
        cmocka_unit_test(test_lines_that_are_none),
        cmocka_unit_test(test_missing_start_lines_make_lines_absolute),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_a_nul_in_a_name_shortens_nothing),
        cmocka_unit_test(test_what_makes_functions_one),
        cmocka_unit_test(test_idle_functions_come_along),
        cmocka_unit_test(test_made_up_start_lines_are_distrusted),
        cmocka_unit_test(test_values_that_do_not_count),
        cmocka_unit_test(test_sums_saturate),
        cmocka_unit_test(test_contexts_end_at_their_depth),
        cmocka_unit_test(test_nanoseconds_are_weights_and_periods_samples),
        cmocka_unit_test(test_multiplied_frames_are_refused),
        cmocka_unit_test(test_light_contexts_give_way_and_it_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
