/* Recordings of gperftools and perf, read by us and by the reference: the same samples at the same addresses. The
 * recordings are real; the broken ones are made here from them. */
#include "import/import.h"

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

/* A recording of 64-bit little-endian words, written again in another word size and byte order. */
static uint8_t *convert_words(const pprof_source *source, size_t word_size, bool is_big_endian, size_t *size) {
    uint8_t *converted = malloc(source->size), *out = converted;
    assert_non_null(converted);
    uint64_t last[3] = {1, 1, 1};
    size_t at = 0;
    while (!(last[0] == 0 && last[1] == 1 && last[2] == 0 && at > (size_t)5 * 8)) {
        uint64_t word;
        memcpy(&word, source->data + at, 8);
        at += 8;
        last[0] = last[1], last[1] = last[2], last[2] = word;
        for (size_t i = 0; i < word_size; i++) *out++ = (uint8_t)(word >> 8 * (is_big_endian ? word_size - 1 - i : i));
    }
    memcpy(out, source->data + at, source->size - at);
    *size = (size_t)(out - converted) + source->size - at;
    return converted;
}

static void test_gperftools_of_other_machines(void **state) {
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        pprof_arena arena = {0};
        pprof_status status = {0};
        pprof_source source, converted = {.path = "converted"};
        pprof_profile ours, original;
        assert_true(pprof_read_source(TEST_DATA "/profiles/lua2.gperf.prof", 0, &arena, &source, &status));
        assert_true(pprof_import_gperftools(&source, &arena, &original, &status));
        converted.data = convert_words(&source, kind < 2 ? 8 : 4, kind % 2 != 0, &converted.size);
        if (!pprof_import_gperftools(&converted, &arena, &ours, &status)) fail_msg("%s", status.message);
        assert_int_equal(ours.period, original.period);
        assert_int_equal(ours.sample_count, original.sample_count);
        for (uint32_t i = 0; i < ours.sample_count * 2; i++) assert_int_equal(ours.values[i], original.values[i]);
        if (kind == 1) expect_same_samples(&ours, &original, true);
        for (uint32_t i = 0; kind >= 2 && i < ours.location_count && i < 10; i++)
            assert_int_equal(ours.locations[i].address, original.locations[i].address & UINT32_MAX);
        free((void *)converted.data);
        pprof_arena_free(&arena);
    }
}

/* The words of a recording, and the maps after them. */
static bool import_words(const uint64_t *words, size_t count, const char *maps, pprof_arena *arena,
                         pprof_profile *profile, pprof_status *status) {
    size_t words_size = count * sizeof *words, maps_size = strlen(maps);
    uint8_t *bytes = pprof_arena_allocate(arena, words_size + maps_size, 1);
    memcpy(bytes, words, words_size);
    memcpy(bytes + words_size, maps, maps_size);
    const pprof_source source = {.path = "x.prof", .data = bytes, .size = words_size + maps_size};
    return pprof_import_gperftools(&source, arena, profile, status);
}

#define PROGRAM_AND_PROFILER                                                                                           \
    "build=/old/way\n00400000-00402000 r-xp 00001000 fe:00 7   /bin/my prog\n"                                         \
    "00402000-00403000 r-xp 00003000 fe:00 7   /bin/my prog\n00403000-00404000 rw-p 00004000 fe:00 7 /bin/my prog\n"   \
    "7000-8000 r-xp 0 0:0 0 /usr/lib/libprofiler.so.0\nnot a line\n9000-8000 r-xp 0 0:0 0 /back/wards\n"

static void expect_stack(const uint64_t *words, size_t count, const uint64_t *expected, size_t depth) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile profile;
    if (!import_words(words, count, PROGRAM_AND_PROFILER, &arena, &profile, &status)) fail_msg("%s", status.message);
    assert_int_equal(profile.sample_count, 1);
    assert_int_equal(profile.first_location[1], depth);
    for (size_t i = 0; i < depth; i++)
        assert_int_equal(profile.locations[profile.sample_locations[i]].address, expected[i]);
    pprof_arena_free(&arena);
}

static void test_gperftools_stacks(void **state) {
    (void)state;
    /* The true caller stays although all samples share it (the reference would strip it); the profiler's goes. */
    expect_stack((const uint64_t[]){0, 3, 0, 1000, 0, 5, 3, 0x400010, 0x400020, 0x400030, 0, 1, 0}, 13,
                 (const uint64_t[]){0x400010, 0x40001f, 0x40002f}, 3);
    expect_stack((const uint64_t[]){0, 3, 0, 1000, 0, 5, 3, 0x400010, 0x7020, 0x400030, 0, 1, 0}, 13,
                 (const uint64_t[]){0x400010, 0x40002f}, 2);
    /* The leaf twice. */
    expect_stack((const uint64_t[]){0, 3, 0, 1000, 0, 5, 3, 0x400010, 0x400010, 0x400030, 0, 1, 0}, 13,
                 (const uint64_t[]){0x400010, 0x40002f}, 2);
    /* No address to take one off. */
    expect_stack((const uint64_t[]){0, 3, 0, 1000, 0, 5, 2, 0x400010, 0, 0, 1, 0}, 12, (const uint64_t[]){0x400010, 0},
                 2);
}

static void test_gperftools_mappings(void **state) {
    (void)state;
    const uint64_t words[] = {0, 3, 0, 1000, 0, UINT64_MAX, 3, 0x402010, 0x400020, 0x123456789, 0, 1, 0};
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile profile;
    assert_true(import_words(words, 13, PROGRAM_AND_PROFILER, &arena, &profile, &status));
    /* The split program is one, the profiler is left, and what lies nowhere is in a mapping of everything. */
    assert_int_equal(profile.mapping_count, 3);
    assert_int_equal(profile.mappings[0].memory_start, 0x400000);
    assert_int_equal(profile.mappings[0].memory_limit, 0x403000);
    assert_true(pprof_string_equals(pprof_get_string(&profile, profile.mappings[0].filename_string), "/bin/my prog"));
    assert_int_equal(profile.mappings[2].memory_limit, UINT64_MAX);
    assert_int_equal(profile.locations[0].mapping, 0);
    assert_int_equal(profile.locations[2].mapping, 2);
    assert_int_equal(profile.values[0], INT64_MAX); /* saturated */
    assert_int_equal(profile.values[1], INT64_MAX);
    pprof_arena_free(&arena);
}

static void expect_refusal(const uint64_t *words, size_t count, const char *expected) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile profile;
    assert_false(import_words(words, count, "", &arena, &profile, &status));
    if (strstr(status.message, expected) == NULL) fail_msg("%s", status.message);
    pprof_arena_free(&arena);
}

static void test_gperftools_refusals(void **state) {
    (void)state;
    expect_refusal((const uint64_t[]){0, 3, 0, 1000}, 4, "not a gperftools CPU profile");
    expect_refusal((const uint64_t[]){0, 3, 0, 0, 0, 0, 1, 0}, 8, "not a gperftools CPU profile");
    expect_refusal((const uint64_t[]){0, 3, 0, UINT64_MAX, 0, 0, 1, 0}, 8, "not a gperftools CPU profile");
    expect_refusal((const uint64_t[]){0, 3, 1, 1000, 0, 0, 1, 0}, 8, "Java");
    expect_refusal((const uint64_t[]){0, 3, 0, 1000, 0, 1}, 6, "x.prof: the gperftools profile is cut short");
    expect_refusal((const uint64_t[]){0, 3, 0, 1000, 0, 1, UINT64_MAX, 5, 0, 1, 0}, 11, "cut short after 0 stacks");
    expect_refusal((const uint64_t[]){0, 3, 0, 1000, 0, 1, 1, 5, 1, 4, 5, 5, 5}, 13, "cut short after 1 stacks");
}

/* 2^16 mappings for 2^16 addresses and a few more; one is the mark of the end. */
static void test_gperftools_of_endless_effort(void **state) {
    (void)state;
    enum { MANY = (1 << 16) + 8, LINE = 40, DEPTH = 200 };
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_profile profile;
    uint64_t *words = pprof_arena_allocate(&arena, 2 * MANY + 16, sizeof *words);
    char *maps = pprof_arena_allocate(&arena, MANY, LINE), *end = maps;
    size_t count = 0;
    for (uint64_t i = 0; i < MANY; i++)
        end += snprintf(end, LINE, "%llx-%llx r-xp 0 0:0 0 /x\n", 2 * i + 8ULL, 2 * i + 9ULL);
    const uint64_t header[] = {0, 3, 0, 1000, 0};
    memcpy(words, header, sizeof header);
    count += sizeof header / sizeof *header;
    for (uint64_t left = MANY; left > 0;) {
        uint64_t depth = left < DEPTH ? left : DEPTH;
        words[count++] = 1;
        words[count++] = depth;
        for (uint64_t i = 0; i < depth; i++) words[count++] = 8 + 2 * left--;
    }
    const uint64_t trailer[] = {0, 1, 0};
    memcpy(words + count, trailer, sizeof trailer);
    count += sizeof trailer / sizeof *trailer;
    assert_false(import_words(words, count, maps, &arena, &profile, &status));
    if (strstr(status.message, "65545 addresses and 65544 executable mappings") == NULL) fail_msg("%s", status.message);
    pprof_arena_free(&arena);
}

/* Cut anywhere it is refused, except in the text of the maps; with a byte changed it may be anything, but no crash. */
static void test_gperftools_damaged(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source;
    assert_true(pprof_read_source(TEST_DATA "/profiles/lua2.gperf.prof", 0, &arena, &source, &status));
    const uint8_t *maps = memmem(source.data, source.size, "-", 1);
    while (maps != NULL && memcmp(maps + 13, " r", 2) != 0)
        maps = memmem(maps + 1, source.size - (size_t)(maps + 1 - source.data), "-", 1);
    assert_non_null(maps);
    uint8_t *damaged = pprof_arena_allocate(&arena, source.size, 1);
    memcpy(damaged, source.data, source.size);
    for (size_t size = 0; size < source.size; size += 97) {
        pprof_arena scratch = {0};
        pprof_status outcome = {0};
        pprof_profile profile;
        pprof_source cut = {.path = "cut", .data = source.data, .size = size};
        if (pprof_import_gperftools(&cut, &scratch, &profile, &outcome)) assert_true(source.data + size >= maps - 12);
        outcome = (pprof_status){0};
        damaged[size] ^= 0xff;
        cut = (pprof_source){.path = "damaged", .data = damaged, .size = source.size};
        (void)pprof_import_gperftools(&cut, &scratch, &profile, &outcome);
        damaged[size] ^= 0xff;
        pprof_arena_free(&scratch);
    }
    pprof_arena_free(&arena);
}

static void test_gperftools_in_gzip(void **state) {
    (void)state;
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source;
    pprof_profile profile;
    assert_true(pprof_read_source(TEST_DATA "/bad/p-gperftools.prof.gz", 0, &arena, &source, &status));
    assert_true(source.was_gzip);
    if (!pprof_import_gperftools(&source, &arena, &profile, &status)) fail_msg("%s", status.message);
    assert_true(profile.sample_count > 100);
    pprof_arena_free(&arena);
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
        cmocka_unit_test(test_gperftools_of_other_machines),
        cmocka_unit_test(test_gperftools_stacks),
        cmocka_unit_test(test_gperftools_mappings),
        cmocka_unit_test(test_gperftools_refusals),
        cmocka_unit_test(test_gperftools_damaged),
        cmocka_unit_test(test_gperftools_of_endless_effort),
        cmocka_unit_test(test_gperftools_in_gzip),
        cmocka_unit_test(test_perf_as_the_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
