/* Arithmetic at the ends of its types: sums, products, quotients and lengths stop there. */
#include "base/saturate.h"
#include "edit/edit.h"
#include "print/print.h"
#include "reader_support.h"

#include <limits.h>
#include <math.h>
#include <wchar.h>

static void test_sums(void **state) {
    (void)state;
    assert_true(pprof_add_saturating(INT64_MAX, 1) == INT64_MAX);
    assert_true(pprof_add_saturating(INT64_MAX, INT64_MAX) == INT64_MAX);
    assert_true(pprof_add_saturating(INT64_MIN, -1) == INT64_MIN);
    assert_true(pprof_add_saturating(INT64_MIN, INT64_MIN) == INT64_MIN);
    assert_true(pprof_add_saturating(INT64_MAX, INT64_MIN) == -1);
    assert_true(pprof_add_weights(UINT64_MAX, 1) == UINT64_MAX);
    assert_true(pprof_add_weights(UINT64_MAX - 1, 1) == UINT64_MAX);
    assert_true(pprof_add_weights(1, 2) == 3);
    assert_true(pprof_magnitude(INT64_MIN) == INT64_MAX);
    assert_true(pprof_magnitude(-7) == 7);
}

static void test_products_and_quotients(void **state) {
    (void)state;
    assert_true(pprof_weigh_value(INT64_MAX, 1) == INT64_MAX);
    assert_true(pprof_weigh_value(INT64_MAX, 2) == INT64_MAX);
    assert_true(pprof_weigh_value(INT64_MAX, -2) == INT64_MIN);
    assert_true(pprof_weigh_value(INT64_MIN, -1) == INT64_MAX);
    assert_true(pprof_weigh_value(0, INFINITY) == 0);
    assert_true(pprof_round_value((double)INT64_MAX) == INT64_MAX);
    assert_true(pprof_round_value(NAN) == 0);
    assert_true(pprof_multiply(INT64_MAX, 1e300) == INT64_MAX);
    assert_true(pprof_multiply(INT64_MIN, 1e300) == INT64_MIN);
    assert_true(pprof_divide(INT64_MIN, -1) == INT64_MAX);
    assert_true(pprof_divide(INT64_MIN, 0) == INT64_MIN);
}

static void test_lengths(void **state) {
    (void)state;
    assert_int_equal(pprof_print_length(7), 7);
    assert_int_equal(pprof_print_length((size_t)INT_MAX + 1), INT_MAX);
    pprof_arena arena = {0};
    pprof_status status = {0};
    /* No cheap text outgrows an int, but printf refuses this one in the same way. */
    assert_null(pprof_format_string(&arena, &status, "%ls", (const wchar_t[]){0x7fffffff, 0}));
    assert_message_has(&status, "a text cannot be made");
    status = (pprof_status){0};
    assert_null(pprof_allocate(&arena, SIZE_MAX, 2, &status));
    assert_message_has(&status, "out of memory");
    status = (pprof_status){0};
    assert_null(pprof_allocate(&arena, SIZE_MAX / 16, 16, &status));
    assert_message_has(&status, "out of memory");
    pprof_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_products_and_quotients),
        cmocka_unit_test(test_lengths),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
