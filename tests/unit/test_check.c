/* Which value counts, and whether a profile is fit for PGO: by name and not by place, with the reason and the remedy.
 */
#include "weights_support.h"

#include <math.h>

/* ---- helpers ---- */

/* A profile of these types ("name/unit", NULL at the end) and no samples. */
static pprof_profile make_types(pprof_arena *arena, const char *const *types, const char *default_type) {
    pprof_status status = {0};
    pprof_builder *builder = pprof_create_builder(arena, &status);
    for (; *types != NULL; types++) {
        const char *slash = strrchr(*types, '/');
        const char *name = pprof_copy_string(arena, *types, (size_t)(slash - *types), &status);
        pprof_add_sample_type(builder, name, slash + 1, &status);
    }
    uint32_t default_string = pprof_add_string(builder, default_type, strlen(default_type), &status);
    pprof_profile profile;
    assert_true(pprof_finish_builder(builder, &profile, &status));
    profile.default_sample_type_string = default_string;
    return profile;
}

static pprof_fitness check(reading *r, const char *type) {
    pprof_fitness fitness;
    pprof_weights_options options = {.sample_type = type};
    if (!pprof_check_fitness(&r->profile, "x.pgo", &options, &r->arena, &fitness, &r->status))
        fail_msg("%s", r->status.message);
    return fitness;
}

static bool advises(const pprof_fitness *fitness, const char *part) {
    for (uint32_t i = 0; i < fitness->advice_count; i++)
        if (strstr(fitness->advice[i], part) != NULL) return true;
    return false;
}

static void assert_share(double have, double expected) {
    if (fabs(have - expected) > 1e-9) fail_msg("%f, not %f", have, expected);
}

static reading read_data(const char *name) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    reading r = read_profile(pprof_format_string(&arena, &status, "%s/%s", TEST_DATA, name));
    if (!r.is_read) fail_msg("%s", r.status.message);
    pprof_arena_free(&arena); /* the source's path goes with it; nothing looks at it any more */
    return r;
}

/* ---- the CPU's type ---- */

static void test_the_cpu_type_is_found_by_name(void **state) {
    (void)state;
    static const struct {
        const char *types[6], *default_type;
        uint32_t expected;
    } cases[] = {
        {{"samples/count", "cpu/nanoseconds"}, "", 0},
        {{"cpu/nanoseconds", "samples/count"}, "", 0},
        {{"alloc_space/bytes", "cpu/nanoseconds"}, "", 1},
        {{"sample/count", "wall/nanoseconds", "cpu/nanoseconds"}, "", 2},
        {{"cpu/microseconds"}, "", 0},
        {{"cycles_sample/count", "cycles_event/count"}, "cycles_event", 0},
        {{"cycles_event/count"}, "", 0},
        {{"cache-misses_sample/count", "cache-misses_event/count", "cycles:ppp_sample/count", "cycles:ppp_event/count"},
         "cache-misses_event",
         2},
        {{"cpu_core/cycles/_sample/count"}, "", 0},
        {{"alloc-samples/count", "cpu-time/nanoseconds", "cpu-samples/count"}, "", 2},
        {{"alloc-samples/count", "cpu-time/nanoseconds"}, "", 1},
        {{"ticks/count", "other/count"}, "ticks", 0}, /* unknown types: as pprof would */
        {{"ticks/count", "other/count"}, "", 1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pprof_arena arena = {0};
        pprof_status status = {0};
        pprof_profile profile = make_types(&arena, cases[i].types, cases[i].default_type);
        uint32_t index = 99;
        if (!pprof_select_cpu_type(&profile, "x.pgo", NULL, &index, &status)) fail_msg("%zu: %s", i, status.message);
        if (index != cases[i].expected) fail_msg("case %zu: %u, not %u", i, index, cases[i].expected);
        pprof_arena_free(&arena);
    }
}

static void test_other_profiles_are_refused(void **state) {
    (void)state;
    static const struct {
        const char *types[6], *part;
    } cases[] = {
        {{"alloc_objects/count", "alloc_space/bytes", "inuse_objects/count", "inuse_space/bytes"}, "a heap profile"},
        {{"objects/count", "space/bytes"}, "a heap profile"},
        {{"anything/bytes"}, "a heap profile"},
        {{"contentions/count", "delay/nanoseconds"}, "a mutex or block profile"},
        {{"sample/count", "wall/nanoseconds"}, "a wall-clock profile"},
        {{"samples/count", "wall/nanoseconds"}, "a wall-clock profile"},
        {{"wall/nanoseconds", "sample/count"}, "a wall-clock profile"},
        {{"goroutine/count"}, "a list of threads"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pprof_arena arena = {0};
        pprof_status status = {0};
        pprof_profile profile = make_types(&arena, cases[i].types, "");
        uint32_t index;
        assert_false(pprof_select_cpu_type(&profile, "x.pgo", NULL, &index, &status));
        assert_message_has(&status, "x.pgo: not a CPU profile but");
        assert_message_has(&status, cases[i].part);
        assert_message_has(&status, cases[i].types[0]);
        assert_message_has(&status, "-pgo-sample-type");
        /* named, it is the user's word against ours */
        status = (pprof_status){0};
        assert_true(pprof_select_cpu_type(&profile, "x.pgo", "0", &index, &status));
        assert_int_equal(index, 0);
        pprof_arena_free(&arena);
    }
}

static void test_types_are_named_or_numbered(void **state) {
    (void)state;
    static const char *const types[] = {"samples/count", "cpu/nanoseconds", "space/bytes", NULL};
    static const struct {
        const char *wanted;
        uint32_t expected; /* PPROF_NONE: refused */
    } cases[] = {{"samples", 0},
                 {"cpu", 1},
                 {"2", 2},
                 {"inuse_space", 2},
                 {"3", PPROF_NONE},
                 {"", PPROF_NONE},
                 {"wall", PPROF_NONE},
                 {"-1", PPROF_NONE},
                 {"1x", PPROF_NONE},
                 {"99999999999999999999", PPROF_NONE}};
    pprof_arena arena = {0};
    pprof_profile profile = make_types(&arena, types, "cpu");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pprof_status status = {0};
        uint32_t index = PPROF_NONE;
        bool is_found = pprof_select_cpu_type(&profile, "x.pgo", cases[i].wanted, &index, &status);
        assert_int_equal(is_found, cases[i].expected != PPROF_NONE);
        if (is_found) assert_int_equal(index, cases[i].expected);
        if (!is_found) assert_message_has(&status, "samples/count, cpu/nanoseconds, space/bytes");
        pprof_status shown_status = {0};
        uint32_t shown = PPROF_NONE;
        assert_int_equal(pprof_select_shown_type(&profile, "x.pgo", cases[i].wanted, &shown, &shown_status), is_found);
        if (is_found) assert_int_equal(shown, index);
    }
    pprof_arena_free(&arena);
}

static void test_the_shown_type_is_the_default_or_the_last(void **state) {
    (void)state;
    static const char *const types[] = {"samples/count", "cpu/nanoseconds", NULL};
    static const struct {
        const char *default_type;
        uint32_t expected;
    } cases[] = {{"", 1}, {"samples", 0}, {"gone", 1}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        pprof_arena arena = {0};
        pprof_status status = {0};
        pprof_profile profile = make_types(&arena, types, cases[i].default_type);
        uint32_t index;
        assert_true(pprof_select_shown_type(&profile, "x.pgo", NULL, &index, &status));
        assert_int_equal(index, cases[i].expected);
        pprof_arena_free(&arena);
    }
}

static void test_no_types_at_all(void **state) {
    (void)state;
    static const char *const types[] = {NULL};
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile profile = make_types(&arena, types, "");
    uint32_t index;
    assert_false(pprof_select_cpu_type(&profile, "x.pgo", NULL, &index, &status));
    assert_message_has(&status, "no sample types");
    pprof_arena_free(&arena);
}

/* ---- fitness ---- */

static void test_shares_are_of_the_leaves(void **state) {
    (void)state;
    reading r = read_data("profiles/lua.sym.pb.gz");
    pprof_fitness fitness = check(&r, NULL);
    assert_true(fitness.is_fit);
    assert_string_equal(fitness.type, "samples");
    assert_string_equal(fitness.unit, "count");
    assert_int_equal(fitness.sample_count, 683);
    assert_int_equal(fitness.total, 683);
    /* 111 of 683 leaf samples of Lua are on line 0 */
    assert_share(fitness.share_with_line, (683.0 - 111.0) / 683.0);
    assert_share(fitness.share_with_name, 1);
    assert_share(fitness.share_with_caller, 1);
    assert_int_equal(fitness.distrusted_start_line_count, 0);
    assert_int_equal(fitness.advice_count, 1);
    assert_true(advises(&fitness, "few samples"));
    fitness = check(&r, "cpu");
    assert_string_equal(fitness.type, "cpu");
    assert_int_equal(fitness.total, 683000000);
    assert_int_equal(fitness.sample_count, 683);
    free_reading(&r);
}

/* The same shape at a thousand times the weight has nothing to complain of. */
static void test_a_good_profile_needs_no_advice(void **state) {
    (void)state;
    reading r = read_data("variants/lua.r-scaled1000.pb.gz");
    pprof_fitness fitness = check(&r, NULL);
    assert_true(fitness.is_fit);
    assert_int_equal(fitness.sample_count, 683000);
    assert_int_equal(fitness.advice_count, 0);
    free_reading(&r);
}

static void test_what_is_missing_is_said(void **state) {
    (void)state;
    static const struct {
        const char *file;
        bool is_fit;
        const char *advice;
    } cases[] = {
        {"profiles/lua.none.pb.gz", false,
         "not symbolized, addresses only: `pprofread import --binary EXE -o default.pgo x.pgo`"},
        {"profiles/lua.perf.none.pb", false, "not symbolized"},
        {"profiles/lua.fast.pb.gz", false, "lines are missing: build with -g"},
        {"variants/lua.r-nolines0.pb.gz", false, "lines are missing"},
        {"variants/lua.i-zerosamples.pb.gz", false, "no samples: record"},
        {"variants/lua.i-zerovalues.pb.gz", false, "no samples: record"},
        {"profiles/go.heap.pb.gz", false, "not a CPU profile but a heap profile"},
        {"profiles/node.wall.pb.gz", false, "not a CPU profile but a wall-clock profile"},
        {"variants/lua.g-contention.pb.gz", false, "not a CPU profile but a mutex"},
        {"profiles/lua.addr2line.pb.gz", true, "start lines are missing"},
        {"profiles/lua.addr2line.pb.gz", true, "columns are missing"},
        {"variants/lua.a-nostartline.pb.gz", true, "start lines are missing"},
        {"variants/lua.b-startline-is-line.pb.gz", true, "start lines are those of samples"},
        {"variants/lua.r-nocolumn.pb.gz", true, "columns are missing"},
        {"variants/lua.h-singleframe.pb.gz", true,
         "most samples have no callers: record whole stacks, with `perf record -g`"},
        {"variants/lua.q-lines.pb.gz", true, "most samples have no line"},
        {"variants/lua.q-negative.pb.gz", true, "few samples"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reading r = read_data(cases[i].file);
        pprof_fitness fitness = check(&r, NULL);
        if (fitness.is_fit != cases[i].is_fit) fail_msg("%s: fit is %d", cases[i].file, fitness.is_fit);
        if (!advises(&fitness, cases[i].advice)) fail_msg("%s: no advice \"%s\"", cases[i].file, cases[i].advice);
        free_reading(&r);
    }
}

static void test_made_up_start_lines_are_counted(void **state) {
    (void)state;
    reading r = read_data("variants/lua.b-startline-is-line.pb.gz");
    pprof_fitness fitness = check(&r, NULL);
    assert_true(fitness.distrusted_start_line_count > fitness.function_count / 2);
    assert_share(fitness.share_with_start_line, 0);
    free_reading(&r);
}

/* Sums saturate, and shares stay shares. */
static void test_absurd_values_stay_in_range(void **state) {
    (void)state;
    static const char *const files[] = {"variants/lua.q-overflow.pb.gz", "variants/lua.q-int64max.pb.gz",
                                        "variants/lua.q-negative.pb.gz", "variants/lua.q-lines.pb.gz"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        reading r = read_data(files[i]);
        pprof_fitness f = check(&r, NULL);
        const double shares[] = {f.share_with_name, f.share_with_line, f.share_with_start_line, f.share_with_column,
                                 f.share_with_caller};
        for (size_t j = 0; j < 5; j++) assert_true(shares[j] >= 0 && shares[j] <= 1);
        assert_true(f.total > 0);
        if (i == 0) assert_true(f.total == UINT64_MAX);
        free_reading(&r);
    }
}

/* Most of a server's time may be the kernel's. It has functions of the program's names, and none of them counts; what
 * called them does. */
static void test_the_kernel_is_no_part_of_the_program(void **state) {
    (void)state;
    making m;
    start_profile(&m, "samples", "count");
    uint32_t work = add_line(&m, add_c_function(&m, "work", 1), 5, 3), sort = add_c_function(&m, "sort", 40);
    const char *const files[] = {"[kernel.kallsyms]_text", "[vdso]", "/bin/[kernel]"};
    uint32_t leaves[4];
    for (uint32_t i = 0; i < 3; i++) {
        pprof_mapping mapping = {.memory_start = UINT64_C(4096) * i, .filename_string = add_string(&m, files[i])};
        pprof_location location = {.address = UINT64_C(4096) * i + 7, .line_count = 1};
        location.mapping = pprof_add_mapping(m.builder, &mapping, &m.status);
        leaves[i] = pprof_add_location(m.builder, &location, &(pprof_line){42, 1, sort}, &m.status);
    }
    pprof_location bare = {.address = UINT64_C(0xffffffff81000010), .mapping = PPROF_NONE};
    leaves[3] = pprof_add_location(m.builder, &bare, NULL, &m.status);
    ADD_SAMPLE(&m, 1000, leaves[0], work);
    ADD_SAMPLE(&m, 200, leaves[1], work);
    ADD_SAMPLE(&m, 50, leaves[2], work);
    ADD_SAMPLE(&m, 300, leaves[3], work);
    ADD_SAMPLE(&m, 450, work);
    pprof_profile profile = finish_profile(&m);

    pprof_fitness fitness;
    assert_true(pprof_check_fitness(&profile, "x.pgo", NULL, &m.arena, &fitness, &m.status));
    assert_true(fitness.is_fit);
    assert_share(fitness.share_in_kernel, 1500.0 / 2000);
    assert_share(fitness.share_with_line, 1);
    assert_share(fitness.share_with_caller, 50.0 / 500);
    assert_true(advises(&fitness, "most of the time went to the kernel"));
    assert_true(advises(&fitness, "few samples")); /* 500 are the program's */

    pprof_weights weights;
    assert_true(pprof_compute_weights(&profile, "x.pgo", NULL, &m.arena, &weights, &m.status));
    assert_int_equal(weights.function_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        bool is_sort = strcmp(weights.functions[i].source_name, "sort") == 0;
        assert_int_equal(weights.bodies[i].inclusive, is_sort ? 50 : 2000);
        assert_int_equal(weights.bodies[i].leaf, is_sort ? 50 : 450);
    }
    assert_int_equal(weights.unnamed, 1500);
    pprof_arena_free(&m.arena);
}

static void test_an_unknown_type_is_the_callers_error(void **state) {
    (void)state;
    reading r = read_data("profiles/lua.sym.pb.gz");
    pprof_fitness fitness;
    pprof_weights_options options = {.sample_type = "wall"};
    assert_false(pprof_check_fitness(&r.profile, "x.pgo", &options, &r.arena, &fitness, &r.status));
    assert_message_has(&r.status, "x.pgo: there is no sample type 'wall': it has samples/count, cpu/nanoseconds");
    free_reading(&r);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_cpu_type_is_found_by_name),
        cmocka_unit_test(test_other_profiles_are_refused),
        cmocka_unit_test(test_types_are_named_or_numbered),
        cmocka_unit_test(test_the_shown_type_is_the_default_or_the_last),
        cmocka_unit_test(test_no_types_at_all),
        cmocka_unit_test(test_shares_are_of_the_leaves),
        cmocka_unit_test(test_a_good_profile_needs_no_advice),
        cmocka_unit_test(test_what_is_missing_is_said),
        cmocka_unit_test(test_made_up_start_lines_are_counted),
        cmocka_unit_test(test_absurd_values_stay_in_range),
        cmocka_unit_test(test_the_kernel_is_no_part_of_the_program),
        cmocka_unit_test(test_an_unknown_type_is_the_callers_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
