/* Merging: what google/pprof's merges say, where it is right; the header's rules; scaling and normalizing. */
#include "reader_support.h"

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merges_are_the_reference_s),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
