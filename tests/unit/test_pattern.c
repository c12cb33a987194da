/* Regular expressions that a profile brings along: those that real profilers write are understood, those that the
 * engine does not know are no patterns, and those that would exhaust it are refused. */
#include "edit/edit.h"
#include "reader_support.h"

/* Whether [expression], brought along by a profile, matches [name]; -1: it is taken for no pattern. */
static int match_foreign(const char *expression, const char *name) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_pattern pattern;
    pprof_string text = {expression, strlen(expression)};
    assert_true(pprof_compile_foreign_pattern(&pattern, "drop_frames", text, &arena, &status));
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
static void test_what_the_engine_does_not_know(void **state) {
    (void)state;
    static const char *const expressions[] = {
        "^$)****+", "a**",  "a*+", "(a+)+", "(a*)*", "(a|b)+", "(a)\\1", "a)(b",
        "|*",       "(*a)", "^*",  "\\b",   "a\\>",  "x\\",    "[a",     "((((((((((((((((((((((((((a",
    };
    for (size_t i = 0; i < sizeof expressions / sizeof *expressions; i++)
        if (match_foreign(expressions[i], "a") != -1) fail_msg("%s is a pattern", expressions[i]);
}

/* [start], [unit] so many times, [end]: what is said of it; "" when it is taken. */
static const char *try_repeated(const char *start, const char *unit, uint32_t count, const char *end, char *message) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_pattern pattern;
    size_t size = strlen(start) + count * strlen(unit) + strlen(end);
    char *text = test_malloc(size + 1), *at = stpcpy(text, start);
    for (uint32_t i = 0; i < count; i++) at = stpcpy(at, unit);
    (void)stpcpy(at, end);
    bool worked = pprof_compile_foreign_pattern(&pattern, "drop_frames", (pprof_string){text, size}, &arena, &status);
    assert_true(worked == !status.failed);
    memcpy(message, status.message, sizeof status.message);
    pprof_free_pattern(&pattern);
    pprof_arena_free(&arena);
    test_free(text);
    return message;
}

static void test_what_exhausts_the_engine(void **state) {
    (void)state;
    static const struct {
        const char *start, *unit, *end, *what;
        uint32_t most;
    } cases[] = {
        {"", "a", "", "bytes", 4096},
        {"", "(", "", "groups in each other", 50},
        {"", "(a?)", "", "repetitions", 64},
        {"", "aaa.*|", "b", "repetitions", 64},
        {"", "(^|a)", "", "anchors", 8},
        {"", "a$|", "b", "anchors", 8},
        {"[ab]*a", "[ab]", "", "choices behind a repetition", 8},
        {".*x", "(a|b)", "", "choices behind a repetition", 8},
        {".*", "a?", "b", "choices behind a repetition", 8},
        {"", ".*a", "", "choices behind a repetition", 5}, /* two each, but for the first */
    };
    char message[sizeof((pprof_status *)NULL)->message], wanted[200];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_string_equal(try_repeated(cases[i].start, cases[i].unit, cases[i].most, cases[i].end, message), "");
        (void)try_repeated(cases[i].start, cases[i].unit, cases[i].most + 1, cases[i].end, message);
        (void)snprintf(wanted, sizeof wanted, " %s, where ", cases[i].what);
        if (strstr(message, wanted) == NULL) fail_msg("%s: '%s'", cases[i].unit, message);
    }
    assert_string_equal(try_repeated("", "(", 51, "", message),
                        "the profile's drop_frames: 51 groups in each other, where 50 are the most that a regular "
                        "expression of a profile may have; record it anew, or have its producer write a simpler one");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_profilers_write),
        cmocka_unit_test(test_what_the_engine_does_not_know),
        cmocka_unit_test(test_what_exhausts_the_engine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
