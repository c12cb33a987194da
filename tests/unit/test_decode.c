/* Hand-made and mutilated Profile messages: what is resolved, what is refused, and that nothing crashes. */
#include "reader_support.h"

#include <stdlib.h>

/* ---- a profile to spoil ---- */

static bytes make_pair(pprof_arena *arena, uint64_t first, uint64_t second) {
    bytes message = new_bytes(arena);
    put_number(&message, 1, first);
    put_number(&message, 2, second);
    return message;
}

/* Types "samples/count"; one function "main". */
static bytes begin_profile(pprof_arena *arena) {
    bytes profile = new_bytes(arena);
    put_message(&profile, 1, make_pair(arena, 1, 2));
    static const char *const strings[] = {"", "samples", "count", "main"};
    for (size_t i = 0; i < 4; i++) put_text(&profile, 6, strings[i]);
    put_message(&profile, 5, make_pair(arena, 1, 3));
    return profile;
}

static void put_location(bytes *profile, pprof_arena *arena, uint64_t id, uint64_t mapping, uint64_t address) {
    bytes location = make_pair(arena, id, mapping);
    put_number(&location, 3, address);
    put_message(&location, 4, make_pair(arena, 1, 10));
    put_message(profile, 4, location);
}

static void put_sample(bytes *profile, pprof_arena *arena, uint64_t location, int64_t value) {
    put_message(profile, 2, make_pair(arena, location, (uint64_t)value));
}

static void assert_refused(bytes profile, const char *part) {
    reading r = read_memory(profile.data, profile.size);
    assert_message_has(&r.status, part);
    assert_message_has(&r.status, "test: ");
    free_reading(&r);
}

/* ---- what is resolved ---- */

static void test_values_come_as_written(void **state) {
    (void)state;
    pprof_arena arena = {0};
    bytes profile = begin_profile(&arena);
    put_location(&profile, &arena, 7, 0, 0xfedcba9876543210);
    put_sample(&profile, &arena, 7, -5);
    put_number(&profile, 9, 1234);
    put_number(&profile, 10, (uint64_t)-1);
    put_message(&profile, 11, make_pair(&arena, 1, 2));
    put_number(&profile, 12, 1000);
    put_number(&profile, 14, 1);
    reading r = read_memory(profile.data, profile.size);
    assert_true(r.is_read);
    const pprof_profile *p = &r.profile;
    assert_int_equal(p->sample_count, 1);
    assert_int_equal(p->values[0], -5);
    assert_int_equal(p->sample_locations[0], 0);
    assert_true(p->locations[0].address == 0xfedcba9876543210);
    assert_int_equal(p->locations[0].mapping, PPROF_NONE);
    assert_int_equal(p->locations[0].line_count, 1);
    assert_int_equal(p->lines[0].line, 10);
    assert_true(pprof_string_equals(pprof_get_string(p, p->functions[p->lines[0].function].name_string), "main"));
    assert_int_equal(p->time_nanos, 1234);
    assert_int_equal(p->duration_nanos, -1);
    assert_int_equal(p->period, 1000);
    assert_int_equal(p->period_type.unit_string, 2);
    assert_int_equal(p->default_sample_type_string, 1);
    assert_null(p->first_label);
    free_reading(&r);
    pprof_arena_free(&arena);
}

/* Ids far apart are looked up in a sorted list. */
static void test_sparse_ids_are_found(void **state) {
    (void)state;
    pprof_arena arena = {0};
    bytes profile = begin_profile(&arena);
    uint64_t ids[200];
    for (uint64_t i = 0; i < 200; i++) ids[i] = (i * 0x9e3779b97f4a7c15U) | 1;
    ids[100] = UINT64_MAX;
    for (uint32_t i = 0; i < 200; i++) put_location(&profile, &arena, ids[i], 0, i);
    for (uint32_t i = 0; i < 200; i++) put_sample(&profile, &arena, ids[199 - i], 1);
    reading r = read_memory(profile.data, profile.size);
    assert_true(r.is_read);
    for (uint32_t i = 0; i < 200; i++) assert_int_equal(r.profile.sample_locations[i], 199 - i);
    free_reading(&r);
    put_sample(&profile, &arena, 2, 1);
    assert_refused(profile, "names location 2, which does not exist");
    pprof_arena_free(&arena);
}

static void test_sparse_duplicates_are_found(void **state) {
    (void)state;
    pprof_arena arena = {0};
    bytes profile = begin_profile(&arena);
    put_location(&profile, &arena, 1, 0, 1);
    put_location(&profile, &arena, UINT64_MAX, 0, 2);
    put_location(&profile, &arena, UINT64_MAX, 0, 3);
    assert_refused(profile, "two locations have the id 18446744073709551615");
    pprof_arena_free(&arena);
}

/* google/pprof reads it so. */
static void test_missing_mapping_is_none(void **state) {
    (void)state;
    pprof_arena arena = {0};
    bytes profile = begin_profile(&arena);
    put_location(&profile, &arena, 1, 99, 1);
    reading r = read_memory(profile.data, profile.size);
    assert_true(r.is_read);
    assert_int_equal(r.profile.locations[0].mapping, PPROF_NONE);
    free_reading(&r);
    pprof_arena_free(&arena);
}

static void test_strings_may_hold_any_byte(void **state) {
    (void)state;
    pprof_arena arena = {0};
    bytes profile = begin_profile(&arena);
    put_field(&profile, 6, "a\0b\xff", 4);
    char large[300];
    memset(large, 'x', sizeof large);
    put_field(&profile, 6, large, sizeof large);
    reading r = read_memory(profile.data, profile.size);
    assert_true(r.is_read);
    pprof_string odd = pprof_get_string(&r.profile, 4), long_one = pprof_get_string(&r.profile, 5);
    assert_int_equal(odd.length, 4);
    assert_memory_equal(odd.text, "a\0b\xff", 4);
    assert_false(pprof_string_equals(odd, "a"));
    assert_int_equal(long_one.length, 300);
    free_reading(&r);
    pprof_arena_free(&arena);
}

static void test_comments_packed_and_not(void **state) {
    (void)state;
    pprof_arena arena = {0};
    bytes profile = begin_profile(&arena);
    put_number(&profile, 13, 3);
    put_field(&profile, 13, "\x01\x02", 2);
    put_field(&profile, 13, "", 0);
    put_number(&profile, 13, 1);
    reading r = read_memory(profile.data, profile.size);
    assert_true(r.is_read);
    assert_int_equal(r.profile.comment_count, 4);
    static const uint32_t expected[] = {3, 1, 2, 1};
    assert_memory_equal(r.profile.comment_strings, expected, sizeof expected);
    free_reading(&r);
    put_field(&profile, 13, "\x81", 1);
    assert_refused(profile, "a varint does not end");
    pprof_arena_free(&arena);
}

/* A label without text, number and unit is none; key 0 is the empty key. */
static void test_labels(void **state) {
    (void)state;
    pprof_arena arena = {0};
    bytes profile = begin_profile(&arena);
    bytes sample = new_bytes(&arena), nothing = new_bytes(&arena), number = new_bytes(&arena);
    put_number(&nothing, 1, 3);
    put_number(&number, 3, (uint64_t)-7);
    put_number(&number, 4, 2);
    put_message(&sample, 3, nothing);
    put_message(&sample, 3, number);
    put_message(&sample, 3, make_pair(&arena, 1, 3));
    put_number(&sample, 2, 1);
    put_message(&profile, 2, sample);
    put_message(&profile, 2, make_pair(&arena, 0, 0)); /* will be refused: location 0 */
    assert_refused(profile, "names location 0");
    profile.size -= 6;
    reading r = read_memory(profile.data, profile.size);
    assert_true(r.is_read);
    assert_int_equal(r.profile.label_count, 2);
    assert_int_equal(r.profile.first_label[1], 2);
    assert_int_equal(r.profile.labels[0].number, -7);
    assert_int_equal(r.profile.labels[0].unit_string, 2);
    assert_int_equal(r.profile.labels[1].text_string, 3);
    free_reading(&r);
    pprof_arena_free(&arena);
}

/* ---- what is refused ---- */

static void test_second_scalar_means_two_profiles(void **state) {
    (void)state;
    static const uint32_t singular[] = {7, 8, 9, 10, 12, 14, 15};
    for (size_t i = 0; i < sizeof singular / sizeof *singular; i++) {
        pprof_arena arena = {0};
        bytes profile = begin_profile(&arena);
        put_number(&profile, singular[i], 1);
        reading r = read_memory(profile.data, profile.size);
        assert_true(r.is_read);
        free_reading(&r);
        put_number(&profile, singular[i], 1);
        assert_refused(profile, "two profiles concatenated");
        pprof_arena_free(&arena);
    }
    pprof_arena arena = {0};
    bytes profile = begin_profile(&arena);
    put_message(&profile, 11, make_pair(&arena, 1, 2));
    put_message(&profile, 11, make_pair(&arena, 1, 2));
    assert_refused(profile, "two profiles concatenated");
    pprof_arena_free(&arena);
}

static void test_string_indices_are_checked_everywhere(void **state) {
    (void)state;
    pprof_arena arena = {0};
    static const uint32_t scalars[] = {7, 8, 13, 14, 15};
    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++) {
        bytes profile = begin_profile(&arena);
        put_number(&profile, scalars[i], 4);
        assert_refused(profile, "string index 4, out of range of 4 strings");
        profile = begin_profile(&arena);
        put_number(&profile, scalars[i], (uint64_t)-1);
        assert_refused(profile, "string index -1");
    }
    for (uint32_t field = 1; field <= 4; field++) {
        if (field == 3) continue; /* a label's number */
        bytes profile = begin_profile(&arena), sample = new_bytes(&arena), label = new_bytes(&arena);
        put_number(&label, 3, 1);
        put_number(&label, field, 4);
        put_message(&sample, 3, label);
        put_number(&sample, 2, 1);
        put_message(&profile, 2, sample);
        assert_refused(profile, "a label's");
    }
    for (uint32_t field = 5; field <= 6; field++) {
        bytes profile = begin_profile(&arena), mapping = new_bytes(&arena);
        put_number(&mapping, 1, 1);
        put_number(&mapping, field, 4);
        put_message(&profile, 3, mapping);
        assert_refused(profile, "a mapping's");
    }
    for (uint32_t field = 2; field <= 4; field++) {
        bytes profile = begin_profile(&arena), function = new_bytes(&arena);
        put_number(&function, 1, 2);
        put_number(&function, field, (uint64_t)1 << 32);
        put_message(&profile, 5, function);
        assert_refused(profile, "string index 4294967296");
    }
    pprof_arena_free(&arena);
}

static void test_wrong_wire_types_are_refused(void **state) {
    (void)state;
    pprof_arena arena = {0};
    for (uint32_t field = 1; field <= 15; field++) {
        bytes profile = begin_profile(&arena);
        put_varint(&profile, field << 3 | 5);
        put_raw(&profile, "\1\0\0\0", 4);
        assert_refused(profile, "wrong wire type 5");
    }
    static const struct {
        uint32_t message, field;
    } inner[] = {{2, 1}, {2, 2}, {2, 3}, {3, 1}, {3, 5}, {4, 1}, {4, 4}, {4, 5}, {5, 1}, {5, 2}, {1, 1}};
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++) {
        bytes profile = begin_profile(&arena), message = new_bytes(&arena);
        put_varint(&message, inner[i].field << 3 | 5);
        put_raw(&message, "\1\0\0\0", 4);
        put_message(&profile, inner[i].message, message);
        assert_refused(profile, "malformed profile");
    }
    static const struct {
        uint32_t message, field, field_count;
        const char *kind;
    } flat[] = {{2, 3, 4, "a label"}, {4, 4, 3, "a line"}}; /* in a sample, in a location */
    for (size_t i = 0; i < sizeof flat / sizeof *flat; i++)
        for (uint32_t field = 1; field <= flat[i].field_count; field++) {
            bytes profile = begin_profile(&arena), outer = new_bytes(&arena), inner_message = new_bytes(&arena);
            put_varint(&inner_message, field << 3 | 5);
            put_raw(&inner_message, "\1\0\0\0", 4);
            put_message(&outer, flat[i].field, inner_message);
            put_message(&profile, flat[i].message, outer);
            assert_refused(profile, flat[i].kind);
        }
    pprof_arena_free(&arena);
}

static void test_mapping_ids_are_checked(void **state) {
    (void)state;
    pprof_arena arena = {0};
    bytes profile = begin_profile(&arena);
    put_message(&profile, 3, make_pair(&arena, 1, 0));
    put_message(&profile, 3, make_pair(&arena, 1, 0));
    assert_refused(profile, "two mappings have the id 1");
    profile = begin_profile(&arena);
    put_message(&profile, 3, make_pair(&arena, 0, 0));
    assert_refused(profile, "a mapping has the id 0");
    pprof_arena_free(&arena);
}

/* ---- one message may not cost what only a file may ---- */

static void test_stack_depth_is_limited(void **state) {
    (void)state;
    enum { FRAMES = (1 << 20) + 1 };
    pprof_arena arena = {0};
    bytes profile = begin_profile(&arena);
    put_location(&profile, &arena, 1, 0, 1);
    uint8_t *data = pprof_arena_allocate(&arena, profile.size + FRAMES + 64, 1);
    bytes large = {data, 0};
    memcpy(data, profile.data, profile.size);
    large.size = profile.size;
    for (int extra = 1; extra >= 0; extra--) { /* one too many, then just as many as are allowed */
        large.size = profile.size;
        size_t frames = FRAMES - 1 + (size_t)extra;
        bytes head = new_bytes(&arena);
        put_varint(&head, 2 << 3 | 2);
        put_varint(&head, frames + 6); /* tag, three bytes of length, tag and value */
        put_varint(&head, 1 << 3 | 2);
        put_varint(&head, frames);
        memcpy(data + large.size, head.data, head.size);
        large.size += head.size;
        memset(data + large.size, 1, frames);
        large.size += frames;
        data[large.size++] = 2 << 3; /* one value: 1 */
        data[large.size++] = 1;
        if (extra == 1) {
            assert_refused(large, "a stack of 1048577 frames, over the limit of 1048576");
            continue;
        }
        reading r = read_memory(large.data, large.size);
        assert_true(r.is_read);
        assert_int_equal(r.profile.first_location[1], frames);
        free_reading(&r);
    }
    pprof_arena_free(&arena);
}

/* protobuf-c keeps every unknown field: 20,000 of them would take 40 times their size. */
static void test_flat_message_of_many_fields_is_refused(void **state) {
    (void)state;
    pprof_arena arena = {0};
    bytes profile = begin_profile(&arena), function = new_bytes(&arena);
    put_number(&function, 1, 2);
    for (int i = 0; i < 20000; i++) put_number(&function, 15, 1);
    put_message(&profile, 5, function);
    assert_refused(profile, "a Function message of 40002 bytes that is corrupt or far too long");
    pprof_arena_free(&arena);
}

static void test_a_few_unknown_fields_are_skipped(void **state) {
    (void)state;
    pprof_arena arena = {0};
    bytes profile = begin_profile(&arena), function = new_bytes(&arena);
    put_number(&function, 1, 2);
    for (uint32_t i = 16; i < 40; i++) put_text(&function, i, "from a later version of the format");
    put_message(&profile, 5, function);
    put_text(&profile, 1000, "another");
    reading r = read_memory(profile.data, profile.size);
    assert_true(r.is_read);
    assert_int_equal(r.profile.function_count, 2);
    free_reading(&r);
    pprof_arena_free(&arena);
}

/* ---- mutilation: any answer, but an answer ---- */

static uint8_t *load(const char *path, pprof_arena *arena, size_t *size) {
    pprof_source source;
    pprof_status status = {0};
    assert_true(pprof_read_source(path, 0, arena, &source, &status));
    uint8_t *copy = pprof_arena_allocate(arena, source.size, 1);
    memcpy(copy, source.data, source.size);
    *size = source.size;
    return copy;
}

/* An index out of range would be read beyond its table, which the sanitizers see. */
static uint64_t touch_everything(const pprof_profile *profile) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < profile->sample_count; i++)
        for (uint32_t j = profile->first_location[i]; j < profile->first_location[i + 1]; j++) {
            const pprof_location *location = &profile->locations[profile->sample_locations[j]];
            if (location->mapping != PPROF_NONE) sum += profile->mappings[location->mapping].memory_start;
            for (uint32_t k = 0; k < location->line_count; k++) {
                const pprof_line *line = &profile->lines[location->first_line + k];
                sum += pprof_get_string(profile, profile->functions[line->function].name_string).length;
            }
        }
    for (uint32_t i = 0; i < profile->string_count; i++) {
        pprof_string string = pprof_get_string(profile, i);
        for (size_t j = 0; j < string.length; j++) sum += (uint8_t)string.text[j];
    }
    for (uint32_t i = 0; i < profile->label_count; i++) sum += profile->labels[i].key_string;
    return sum;
}

/* Takes a copy of just [size] bytes, so that the sanitizers see a read behind it. */
static uint64_t try_bytes(const uint8_t *data, size_t size) {
    uint8_t *copy = malloc(size == 0 ? 1 : size);
    assert_non_null(copy);
    memcpy(copy, data, size);
    reading r = read_memory(copy, size);
    uint64_t sum = r.is_read ? touch_everything(&r.profile) : 0;
    free_reading(&r);
    free(copy);
    return sum;
}

static const char *const victims[] = {
    TEST_DATA "/variants/w-minimal.pb.gz",        TEST_DATA "/variants/w-mixed-packed.pb.gz",
    TEST_DATA "/variants/w-label-both.pb.gz",     TEST_DATA "/variants/w-comments.pb.gz",
    TEST_DATA "/variants/w-unknown-fields.pb.gz",
};

static void test_every_prefix_has_an_answer(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof victims / sizeof *victims; i++) {
        pprof_arena arena = {0};
        size_t size;
        uint8_t *data = load(victims[i], &arena, &size);
        for (size_t cut = 0; cut <= size; cut++) (void)try_bytes(data, cut);
        pprof_arena_free(&arena);
    }
}

static void test_every_changed_byte_has_an_answer(void **state) {
    (void)state;
    static const uint8_t values[] = {0x00, 0x01, 0x7f, 0x80, 0xff};
    for (size_t i = 0; i < sizeof victims / sizeof *victims; i++) {
        pprof_arena arena = {0};
        size_t size;
        uint8_t *data = load(victims[i], &arena, &size);
        for (size_t at = 0; at < size; at++) {
            uint8_t old = data[at];
            for (size_t v = 0; v < sizeof values; v++) {
                data[at] = values[v];
                (void)try_bytes(data, size);
            }
            for (int bit = 0; bit < 8; bit++) {
                data[at] = (uint8_t)(old ^ 1 << bit);
                (void)try_bytes(data, size);
            }
            data[at] = old;
        }
        pprof_arena_free(&arena);
    }
}

/* Several bytes of a real profile at once, the same ones on every run. */
static void test_random_changes_have_an_answer(void **state) {
    (void)state;
    pprof_arena arena = {0};
    size_t size;
    uint8_t *data = load(TEST_DATA "/profiles/go.cpu.pb.gz", &arena, &size);
    uint8_t *changed = pprof_arena_allocate(&arena, size, 1);
    uint64_t random = 1;
    for (int round = 0; round < 2000; round++) {
        memcpy(changed, data, size);
        for (int i = 0; i <= round % 5; i++) {
            random = random * 6364136223846793005U + 1442695040888963407U;
            changed[(random >> 33) % size] = (uint8_t)(random >> 25);
        }
        (void)try_bytes(changed, size);
    }
    pprof_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_come_as_written),
        cmocka_unit_test(test_sparse_ids_are_found),
        cmocka_unit_test(test_sparse_duplicates_are_found),
        cmocka_unit_test(test_missing_mapping_is_none),
        cmocka_unit_test(test_strings_may_hold_any_byte),
        cmocka_unit_test(test_comments_packed_and_not),
        cmocka_unit_test(test_labels),
        cmocka_unit_test(test_second_scalar_means_two_profiles),
        cmocka_unit_test(test_string_indices_are_checked_everywhere),
        cmocka_unit_test(test_wrong_wire_types_are_refused),
        cmocka_unit_test(test_mapping_ids_are_checked),
        cmocka_unit_test(test_stack_depth_is_limited),
        cmocka_unit_test(test_flat_message_of_many_fields_is_refused),
        cmocka_unit_test(test_a_few_unknown_fields_are_skipped),
        cmocka_unit_test(test_every_prefix_has_an_answer),
        cmocka_unit_test(test_every_changed_byte_has_an_answer),
        cmocka_unit_test(test_random_changes_have_an_answer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
