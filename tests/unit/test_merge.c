/* Merging: what google/pprof's merges say, where it is right; the header's rules; scaling and normalizing. */
#include "weights_support.h"

#include <stdlib.h>

#define PROFILES TEST_DATA "/profiles/"

/* ---- the reference's merges ---- */

static pprof_profile merge_files(const char *const *paths, size_t count, pprof_arena *arena) {
    pprof_status status = {0};
    pprof_merger *merger = pprof_create_merger(false, arena, &status);
    for (size_t i = 0; i < count; i++) {
        reading input = read_profile(paths[i]);
        assert_true(input.is_read);
        assert_true(
            pprof_add_profile(merger, &(pprof_merge_input){.profile = &input.profile, .path = paths[i]}, &status));
        free_reading(&input); /* the merger must have kept nothing of it */
    }
    pprof_profile merged;
    assert_true(pprof_finish_merger(merger, &merged, &status));
    return merged;
}

static void check_merge(const char *first, const char *second, const char *golden) {
    pprof_arena arena = {0};
    const char *paths[] = {first, second};
    pprof_profile merged = merge_files(paths, 2, &arena);
    reading wanted = read_profile(golden);
    assert_true(wanted.is_read);
    if (!same_profile(&merged, &wanted.profile)) fail_msg("%s + %s is not %s", first, second, golden);
    free_reading(&wanted);
    pprof_arena_free(&arena);
}

static void test_merges_are_the_reference_s(void **state) {
    (void)state;
    check_merge(PROFILES "lua.sym.pb.gz", PROFILES "lua2.sym.pb.gz", PROFILES "merge.lua+lua2.pb.gz");
    check_merge(PROFILES "lua.sym.pb.gz", PROFILES "xmlbench.sym.pb.gz", PROFILES "merge.lua+xmlbench.pb.gz");
}

/* ---- small profiles ---- */

typedef struct fixture {
    making making;
    pprof_profile profile;
} fixture;

static void begin(fixture *f) {
    *f = (fixture){0};
    start_profile(&f->making, "samples", "count");
}

/* Of line and column of a function at its address in /bin/x, which is loaded at [start]. */
static uint32_t add_location(fixture *f, uint64_t start, const char *name, int64_t column) {
    pprof_mapping mapping = {
        .memory_start = start, .memory_limit = start + 8000, .filename_string = add_string(&f->making, "/bin/x")};
    pprof_function function = {.name_string = add_string(&f->making, name)};
    pprof_line lines[] = {{.line = 5, .column = column}, {.line = 9, .column = 1}};
    lines[0].function = lines[1].function = pprof_add_function(f->making.builder, &function, &f->making.status);
    pprof_location location = {.address = start + 16, .line_count = 2};
    location.mapping = pprof_add_mapping(f->making.builder, &mapping, &f->making.status);
    return pprof_add_location(f->making.builder, &location, lines, &f->making.status);
}

static void add_sample(fixture *f, uint32_t location, int64_t value) {
    pprof_add_sample(f->making.builder, &location, 1, &value, NULL, 0, &f->making.status);
}

static void finish(fixture *f) {
    assert_true(pprof_finish_builder(f->making.builder, &f->profile, &f->making.status));
}

/* One sample of one function, worth [value]. */
static fixture make_simple(const char *name, int64_t value) {
    fixture f;
    begin(&f);
    add_sample(&f, add_location(&f, 1 << 20, name, 1), value);
    finish(&f);
    return f;
}

static pprof_profile merge_two(fixture *a, fixture *b, double weight, bool normalize, fixture *into) {
    *into = (fixture){0};
    pprof_merger *merger = pprof_create_merger(normalize, &into->making.arena, &into->making.status);
    assert_non_null(merger);
    const pprof_merge_input first = {.profile = &a->profile, .path = "a", .weight = weight};
    const pprof_merge_input second = {.profile = &b->profile, .path = "b"};
    if (pprof_add_profile(merger, &first, &into->making.status) &&
        pprof_add_profile(merger, &second, &into->making.status))
        assert_true(pprof_finish_merger(merger, &into->profile, &into->making.status));
    return into->profile;
}

static void free_all(fixture *a, fixture *b, fixture *c) {
    pprof_arena_free(&a->making.arena);
    pprof_arena_free(&b->making.arena);
    pprof_arena_free(&c->making.arena);
}

/* ---- what is the same ---- */

static void test_addresses_follow_the_program(void **state) {
    (void)state;
    fixture a = {0}, b = {0}, c;
    begin(&a);
    add_sample(&a, add_location(&a, 1 << 20, "f", 1), 1);
    finish(&a);
    begin(&b);
    add_sample(&b, add_location(&b, 1 << 24, "f", 1), 2);
    finish(&b);
    pprof_profile merged = merge_two(&a, &b, 1, false, &c);
    assert_int_equal(merged.mapping_count, 1);
    assert_int_equal(merged.location_count, 1);
    assert_int_equal(merged.locations[0].address, (1 << 20) + 16);
    assert_int_equal(merged.sample_count, 1);
    assert_int_equal(merged.values[0], 3);
    free_all(&a, &b, &c);
}

/* What no line is of stays; what only an unused location is of goes. */
static void test_idle_functions_stay(void **state) {
    (void)state;
    fixture a = {0}, b = make_simple("f", 2), c;
    begin(&a);
    add_sample(&a, add_location(&a, 1 << 20, "f", 1), 1);
    (void)add_location(&a, 1 << 20, "unused", 1);
    pprof_function idle = {.name_string = add_string(&a.making, "idle")};
    pprof_add_function(a.making.builder, &idle, &a.making.status);
    finish(&a);
    pprof_profile merged = merge_two(&a, &b, 1, false, &c);
    assert_int_equal(merged.function_count, 2);
    assert_true(pprof_string_equals(pprof_get_string(&merged, merged.functions[0].name_string), "f"));
    assert_true(pprof_string_equals(pprof_get_string(&merged, merged.functions[1].name_string), "idle"));
    assert_int_equal(merged.values[0], 3);
    free_all(&a, &b, &c);
}

static void test_columns_keep_inlined_frames_apart(void **state) {
    (void)state;
    fixture a = {0}, b = {0}, c;
    begin(&a);
    add_sample(&a, add_location(&a, 1 << 20, "f", 1), 1);
    add_sample(&a, add_location(&a, 1 << 20, "f", 2), 1);
    finish(&a);
    begin(&b);
    add_sample(&b, add_location(&b, 1 << 20, "f", 2), 5);
    finish(&b);
    pprof_profile merged = merge_two(&a, &b, 1, false, &c);
    assert_int_equal(merged.location_count, 2);
    assert_int_equal(merged.values[0], 1);
    assert_int_equal(merged.values[1], 6);
    free_all(&a, &b, &c);
}

static void test_the_order_of_labels_is_nothing(void **state) {
    (void)state;
    fixture a = {0}, b = {0}, c;
    fixture *const both[] = {&a, &b};
    for (int i = 0; i < 2; i++) {
        begin(both[i]);
        uint32_t location = add_location(both[i], 1 << 20, "f", 1);
        pprof_label labels[] = {
            {.key_string = add_string(&both[i]->making, "thread"), .number = 7},
            {.key_string = add_string(&both[i]->making, "host"), .text_string = add_string(&both[i]->making, "x")}};
        const pprof_label swapped[] = {labels[1], labels[0]};
        const int64_t value = 1;
        pprof_add_sample(both[i]->making.builder, &location, 1, &value, i == 0 ? labels : swapped, 2,
                         &both[i]->making.status);
        finish(both[i]);
    }
    pprof_profile merged = merge_two(&a, &b, 1, false, &c);
    assert_int_equal(merged.sample_count, 1);
    assert_int_equal(merged.label_count, 2);
    assert_int_equal(merged.values[0], 2);

    /* given ones take the place of those with their key */
    const pprof_text_label given = {.key = "host", .text = "all"};
    const pprof_merge_input input = {.profile = &a.profile, .path = "a", .labels = &given, .label_count = 1};
    assert_true(pprof_merge_profiles(&input, 1, &c.making.arena, &merged, &c.making.status));
    assert_int_equal(merged.label_count, 2);
    uint32_t hosts = 0;
    for (uint32_t i = 0; i < 2; i++)
        hosts += pprof_string_equals(pprof_get_string(&merged, merged.labels[i].text_string), "all");
    assert_int_equal(hosts, 1);
    free_all(&a, &b, &c);
}

/* ---- headers ---- */

static void test_headers_are_combined(void **state) {
    (void)state;
    fixture a = {0}, b = {0}, c;
    fixture *const both[] = {&a, &b};
    for (int i = 0; i < 2; i++) {
        begin(both[i]);
        add_sample(both[i], add_location(both[i], 1 << 20, "f", 1), 1);
        uint32_t *comments = pprof_arena_allocate(&both[i]->making.arena, 2, sizeof *comments);
        comments[0] = add_string(&both[i]->making, "both");
        comments[1] = add_string(&both[i]->making, i == 0 ? "first" : "second");
        uint32_t url = add_string(&both[i]->making, i == 0 ? "" : "url"),
                 drop = add_string(&both[i]->making, i == 0 ? "d" : "e");
        finish(both[i]);
        both[i]->profile.comment_strings = comments;
        both[i]->profile.comment_count = 2;
        both[i]->profile.doc_url_string = url;
        both[i]->profile.drop_frames_string = drop;
        both[i]->profile.duration_nanos = i == 0 ? INT64_MAX - 5 : 10;
        both[i]->profile.time_nanos = i == 0 ? 0 : 77;
        both[i]->profile.period = i == 0 ? 100 : 1000;
    }
    pprof_profile merged = merge_two(&a, &b, 1, false, &c);
    assert_int_equal(merged.comment_count, 3);
    static const char *const comments[] = {"both", "first", "second"};
    for (uint32_t i = 0; i < 3; i++)
        assert_true(pprof_string_equals(pprof_get_string(&merged, merged.comment_strings[i]), comments[i]));
    assert_true(pprof_string_equals(pprof_get_string(&merged, merged.doc_url_string), "url"));
    assert_true(pprof_string_equals(pprof_get_string(&merged, merged.drop_frames_string), "d"));
    assert_int_equal(merged.duration_nanos, INT64_MAX);
    assert_int_equal(merged.time_nanos, 77);
    assert_int_equal(merged.period, 1000);
    free_all(&a, &b, &c);
}

static void test_other_types_are_refused(void **state) {
    (void)state;
    fixture a = make_simple("f", 1), b = make_simple("f", 1), c;
    b.profile.sample_types[0].unit_string = b.profile.functions[0].name_string;
    merge_two(&a, &b, 1, false, &c);
    assert_message_has(&c.making.status, "b: its values are samples/f, period /, those of a are samples/count");
    free_all(&a, &b, &c);
    pprof_status status = {0};
    pprof_profile none;
    pprof_arena arena = {0};
    assert_false(pprof_merge_profiles(NULL, 0, &arena, &none, &status));
    assert_message_has(&status, "no profiles");
    pprof_arena_free(&arena);
}

/* ---- values ---- */

static void test_values_saturate(void **state) {
    (void)state;
    fixture a = make_simple("f", INT64_MAX - 1), b = make_simple("f", 5), c;
    assert_int_equal(merge_two(&a, &b, 1, false, &c).values[0], INT64_MAX);
    pprof_arena_free(&c.making.arena);
    assert_int_equal(merge_two(&a, &b, 1e9, false, &c).values[0], INT64_MAX);
    const double factors[][2] = {{-1, -5}, {-2, -10}, {0.5, 3}, {-0.5, -3}, {0, 0}};
    for (size_t i = 0; i < sizeof factors / sizeof *factors; i++) {
        b.profile.values[0] = 5;
        pprof_scale_profile(&b.profile, &factors[i][0]);
        assert_int_equal(b.profile.values[0], (int64_t)factors[i][1]);
    }
    pprof_scale_profile(&a.profile, (double[]){-1e300});
    assert_int_equal(a.profile.values[0], INT64_MIN);
    free_all(&a, &b, &c);
}

static void test_what_cancels_out_is_left_out(void **state) {
    (void)state;
    fixture a = {0}, b = make_simple("f", -3), c;
    begin(&a);
    add_sample(&a, add_location(&a, 1 << 20, "f", 1), 3);
    add_sample(&a, add_location(&a, 1 << 20, "g", 1), 4);
    add_sample(&a, add_location(&a, 1 << 20, "h", 1), 0);
    finish(&a);
    pprof_profile merged = merge_two(&a, &b, 1, false, &c);
    assert_int_equal(merged.sample_count, 1);
    assert_int_equal(merged.function_count, 1);
    assert_true(pprof_string_equals(pprof_get_string(&merged, merged.functions[0].name_string), "g"));
    free_all(&a, &b, &c);
}

static void test_normalized_inputs_count_the_same(void **state) {
    (void)state;
    fixture a = make_simple("f", 9000), b = make_simple("g", 1000), c;
    pprof_profile merged = merge_two(&a, &b, 1, true, &c);
    assert_int_equal(merged.values[0], 5000);
    assert_int_equal(merged.values[1], 5000);
    pprof_arena_free(&c.making.arena);
    merged = merge_two(&a, &b, 3, true, &c); /* 3 · 9000 + 1000, shared 3 to 1 */
    assert_int_equal(merged.values[0], 21000);
    assert_int_equal(merged.values[1], 7000);
    free_all(&a, &b, &c);
}

/* A long recording of nothing but rare stacks beside a short one: its rare stacks must not all round to nothing. */
static void test_normalizing_keeps_totals(void **state) {
    (void)state;
    enum { STACKS = 1000 };
    fixture a = {0}, b = make_simple("f", 100), c;
    begin(&a);
    for (int64_t i = 0; i < STACKS; i++) add_sample(&a, add_location(&a, 1 << 20, "f", 2 + i), 1);
    finish(&a);
    pprof_profile merged = merge_two(&a, &b, 1, true, &c);
    int64_t rare = 0, total = 0;
    for (uint32_t s = 0; s < merged.sample_count; s++) {
        total += merged.values[s];
        if (merged.lines[merged.locations[merged.sample_locations[s]].first_line].column >= 2) rare += merged.values[s];
    }
    assert_int_equal(total, STACKS + 100);
    assert_int_equal(rare, (STACKS + 100) / 2);
    free_all(&a, &b, &c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merges_are_the_reference_s),
        cmocka_unit_test(test_addresses_follow_the_program),
        cmocka_unit_test(test_idle_functions_stay),
        cmocka_unit_test(test_columns_keep_inlined_frames_apart),
        cmocka_unit_test(test_the_order_of_labels_is_nothing),
        cmocka_unit_test(test_headers_are_combined),
        cmocka_unit_test(test_other_types_are_refused),
        cmocka_unit_test(test_values_saturate),
        cmocka_unit_test(test_what_cancels_out_is_left_out),
        cmocka_unit_test(test_normalized_inputs_count_the_same),
        cmocka_unit_test(test_normalizing_keeps_totals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
