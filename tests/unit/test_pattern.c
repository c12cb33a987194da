/* Regular expressions that a profile brings along: those that real profilers write are understood, and those that would
 * exhaust the engine are no patterns. */
#include "edit/edit.h"
#include "reader_support.h"

/* Whether [expression], brought along by a profile, matches [name]; -1: it is taken for no pattern. */
static int match_foreign(const char *expression, const char *name) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_pattern pattern;
    pprof_string text = {expression, strlen(expression)};
    assert_true(pprof_compile_foreign_pattern(&pattern, text, &arena, &status));
    assert_false(status.failed);
    /* as in a profile: nothing behind it, which AddressSanitizer watches */
    pprof_string subject = {name, strlen(name)};
    char *bytes = test_malloc(subject.length == 0 ? 1 : subject.length);
    memcpy(bytes, subject.text, subject.length);
    subject.text = bytes;
    int result = !pattern.is_set ? -1 : pprof_match_pattern(&pattern, subject);
    test_free(bytes);
    pprof_free_pattern(&pattern);
    pprof_arena_free(&arena);
    return result;
}

static void test_what_profilers_write(void **state) {
    (void)state;
    assert_int_equal(match_foreign("ProfileData::Add|CpuProfiler::prof_handler|__restore", "__restore"), 1);
    assert_int_equal(match_foreign("ProfileData::Add|CpuProfiler::prof_handler|__restore", "__restore_rt"), 0);
    assert_int_equal(match_foreign("(base::Mutex::)?AwaitCommon.*", "base::Mutex::AwaitCommonX"), 1);
    assert_int_equal(match_foreign("(base::Mutex::)?AwaitCommon.*", "AwaitCommon"), 1);
    assert_int_equal(match_foreign("(SpinLockHolder::)?~SpinLockHolder.*", "~SpinLockHolder"), 1);
    assert_int_equal(match_foreign("operator new\\[\\]", "operator new[]"), 1);
    assert_int_equal(match_foreign("[]*+(]+[[:alpha:]*]?x", "]*x"), 1);
    assert_int_equal(match_foreign("\\w+\\.\\*", "abc.*"), 1);
    assert_int_equal(match_foreign("a{2}", "aa"), -1);
    assert_int_equal(match_foreign("(a", "a"), -1);
    assert_int_equal(match_foreign("", "a"), -1);
}

/* Most of these, in longer form, keep glibc busy for hours. */
static void test_what_exhausts_the_engine(void **state) {
    (void)state;
    static const char *const expressions[] = {
        "^$)****+", "a**",  "a*+", "(a+)+", "(a*)*", "(a|b)+", "(a)\\1", "a)(b",
        "|*",       "(*a)", "^*",  "\\b*",  "\\<+",  "x\\",    "[a",     "((((((((((((((((((((((((((a",
    };
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++)
        if (match_foreign(expressions[i], "a") != -1) fail_msg("%s is a pattern", expressions[i]);
    enum { TOO_LONG = 1 << 13 };
    char *text = test_malloc(TOO_LONG + 1);
    memset(text, 'a', TOO_LONG);
    text[TOO_LONG] = '\0';
    assert_int_equal(match_foreign(text, "a"), -1);
    test_free(text);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_profilers_write),
        cmocka_unit_test(test_what_exhausts_the_engine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
