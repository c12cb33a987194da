/* Every file of the test data gets what manifest.tsv says: profiles that are read, profiles that PGO refuses, and
 * files refused with their name, the cause and, where there is one, the remedy; none at more than a few times its
 * size. */
#include "reader_support.h"

#include <stdlib.h>
#include <sys/stat.h>

typedef struct row {
    const char *file, *path, *expected;
    size_t bytes;
} row;

enum { MAXIMUM_ROWS = 400 };

static row rows[MAXIMUM_ROWS];
static size_t row_count;

static pprof_arena manifest_arena;

static int load_manifest(void **state) {
    (void)state;
    FILE *file = fopen(TEST_DATA "/manifest.tsv", "r");
    if (file == NULL) return -1;
    char line[4096];
    while (fgets(line, sizeof line, file) != NULL) {
        const char *fields[5] = {line};
        size_t count = 1;
        for (const char *c = line; *c != '\0' && count < 5; c++)
            if (*c == '\t') fields[count++] = c + 1;
        if (count < 5 || strncmp(line, "file\t", 5) == 0) continue;
        assert_true(row_count < MAXIMUM_ROWS);
        row *r = &rows[row_count++];
        pprof_status status = {0};
        r->file = pprof_copy_string(&manifest_arena, fields[0], (size_t)(fields[1] - fields[0] - 1), &status);
        r->bytes = strtoul(fields[1], NULL, 10);
        r->expected = pprof_copy_string(&manifest_arena, fields[3], (size_t)(fields[4] - fields[3] - 1), &status);
        r->path = pprof_format_string(&manifest_arena, &status, "%s/%s", TEST_DATA, r->file);
    }
    (void)fclose(file);
    return row_count == 0 ? -1 : 0;
}

static int free_manifest(void **state) {
    (void)state;
    pprof_arena_free(&manifest_arena);
    return 0;
}

static bool starts_with(const char *text, const char *prefix) {
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* ---- accepted ---- */

static void test_every_accepted_file_is_read(void **state) {
    (void)state;
    size_t accepted = 0;
    for (size_t i = 0; i < row_count; i++) {
        if (!starts_with(rows[i].expected, "accept")) continue;
        reading r = read_profile(rows[i].path);
        if (!r.is_read) fail_msg("%s: expected: %s; got: %s", rows[i].file, rows[i].expected, r.status.message);
        free_reading(&r);
        accepted++;
    }
    assert_int_equal(accepted, 99);
}

/* "accept; same as profiles/lua2.sym.pb.gz": another writing of the same profile. */
static void test_equal_profiles_are_equal(void **state) {
    (void)state;
    static const struct {
        const char *phrase, *file;
    } originals[] = {
        {"same as profiles/lua2.sym.pb.gz", TEST_DATA "/profiles/lua2.sym.pb.gz"},
        {"same as lua2.sym", TEST_DATA "/profiles/lua2.sym.pb.gz"},
        {"same content as profiles/lua.sym.pb.gz", TEST_DATA "/profiles/lua.sym.pb.gz"},
        {"same as .sym", TEST_DATA "/profiles/lua.sym.pb.gz"},
        {"same as w-minimal", TEST_DATA "/variants/w-minimal.pb.gz"},
    };
    size_t compared = 0;
    for (size_t i = 0; i < row_count; i++) {
        for (size_t j = 0; j < sizeof originals / sizeof *originals; j++) {
            if (strstr(rows[i].expected, originals[j].phrase) == NULL) continue;
            if (strcmp(rows[i].file, "variants/w-strings-first.pb.gz") == 0) continue; /* the next test's */
            reading r = read_profile(rows[i].path), original = read_profile(originals[j].file);
            if (!same_profile(&r.profile, &original.profile)) fail_msg("%s is not %s", rows[i].file, originals[j].file);
            free_reading(&r);
            free_reading(&original);
            compared++;
        }
    }
    assert_int_equal(compared, 6);
}

/* Strings before functions before locations (these in reverse) before samples before types. */
static void test_reversed_profile_is_resolved(void **state) {
    (void)state;
    reading forth = read_profile(TEST_DATA "/variants/w-minimal.pb.gz");
    reading back = read_profile(TEST_DATA "/variants/w-strings-first.pb.gz");
    assert_true(forth.is_read && back.is_read);
    assert_int_equal(forth.profile.sample_count, 2);
    assert_int_equal(back.profile.sample_count, 2);
    for (uint32_t i = 0; i < 2; i++) {
        const pprof_profile *a = &forth.profile, *b = &back.profile;
        for (uint32_t k = 0; k < 2; k++) assert_int_equal(a->values[i * 2 + k], b->values[i * 2 + k]);
        uint32_t a_depth = a->first_location[i + 1] - a->first_location[i];
        assert_int_equal(a_depth, b->first_location[i + 1] - b->first_location[i]);
        for (uint32_t k = 0; k < a_depth; k++)
            assert_int_equal(a->locations[a->sample_locations[a->first_location[i] + k]].address,
                             b->locations[b->sample_locations[b->first_location[i] + k]].address);
    }
    free_reading(&forth);
    free_reading(&back);
}

/* ---- accepted, but not for PGO ---- */

static void check_pgo(const row *r, const reading *reading) {
    pprof_status status = {0};
    uint32_t index;
    bool is_selected = pprof_select_cpu_type(&reading->profile, r->path, NULL, &index, &status);
    if (strstr(r->expected, "REFUSE for PGO") != NULL || strstr(r->expected, "refuse or warn for PGO") != NULL) {
        assert_false(is_selected);
        assert_message_has(&status, r->path);
        assert_message_has(&status, "not a CPU profile but");
        return;
    }
    if (!is_selected) fail_msg("%s: %s", r->file, status.message);
    pprof_arena arena = {0};
    pprof_fitness fitness;
    assert_true(pprof_check_fitness(&reading->profile, r->path, NULL, &arena, &fitness, &status));
    bool is_unfit = strstr(r->expected, "no lines to use") != NULL || strstr(r->expected, "not symbolized") != NULL ||
                    strstr(r->expected, "nothing line-based") != NULL || strstr(r->expected, "change nothing") != NULL;
    if (is_unfit && (fitness.is_fit || fitness.advice_count == 0)) fail_msg("%s: fit, but %s", r->file, r->expected);
    if (strncmp(r->file, "variants/lua.", 13) == 0 && !is_unfit && !fitness.is_fit)
        fail_msg("%s: not fit: %s", r->file, fitness.advice[0]);
    pprof_arena_free(&arena);
}

static void test_pgo_takes_what_it_can_use(void **state) {
    (void)state;
    for (size_t i = 0; i < row_count; i++) {
        if (!starts_with(rows[i].expected, "accept")) continue;
        reading r = read_profile(rows[i].path);
        check_pgo(&rows[i], &r);
        free_reading(&r);
    }
}

/* ---- rejected ---- */

/* By the longest prefix that fits, what the message must say. */
static const struct {
    const char *prefix, *word;
} telling_words[] = {
    {"bad/k-concat", "two profiles concatenated"},
    {"bad/l-gzip-badcrc", "incorrect data check"},
    {"bad/l-gzip-badmethod", "unknown compression method"},
    {"bad/l-gzip-badsize", "incorrect length check"},
    {"bad/l-gzip-cut", "truncated gzip"},
    {"bad/l-gzip-of-gzip", "compressed twice"},
    {"bad/l-gzip-trailing-garbage", "garbage after the gzip data"},
    {"bad/m-badvarint", "varint"},
    {"bad/m-cut-at-strings", "no string table"},
    {"bad/m-cut", "truncated"},
    {"bad/m-field0", "the number 0"},
    {"bad/m-inner-past-end", "longer than what is left"},
    {"bad/m-len-huge", "longer than what is left"},
    {"bad/m-varint-eof", "varint"},
    {"bad/m-wiretype6", "wire type"},
    {"bad/m-wrongtype-sample", "wrong wire type 0"},
    {"bad/n-dangling-function", "function 77"},
    {"bad/n-dangling-location", "location 99"},
    {"bad/n-dup-function", "two functions have the id 1"},
    {"bad/n-dup-location", "two locations have the id 1"},
    {"bad/n-function0-line", "function 0"},
    {"bad/n-id0-function", "a function has the id 0"},
    {"bad/n-id0-location", "a location has the id 0"},
    {"bad/n-nosampletype", "no sample types"},
    {"bad/n-nostrings", "no string table"},
    {"bad/n-string-range-comment", "string index 300"},
    {"bad/n-string-range-type", "string index 200"},
    {"bad/n-string-range", "string index 500"},
    {"bad/n-string0-notempty", "string_table[0]"},
    {"bad/n-values-few", "1 values for 2 sample types"},
    {"bad/n-values-many", "3 values for 2 sample types"},
    {"bad/o-bomb-emptysamples", "no string table"},
    {"bad/o-bomb-emptystrings", "no sample types"},
    {"bad/o-bomb-packed", "0 values for 2 sample types"},
    {"bad/p-elf", "ELF"},
    {"bad/p-empty", "empty file"},
    {"bad/p-folded", "folded stacks"},
    {"bad/p-gperftools", "`pprofread import -o default.pgo "},
    {"bad/p-html", "HTML"},
    {"bad/p-lua2.pb.Z.zlib", "zlib-flate"},
    {"bad/p-lua2.pb.bz2", "`bzip2 -d "},
    {"bad/p-lua2.pb.lz4", "`lz4 -d "},
    {"bad/p-lua2.pb.zst", "`zstd -d "},
    {"bad/p-perf.data", "this is perf.data: run `pprofread import"},
    {"bad/p-perfscript", "perf script"},
    {"bad/p-svg", "SVG"},
    {"profiles/lua.gperf", "gperftools CPU profile"},
    {"profiles/lua2.gperf", "gperftools CPU profile"},
    {"profiles/speedtest1.gperf", "gperftools CPU profile"},
    {"profiles/xmlbench.gperf", "gperftools CPU profile"},
    {"profiles/lua.perf.data", "this is perf.data"},
    {"profiles/speedtest1.perf.data", "this is perf.data"},
    {"profiles/xmlbench.perf.data", "this is perf.data"},
    {"profiles/xmlbench.heap.legacy", "heap profile"},
};

static const char *find_telling_word(const char *file) {
    const char *word = NULL;
    size_t longest = 0;
    for (size_t i = 0; i < sizeof telling_words / sizeof *telling_words; i++) {
        size_t length = strlen(telling_words[i].prefix);
        if (length <= longest || !starts_with(file, telling_words[i].prefix)) continue;
        longest = length;
        word = telling_words[i].word;
    }
    return word;
}

static void test_every_rejected_file_is_named(void **state) {
    (void)state;
    size_t rejected = 0;
    for (size_t i = 0; i < row_count; i++) {
        if (starts_with(rows[i].expected, "accept")) continue;
        reading r = read_profile(rows[i].path);
        if (r.is_read) fail_msg("%s: read, but expected: %s", rows[i].file, rows[i].expected);
        if (!starts_with(r.status.message, rows[i].path))
            fail_msg("%s: does not begin with its name", r.status.message);
        const char *word = find_telling_word(rows[i].file);
        if (word == NULL) fail_msg("%s: the test does not know what its message should say", rows[i].file);
        assert_message_has(&r.status, word);
        free_reading(&r);
        rejected++;
    }
    assert_int_equal(rejected, 65);
}

/* ---- memory ---- */

/* Times the decompressed size, of what the arena took at its peak, and a block of the arena for small files. */
static void test_memory_is_bounded(void **state) {
    (void)state;
    for (size_t i = 0; i < row_count; i++) {
        reading r = read_profile(rows[i].path);
        /* One byte on the wire makes 4 in an array of locations; and 6 make a line of 24. */
        size_t factor = starts_with(rows[i].file, "variants/w-") ? 6 : starts_with(rows[i].file, "bad/") ? 2 : 4;
        size_t bound = r.source.size * factor + 12288;
        if (r.arena.reserved_bytes > bound)
            fail_msg("%s: %zu bytes for %zu", rows[i].file, r.arena.reserved_bytes, r.source.size);
        free_reading(&r);
    }
}

static void test_the_data_is_whole(void **state) {
    (void)state;
    for (size_t i = 0; i < row_count; i++) {
        struct stat about;
        if (stat(rows[i].path, &about) != 0) fail_msg("%s is missing", rows[i].path);
        assert_int_equal(about.st_size, rows[i].bytes);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_data_is_whole),         cmocka_unit_test(test_every_accepted_file_is_read),
        cmocka_unit_test(test_equal_profiles_are_equal),  cmocka_unit_test(test_reversed_profile_is_resolved),
        cmocka_unit_test(test_pgo_takes_what_it_can_use), cmocka_unit_test(test_every_rejected_file_is_named),
        cmocka_unit_test(test_memory_is_bounded),
    };
    return cmocka_run_group_tests(tests, load_manifest, free_manifest);
}
