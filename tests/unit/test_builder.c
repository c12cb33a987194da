/* The builder: equal things become one, in order of first use; sums saturate; growth loses nothing. */
#include "reader_support.h"

#include <stdlib.h>

typedef struct fixture {
    pprof_arena arena;
    pprof_status status;
    pprof_builder *builder;
} fixture;

static void begin(fixture *f) {
    *f = (fixture){0};
    f->builder = pprof_create_builder(&f->arena, &f->status);
    assert_non_null(f->builder);
}

static pprof_profile finish(fixture *f) {
    pprof_profile profile;
    assert_true(pprof_finish_builder(f->builder, &profile, &f->status));
    assert_false(f->status.failed);
    return profile;
}

static uint32_t add_string(fixture *f, const char *text) {
    return pprof_add_string(f->builder, text, strlen(text), &f->status);
}

static uint32_t add_function(fixture *f, const char *name, int64_t start_line) {
    pprof_function function = {.name_string = add_string(f, name), .start_line = start_line};
    return pprof_add_function(f->builder, &function, &f->status);
}

static uint32_t add_location(fixture *f, uint64_t address, uint32_t function, int64_t number) {
    pprof_line line = {.line = number, .function = function};
    pprof_location location = {.address = address, .mapping = PPROF_NONE, .line_count = 1, .first_line = 77};
    return pprof_add_location(f->builder, &location, &line, &f->status);
}

static void test_an_empty_profile_has_the_empty_string(void **state) {
    (void)state;
    fixture f;
    begin(&f);
    assert_int_equal(add_string(&f, ""), 0);
    pprof_profile profile = finish(&f);
    assert_int_equal(profile.string_count, 1);
    assert_int_equal(profile.sample_count, 0);
    assert_int_equal(profile.first_location[0], 0);
    assert_null(profile.first_label);
    pprof_arena_free(&f.arena);
}

static void test_strings_are_interned(void **state) {
    (void)state;
    fixture f;
    begin(&f);
    assert_int_equal(add_string(&f, "b"), 1);
    assert_int_equal(add_string(&f, "a"), 2);
    assert_int_equal(add_string(&f, "b"), 1);
    assert_int_equal(pprof_add_string(f.builder, "b\0", 2, &f.status), 3);
    assert_int_equal(pprof_add_string(f.builder, "\0", 1, &f.status), 4); /* not the empty one */
    assert_int_equal(pprof_add_string(f.builder, "b\0", 2, &f.status), 3);
    char large[1000];
    memset(large, 'l', sizeof large);
    assert_int_equal(pprof_add_string(f.builder, large, 1000, &f.status), 5);
    assert_int_equal(pprof_add_string(f.builder, large, 999, &f.status), 6);
    pprof_profile profile = finish(&f);
    assert_int_equal(profile.string_count, 7);
    assert_true(pprof_string_equals(pprof_get_string(&profile, 2), "a"));
    assert_int_equal(pprof_get_string(&profile, 5).length, 1000);
    assert_memory_equal(pprof_get_string(&profile, 3).text, "b\0", 2);
    pprof_arena_free(&f.arena);
}

static void test_functions_and_mappings_differ_in_any_field(void **state) {
    (void)state;
    fixture f;
    begin(&f);
    uint32_t name = add_string(&f, "n");
    pprof_function functions[] = {{0},
                                  {.name_string = name},
                                  {.system_name_string = name},
                                  {.filename_string = name},
                                  {.start_line = 1},
                                  {.start_line = -1}};
    pprof_mapping mappings[] = {{0},
                                {.memory_start = 1},
                                {.memory_limit = 1},
                                {.file_offset = 1},
                                {.filename_string = name},
                                {.build_id_string = name},
                                {.has_functions = true},
                                {.has_filenames = true},
                                {.has_line_numbers = true},
                                {.has_inline_frames = true}};
    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < sizeof functions / sizeof *functions; i++)
            assert_int_equal(pprof_add_function(f.builder, &functions[i], &f.status), i);
        for (uint32_t i = 0; i < sizeof mappings / sizeof *mappings; i++)
            assert_int_equal(pprof_add_mapping(f.builder, &mappings[i], &f.status), i);
    }
    pprof_profile profile = finish(&f);
    assert_int_equal(profile.function_count, 6);
    assert_int_equal(profile.mapping_count, 10);
    assert_int_equal(profile.functions[5].start_line, -1);
    assert_true(profile.mappings[9].has_inline_frames);
    pprof_arena_free(&f.arena);
}

static void test_locations_are_compared_by_their_lines(void **state) {
    (void)state;
    fixture f;
    begin(&f);
    uint32_t g = add_function(&f, "g", 1), h = add_function(&f, "h", 9);
    pprof_line chain[] = {{.line = 3, .column = 1, .function = g}, {.line = 10, .function = h}};
    pprof_location location = {.address = 5, .mapping = PPROF_NONE, .line_count = 2};
    assert_int_equal(pprof_add_location(f.builder, &location, chain, &f.status), 0);
    chain[0].column = 2;
    assert_int_equal(pprof_add_location(f.builder, &location, chain, &f.status), 1);
    chain[0].column = 1;
    assert_int_equal(pprof_add_location(f.builder, &location, chain, &f.status), 0);
    location.is_folded = true;
    assert_int_equal(pprof_add_location(f.builder, &location, chain, &f.status), 2);
    location = (pprof_location){.address = 5, .mapping = PPROF_NONE};
    assert_int_equal(pprof_add_location(f.builder, &location, NULL, &f.status), 3);
    assert_int_equal(pprof_add_location(f.builder, &location, NULL, &f.status), 3);
    pprof_profile profile = finish(&f);
    assert_int_equal(profile.location_count, 4);
    assert_int_equal(profile.line_count, 6);
    assert_int_equal(profile.locations[2].first_line, 4);
    assert_int_equal(profile.lines[profile.locations[1].first_line].column, 2);
    pprof_arena_free(&f.arena);
}

static void test_equal_samples_are_summed(void **state) {
    (void)state;
    fixture f;
    begin(&f);
    pprof_add_sample_type(f.builder, "samples", "count", &f.status);
    pprof_add_sample_type(f.builder, "cpu", "nanoseconds", &f.status);
    uint32_t g = add_function(&f, "g", 1);
    uint32_t stack[] = {add_location(&f, 1, g, 2), add_location(&f, 2, g, 3)}, reversed[] = {stack[1], stack[0]};
    const int64_t one[] = {1, 1000}, most[] = {INT64_MAX, INT64_MIN};
    assert_int_equal(pprof_add_sample(f.builder, stack, 2, one, NULL, 0, &f.status), 0);
    assert_int_equal(pprof_add_sample(f.builder, reversed, 2, one, NULL, 0, &f.status), 1);
    assert_int_equal(pprof_add_sample(f.builder, stack, 1, one, NULL, 0, &f.status), 2);
    assert_int_equal(pprof_add_sample(f.builder, NULL, 0, one, NULL, 0, &f.status), 3);
    assert_int_equal(pprof_add_sample(f.builder, stack, 2, one, NULL, 0, &f.status), 0);
    assert_int_equal(pprof_add_sample(f.builder, stack, 1, most, NULL, 0, &f.status), 2);
    assert_int_equal(pprof_add_sample(f.builder, stack, 1, most, NULL, 0, &f.status), 2);
    assert_int_equal(pprof_add_sample(f.builder, NULL, 0, one, NULL, 0, &f.status), 3);
    pprof_profile profile = finish(&f);
    assert_int_equal(profile.sample_count, 4);
    static const uint32_t first[] = {0, 2, 4, 5, 5};
    assert_memory_equal(profile.first_location, first, sizeof first);
    static const int64_t values[] = {2, 2000, 1, 1000, INT64_MAX, INT64_MIN, 2, 2000};
    assert_memory_equal(profile.values, values, sizeof values);
    pprof_arena_free(&f.arena);
}

static void test_labels_keep_samples_apart(void **state) {
    (void)state;
    fixture f;
    begin(&f);
    pprof_add_sample_type(f.builder, "samples", "count", &f.status);
    uint32_t key = add_string(&f, "thread");
    const pprof_label labels[] = {{.key_string = key, .number = 1}, {.key_string = key, .number = 2}};
    const int64_t one = 1;
    assert_int_equal(pprof_add_sample(f.builder, NULL, 0, &one, &labels[0], 1, &f.status), 0);
    assert_int_equal(pprof_add_sample(f.builder, NULL, 0, &one, &labels[1], 1, &f.status), 1);
    assert_int_equal(pprof_add_sample(f.builder, NULL, 0, &one, labels, 2, &f.status), 2);
    assert_int_equal(pprof_add_sample(f.builder, NULL, 0, &one, NULL, 0, &f.status), 3);
    assert_int_equal(pprof_add_sample(f.builder, NULL, 0, &one, &labels[0], 1, &f.status), 0);
    pprof_profile profile = finish(&f);
    static const uint32_t first[] = {0, 1, 2, 4, 4};
    assert_memory_equal(profile.first_label, first, sizeof first);
    assert_int_equal(profile.values[0], 2);
    pprof_arena_free(&f.arena);
}

/* Far beyond the first capacity of every list and table, each thing twice. */
static void test_growth_loses_nothing(void **state) {
    (void)state;
    enum { COUNT = 20000 };
    fixture f;
    begin(&f);
    pprof_add_sample_type(f.builder, "samples", "count", &f.status);
    for (int round = 0; round < 2; round++)
        for (uint32_t i = 0; i < COUNT; i++) {
            char name[32];
            (void)snprintf(name, sizeof name, "function_%u", i);
            assert_int_equal(add_function(&f, name, i), i);
            assert_int_equal(add_location(&f, i, i, i + 1), i);
            const uint32_t stack[] = {i, i / 2, i / 3};
            const int64_t value = i;
            assert_int_equal(pprof_add_sample(f.builder, stack, 3, &value, NULL, 0, &f.status), i);
        }
    pprof_profile profile = finish(&f);
    assert_int_equal(profile.sample_count, COUNT);
    for (uint32_t i = 0; i < COUNT; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "function_%u", i);
        assert_int_equal(profile.values[i], 2 * i);
        assert_int_equal(profile.sample_locations[profile.first_location[i] + 1], i / 2);
        assert_int_equal(profile.locations[i].first_line, i);
        assert_int_equal(profile.lines[i].function, i);
        assert_true(pprof_string_equals(pprof_get_string(&profile, profile.functions[i].name_string), name));
    }
    pprof_arena_free(&f.arena);
}

/* What it makes is a profile like any other. */
static void test_a_built_profile_is_encoded_and_read(void **state) {
    (void)state;
    fixture f;
    begin(&f);
    pprof_add_sample_type(f.builder, "samples", "count", &f.status);
    uint32_t location = add_location(&f, 4096, add_function(&f, "g", 1), 2);
    const int64_t value = 3;
    pprof_add_sample(f.builder, &location, 1, &value, NULL, 0, &f.status);
    uint32_t comment = add_string(&f, "made by hand");
    pprof_profile profile = finish(&f);
    profile.comment_strings = &comment;
    profile.comment_count = 1;
    profile.period_type = profile.sample_types[0];
    profile.period = 1;
    const uint8_t *data;
    size_t size;
    assert_true(pprof_encode_profile(&profile, true, &f.arena, &data, &size, &f.status));
    reading r = read_memory(data, size);
    assert_true(r.is_read);
    assert_true(same_profile(&profile, &r.profile));
    free_reading(&r);
    pprof_arena_free(&f.arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_empty_profile_has_the_empty_string),
        cmocka_unit_test(test_strings_are_interned),
        cmocka_unit_test(test_functions_and_mappings_differ_in_any_field),
        cmocka_unit_test(test_locations_are_compared_by_their_lines),
        cmocka_unit_test(test_equal_samples_are_summed),
        cmocka_unit_test(test_labels_keep_samples_apart),
        cmocka_unit_test(test_growth_loses_nothing),
        cmocka_unit_test(test_a_built_profile_is_encoded_and_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
