/* Recordings of gperftools and perf, read by us and by the reference: the same samples at the same addresses. The
 * recordings are real (tests/data/README in the shared folder tells how they came about); the broken ones are made
 * here from them. */
#include "import.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- comparing profiles ---- */

/* One stack with all its samples: equal stacks are one line, whoever merged them. */
typedef struct summed_stack {
    char *text;
    int64_t values[2];
} summed_stack;

typedef struct summary {
    summed_stack *stacks;
    size_t count;
} summary;

static int compare_stacks(const void *left, const void *right) {
    const summed_stack *a = left, *b = right;
    return strcmp(a->text, b->text);
}

/* A frame as file and offset in it, or as a bare address; kernel frames can be left out. */
static void describe_frame(const pprof_profile *profile, uint32_t index, bool absolute, FILE *out) {
    const pprof_location *location = &profile->locations[index];
    if (location->mapping == PPROF_NONE || absolute) {
        (void)fprintf(out, " %" PRIx64, location->address);
        if (location->mapping == PPROF_NONE) return;
    }
    const pprof_mapping *mapping = &profile->mappings[location->mapping];
    pprof_string file = pprof_get_string(profile, mapping->filename_string);
    (void)fprintf(out, " %.*s+%" PRIx64, (int)file.length, file.text,
                  location->address - mapping->memory_start + mapping->file_offset);
}

static bool is_kernel_frame(const pprof_profile *profile, uint32_t index) {
    return profile->locations[index].address >= (uint64_t)1 << 63;
}

static summary summarize(const pprof_profile *profile, bool absolute, pprof_arena *arena) {
    summary summary = {.stacks = pprof_arena_allocate(arena, profile->sample_count, sizeof(summed_stack))};
    for (uint32_t i = 0; i < profile->sample_count; i++) {
        char *text = NULL;
        size_t length = 0;
        FILE *out = open_memstream(&text, &length);
        for (uint32_t j = profile->first_location[i]; j < profile->first_location[i + 1]; j++)
            if (absolute || !is_kernel_frame(profile, profile->sample_locations[j]))
                describe_frame(profile, profile->sample_locations[j], absolute, out);
        (void)fclose(out);
        summary.stacks[i].text = text;
        assert_true(pprof_arena_adopt(arena, text, length));
        for (uint32_t k = 0; k < 2; k++) summary.stacks[i].values[k] = profile->values[i * 2 + k];
    }
    qsort(summary.stacks, profile->sample_count, sizeof *summary.stacks, compare_stacks);
    for (uint32_t i = 0; i < profile->sample_count; i++) {
        summed_stack *last = summary.count == 0 ? NULL : &summary.stacks[summary.count - 1];
        if (last != NULL && strcmp(last->text, summary.stacks[i].text) == 0) {
            for (int k = 0; k < 2; k++) last->values[k] += summary.stacks[i].values[k];
        } else {
            summary.stacks[summary.count++] = summary.stacks[i];
        }
    }
    return summary;
}

static void expect_same_samples(const pprof_profile *ours, const pprof_profile *reference, bool absolute) {
    pprof_arena arena = {0};
    summary mine = summarize(ours, absolute, &arena), theirs = summarize(reference, absolute, &arena);
    assert_true(mine.count > 100);
    assert_int_equal(mine.count, theirs.count);
    for (size_t i = 0; i < mine.count; i++) {
        assert_string_equal(mine.stacks[i].text, theirs.stacks[i].text);
        for (int k = 0; k < 2; k++) assert_int_equal(mine.stacks[i].values[k], theirs.stacks[i].values[k]);
    }
    pprof_arena_free(&arena);
}

static void expect_same_string(const pprof_profile *ours, uint32_t our_index, const pprof_profile *reference,
                               uint32_t index) {
    pprof_string mine = pprof_get_string(ours, our_index), theirs = pprof_get_string(reference, index);
    assert_int_equal(mine.length, theirs.length);
    assert_memory_equal(mine.text, theirs.text, mine.length);
}

static void expect_type(const pprof_profile *profile, const pprof_value_type *type, const char *name,
                        const char *unit) {
    assert_true(pprof_string_equals(pprof_get_string(profile, type->type_string), name));
    assert_true(pprof_string_equals(pprof_get_string(profile, type->unit_string), unit));
}

static void read_profile(const char *path, pprof_arena *arena, pprof_source *source, pprof_profile *profile) {
    pprof_status status = {0};
    if (!pprof_read_source(path, 0, arena, source, &status)) fail_msg("%s", status.message);
    if (!pprof_decode_profile(source, arena, profile, &status)) fail_msg("%s", status.message);
}

static bool ignore_line(void *context, char *line, size_t length, pprof_status *status) {
    (void)context, (void)line, (void)length, (void)status;
    return true;
}

/* ---- gperftools ---- */

static void check_gperftools(const char *recording, const char *reference_path) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source, reference_source;
    pprof_profile ours, reference;
    if (!pprof_read_source(recording, 0, &arena, &source, &status) ||
        !pprof_import_gperftools(&source, &arena, &ours, &status))
        fail_msg("%s", status.message);
    read_profile(reference_path, &arena, &reference_source, &reference);

    expect_same_samples(&ours, &reference, true);
    assert_int_equal(ours.sample_type_count, 2);
    expect_type(&ours, &ours.sample_types[0], "samples", "count");
    expect_type(&ours, &ours.sample_types[1], "cpu", "nanoseconds");
    expect_type(&ours, &ours.period_type, "cpu", "nanoseconds");
    assert_int_equal(ours.period, reference.period);
    expect_same_string(&ours, ours.drop_frames_string, &reference, reference.drop_frames_string);
    assert_int_equal(ours.mapping_count, reference.mapping_count);
    for (uint32_t i = 0; i < ours.mapping_count; i++) {
        assert_int_equal(ours.mappings[i].memory_start, reference.mappings[i].memory_start);
        assert_int_equal(ours.mappings[i].memory_limit, reference.mappings[i].memory_limit);
        assert_int_equal(ours.mappings[i].file_offset, reference.mappings[i].file_offset);
        expect_same_string(&ours, ours.mappings[i].filename_string, &reference, reference.mappings[i].filename_string);
    }
    /* even the locations come in the same order */
    assert_int_equal(ours.location_count, reference.location_count);
    for (uint32_t i = 0; i < ours.location_count; i++) {
        assert_int_equal(ours.locations[i].address, reference.locations[i].address);
        assert_int_equal(ours.locations[i].mapping, reference.locations[i].mapping);
    }
    pprof_arena_free(&arena);
}

static void test_gperftools_as_the_reference(void **state) {
    (void)state;
    check_gperftools(TEST_DATA "/profiles/lua.gperf.prof", TEST_DATA "/profiles/lua.none.pb.gz");
    check_gperftools(TEST_DATA "/profiles/lua2.gperf.prof", TEST_DATA "/profiles/lua2.none.pb.gz");
    check_gperftools(TEST_DATA "/profiles/speedtest1.gperf.prof", TEST_DATA "/profiles/speedtest1.none.pb.gz");
    check_gperftools(TEST_DATA "/profiles/xmlbench.gperf.prof", TEST_DATA "/profiles/xmlbench.none.pb.gz");
}

/* ---- perf ---- */

static bool perf_is_there(void) {
    const char *const arguments[] = {"perf", "--version", NULL};
    pprof_child_end end;
    pprof_status status = {0};
    return pprof_run_child(&(pprof_child){.arguments = arguments, .consume = ignore_line}, &end, &status) &&
           end.succeeded;
}

/* perf_to_profile's types are others, and it merges what the kernel did differently: stacks in files are the same. */
static void check_perf(const char *recording, const char *reference_path) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source;
    pprof_profile ours, reference;
    if (!pprof_import_perf(recording, &arena, &ours, &status)) fail_msg("%s", status.message);
    read_profile(reference_path, &arena, &source, &reference);
    expect_same_samples(&ours, &reference, false);
    assert_int_equal(ours.sample_type_count, 2);
    expect_type(&ours, &ours.sample_types[0], "samples", "count");
    expect_type(&ours, &ours.sample_types[1], "cpu", "nanoseconds");
    expect_type(&ours, &ours.period_type, "cpu", "nanoseconds");
    assert_int_equal(ours.period, 1001001); /* 999 Hz */
    for (uint32_t i = 0; i < reference.mapping_count; i++) {
        pprof_string path = pprof_get_string(&reference, reference.mappings[i].filename_string);
        if (path.text[0] != '/') continue;
        bool found = false;
        for (uint32_t j = 0; j < ours.mapping_count && !found; j++) {
            pprof_string other = pprof_get_string(&ours, ours.mappings[j].filename_string);
            found = other.length == path.length && memcmp(other.text, path.text, path.length) == 0;
            if (found)
                expect_same_string(&ours, ours.mappings[j].build_id_string, &reference,
                                   reference.mappings[i].build_id_string);
        }
        assert_true(found);
    }
    pprof_arena_free(&arena);
}

static void test_perf_as_the_reference(void **state) {
    (void)state;
    if (!perf_is_there()) skip();
    check_perf(TEST_DATA "/profiles/lua.perf.data", TEST_DATA "/profiles/lua.perf.none.pb");
    check_perf(TEST_DATA "/profiles/speedtest1.perf.data", TEST_DATA "/profiles/speedtest1.perf.none.pb");
    check_perf(TEST_DATA "/profiles/xmlbench.perf.data", TEST_DATA "/profiles/xmlbench.perf.none.pb");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gperftools_as_the_reference),
        cmocka_unit_test(test_perf_as_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
