/* Clones of one function become one in the Weights; everything else stays as it is. */
#include "weights/weigh.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The text that pprof_merge_clones makes of [text]. */
static char *merge(const char *text) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source;
    pprof_weights weights;
    if (!pprof_read_bytes("test", text, strlen(text), 0, &arena, &source, &status) ||
        !pprof_parse_weights(&source, &arena, &weights, &status) || !pprof_merge_clones(&weights, &arena, &status))
        fail_msg("%s", status.message);
    char *merged = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&merged, &size);
    assert_true(pprof_print_weights(&weights, out, &status));
    assert_int_equal(fclose(out), 0);
    pprof_arena_free(&arena);
    return merged;
}

/* Merging [text] gives the same Weights as [expected], which has no clones. */
static void assert_merges(const char *text, const char *expected) {
    char *merged = merge(text), *reference = merge(expected);
    assert_string_equal(merged, reference);
    free(merged);
    free(reference);
}

#define HEADER "pgo-weights 1\ntype samples count\n"

static void parts_join_their_function(void **state) {
    (void)state;
    assert_merges(HEADER "total 20 samples 20\n"
                         "function walk start 10\n"
                         "  self 1 4\n"
                         "  call 2:5 walk.part.0 9 5\n"
                         "    self 4 5\n"
                         "    call 7 step 4 4\n"
                         "      self 1 4\n"
                         "function walk.part.0 start 10\n"
                         "  self 1 2\n"
                         "  self 4 5\n"
                         "  call 7 step 4 4\n"
                         "    self 1 4\n"
                         "function walk.constprop.1.cold start 10\n"
                         "  self 4 3\n"
                         "  call 7 step 2 2\n"
                         "    self 1 2\n"
                         "function step start 30\n"
                         "  self 1 6\n",
                  HEADER "total 20 samples 20\n"
                         "function walk start 10 inclusive 20 leaf 14\n"
                         "  self 1 6\n"
                         "  self 4 8\n"
                         "  call 2:5 walk 9 5\n"
                         "    self 4 5\n"
                         "    call 7 step 4 4\n"
                         "      self 1 4\n"
                         "  call 7 step 6 6\n"
                         "    self 1 6\n"
                         "function step start 30\n"
                         "  self 1 6\n");
}

static void calls_of_clones_join_at_their_callers(void **state) {
    (void)state;
    assert_merges(HEADER "function main start 1\n"
                         "  call 5:3 walk.constprop.0 4 4\n"
                         "    self 2 4\n"
                         "  call 5:3 walk.isra.0 3 3\n"
                         "    self 2 3\n"
                         "  call 6 walk.isra.0 1 1\n"
                         "    self 2 1\n"
                         "function walk.constprop.0 start 10\n"
                         "  self 2 4\n"
                         "function walk.isra.0 start 10\n"
                         "  self 2 4\n",
                  HEADER "function main start 1\n"
                         "  call 5:3 walk.constprop.0 7 7\n"
                         "    self 2 7\n"
                         "  call 6 walk.constprop.0 1 1\n"
                         "    self 2 1\n"
                         "function walk.constprop.0 start 10\n"
                         "  self 2 8\n");
}

static void different_functions_stay_apart(void **state) {
    (void)state;
    static const char text[] = HEADER "function walk file a/b.c start 10\n  self 1 4\n"
                                      "function walk.llvm.1 file a/c.c start 10\n  self 1 3\n"
                                      "function walk.llvm.2 file a/b.c start 90\n  self 1 2\n"
                                      "function walker start 10\n  self 1 1\n";
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_source source;
    pprof_weights weights;
    assert_true(pprof_read_bytes("test", text, sizeof text - 1, 0, &arena, &source, &status));
    assert_true(pprof_parse_weights(&source, &arena, &weights, &status));
    pprof_weights before = weights;
    assert_true(pprof_merge_clones(&weights, &arena, &status));
    assert_int_equal(weights.function_count, 4);
    assert_ptr_equal(weights.bodies, before.bodies); /* nothing to unite: not even a copy */
    pprof_arena_free(&arena);
}

/* The symbols of one constructor or destructor, which a profiler picks by chance, and those of inlined frames. */
static void symbols_of_a_constructor_are_one(void **state) {
    (void)state;
    assert_merges(HEADER "total 14 samples 14\n"
                         "function _ZN3BoxC1Ei start 10\n"
                         "  self 1 4\n"
                         "function _ZN3BoxC2Ei start 10\n"
                         "  self 1 3\n"
                         "function _ZN3BoxD0Ev start 20\n"
                         "  self 0 1\n"
                         "  call 0 _ZN3BoxD1Ev 2 2\n"
                         "    self 1 2\n"
                         "function _ZN3BoxD1Ev start 20\n"
                         "  self 1 2\n"
                         "function _ZN3BoxD2Ev start 20\n"
                         "  self 1 4\n",
                  HEADER "total 14 samples 14\n"
                         "function _ZN3BoxC1Ei start 10\n"
                         "  self 1 7\n"
                         "function _ZN3BoxD0Ev start 20\n"
                         "  self 0 1\n"
                         "  call 0 _ZN3BoxD1Ev 2 2\n"
                         "    self 1 2\n"
                         "function _ZN3BoxD1Ev start 20\n"
                         "  self 1 6\n");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_join_their_function),
        cmocka_unit_test(symbols_of_a_constructor_are_one),
        cmocka_unit_test(calls_of_clones_join_at_their_callers),
        cmocka_unit_test(different_functions_stay_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
