/* Reports of -pgo-report: read, merged, judged; and what is refused. */
#include "folder_support.h"
#include "gate.h"

#include <string.h>

#define HEADER(module, total)                                                                                          \
    "{\"version\":1,\"module\":\"" module                                                                              \
    "\",\"profile\":\"p\",\"type\":\"samples\",\"unit\":\"count\",\"total\":" total ",\"samples\":" total              \
    ",\"functions\":2,\"known\":1,\"self\":10,\"matched\":10,\"unmatched\":{}}\n"
#define FUNCTION(module, name, leaf, matched, rest)                                                                    \
    "{\"module\":\"" module "\",\"kind\":\"function\",\"function\":\"" name "\",\"file\":\"a.h\",\"line\":7,"          \
    "\"profiled\":\"" name "\",\"profiled_file\":\"src/a.h\",\"inclusive\":90,\"leaf\":" leaf ",\"self\":" leaf        \
    ",\"matched\":" matched ",\"line_zero\":0" rest "}\n"
#define CALL(module, name, callee)                                                                                     \
    "{\"module\":\"" module "\",\"kind\":\"passed\",\"name\":\"" name                                                  \
    "\",\"function\":\"f\",\"file\":\"a.h\",\"line\":9,\"column\":3,\"callee\":\"" callee                              \
    "\",\"weight\":5,\"message\":\"hot\"}\n"
#define INLINER(module) "{\"version\":1,\"module\":\"" module "\",\"kind\":\"inliner\",\"left\":1}\n"

static const char ONE[] =
    HEADER("one.c", "100") FUNCTION("one.c", "f", "40", "30", "") CALL("one.c", "HotCallSite", "g")
        CALL("one.c", "HotCallSite", "h") INLINER("one.c") CALL("one.c", "NotInlined", "h");
static const char TWO[] =
    HEADER("two.c", "100") FUNCTION("two.c", "f", "40", "35", "") CALL("two.c", "HotCallSite", "g") INLINER("two.c");
/* As much as TWO, for another reason. */
static const char THREE[] = HEADER("three.c", "100") FUNCTION("three.c", "f", "40", "35", ",\"reason\":\"stale\"");

typedef struct fixture {
    pprof_arena arena;
    pprof_status status;
    gate_build build;
} fixture;

static int set_up(void **state) {
    fixture *fixture = calloc(1, sizeof *fixture);
    if (fixture == NULL) return -1;
    *state = fixture;
    return make_folder(state);
}

static int tear_down(void **state) {
    fixture *fixture = *state;
    pprof_arena_free(&fixture->arena);
    free(fixture);
    return remove_folder(state);
}

static bool read_folder(fixture *fixture) {
    const char *path = folder;
    fixture->status = (pprof_status){0};
    return gate_read_build(&path, 1, NULL, NULL, &fixture->arena, &fixture->build, &fixture->status);
}

static const char *text(const fixture *fixture, uint32_t number) {
    return fixture->build.texts[number];
}

static void modules_are_merged(void **state) {
    fixture *fixture = *state;
    write_text("a.jsonl", ONE);
    write_text("b.jsonl", TWO);
    write_text("c.txt", "not a report");
    assert_true(read_folder(fixture));
    const gate_build *build = &fixture->build;
    assert_int_equal(build->file_count, 2);
    assert_int_equal(build->module_count, 2);
    assert_string_equal(text(fixture, build->modules[0].name), "one.c");
    assert_true(build->modules[0].inliner_is_done);

    /* One inline function of two modules: the one that found more speaks. */
    assert_int_equal(build->function_count, 1);
    const gate_function *function = &build->functions[0];
    assert_string_equal(text(fixture, function->name), "f");
    assert_int_equal(function->module_count, 2);
    assert_int_equal(function->matched, 35);
    assert_int_equal(build->known, 40);
    assert_int_equal(build->matched, 35);
    assert_int_equal(build->missing, 5);
    assert_int_equal(build->total, 100);

    assert_int_equal(build->decision_count, 2);
    assert_string_equal(text(fixture, build->decisions[0].callee), "g");
    assert_int_equal(build->decisions[0].count, 2);
    assert_int_equal(build->decisions[0].call_end, GATE_CALL_INLINED);
    assert_string_equal(text(fixture, build->decisions[1].callee), "h");
    assert_int_equal(build->decisions[1].count, 1);
    assert_int_equal(build->decisions[1].call_end, GATE_CALL_LEFT);
}

static void the_largest_profile_speaks(void **state) {
    fixture *fixture = *state;
    static const char *const reports[] = {
        HEADER("one.c", "100") HEADER("two.c", "101"),
        HEADER("two.c", "101") HEADER("one.c", "100"),
    };
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        write_text("a.jsonl", reports[i]);
        assert_true(read_folder(fixture));
        assert_true(fixture->build.has_other_profile);
        assert_int_equal(fixture->build.total, 101);
        assert_int_equal(fixture->build.sample_count, 101);
    }
}

/* Parallel compiles end in any order. */
static void order_does_not_matter(void **state) {
    fixture *fixture = *state;
    char all[sizeof ONE + sizeof TWO + sizeof THREE];
    gate_build builds[2];
    for (int i = 0; i < 2; i++) {
        (void)stpcpy(stpcpy(stpcpy(all, i == 0 ? ONE : THREE), TWO), i == 0 ? THREE : ONE);
        write_text("a.jsonl", all);
        assert_true(read_folder(fixture));
        builds[i] = fixture->build;
    }
    assert_int_equal(builds[0].text_count, builds[1].text_count);
    for (uint32_t i = 0; i < builds[0].text_count; i++) assert_string_equal(builds[0].texts[i], builds[1].texts[i]);
    assert_int_equal(builds[0].decision_count, builds[1].decision_count);
    assert_memory_equal(builds[0].decisions, builds[1].decisions, builds[0].decision_count * sizeof(gate_decision));
    assert_memory_equal(builds[0].functions, builds[1].functions, builds[0].function_count * sizeof(gate_function));
}

static void a_broken_line_is_named(void **state) {
    fixture *fixture = *state;
    static const struct {
        const char *text, *message;
    } cases[] = {
        {HEADER("one.c", "100") "{\"module\":\"one.c\",\"ki", "a.jsonl:2: not a line of -pgo-report: it is cut short"},
        {HEADER("one.c", "100") "nonsense\n", "a.jsonl:2: not a line of -pgo-report: it is not JSON"},
        {HEADER("one.c", "100") "[1]\n", "a.jsonl:2: not a line"},
        {HEADER("one.c", "-1"), "it should have a number as total"},
        {HEADER("one.c", "\"x\""), "it should have a number as total"},
        {CALL("one.c", "HotCallSite", "g"), "a.jsonl:1: not a line of -pgo-report: no module's header comes before it"},
        {HEADER("one.c", "1") "{\"module\":\"one.c\",\"kind\":\"odd\"}\n", "there is no kind odd"},
        {HEADER("one.c", "1") "{\"kind\":\"passed\"}\n", "no module"},
        {"{\"version\":2,\"module\":\"one.c\"}\n", "written by a newer libpgo (version 2 of the report, not 1)"},
        {"{\"module\":\"one.c\",\"total\":1}\n", "written by an older libpgo (version 0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_text("a.jsonl", cases[i].text);
        assert_false(read_folder(fixture));
        if (strstr(fixture->status.message, cases[i].message) == NULL)
            fail_msg("\"%s\" is not in \"%s\"", cases[i].message, fixture->status.message);
    }
}

static gate_profile_result judge(fixture *fixture, gate_profile_rules rules) {
    gate_profile_result result;
    assert_true(read_folder(fixture));
    assert_true(gate_judge_profile(&fixture->build, NULL, 0, &rules, &fixture->arena, &result, &fixture->status));
    return result;
}

static void profiles_are_judged(void **state) {
    fixture *fixture = *state;
    gate_profile_rules rules = gate_default_profile_rules();
    write_text("a.jsonl", TWO);
    gate_profile_result result = judge(fixture, rules);
    assert_int_equal(result.outcome, GATE_PASS);
    assert_float_equal(result.matched_share, 35.0 / 40, 1e-9);
    assert_int_equal(result.finding_count, 0);

    rules.min_matched = 0.9;
    result = judge(fixture, rules);
    assert_int_equal(result.outcome, GATE_FAIL);
    assert_int_equal(result.finding_count, 1);
    assert_int_equal(result.findings[0].kind, GATE_STALE);
    assert_string_equal(result.findings[0].name, "f");

    rules.min_matched = 0.8;
    write_text("a.jsonl", HEADER("one.c", "100") FUNCTION("one.c", "f", "40", "40", ",\"absolute\":true")
                              FUNCTION("one.c", "g", "40", "0", ",\"reason\":\"it is naked\""));
    result = judge(fixture, rules);
    assert_int_equal(result.outcome, GATE_FAIL);
    assert_float_equal(result.start_line_share, 0.5, 1e-9);
    assert_int_equal(result.finding_count, 2);
    assert_int_equal(result.findings[0].kind, GATE_NOT_MATCHED);
    assert_string_equal(result.findings[0].reason, "it is naked");
    assert_int_equal(result.findings[1].kind, GATE_NO_START_LINE);
}

static const char GONE[] = HEADER("one.c", "100")
    FUNCTION("one.c", "f", "40", "40", "") "{\"module\":\"one.c\",\"kind\":\"missed\",\"name\":"
                                           "\"NotMatched\",\"function\":\"\",\"callee\":\"old\","
                                           "\"weight\":9,\"reason\":\"gone\",\"message\":\"m\"}\n";

static void gone_functions_fail_unless_ignored(void **state) {
    fixture *fixture = *state;
    gate_profile_rules rules = gate_default_profile_rules();
    write_text("a.jsonl", GONE);
    gate_profile_result result = judge(fixture, rules);
    assert_int_equal(result.outcome, GATE_FAIL);
    assert_int_equal(result.vanished, 9);
    assert_int_equal(result.findings[0].kind, GATE_VANISHED);
    assert_string_equal(result.findings[0].name, "old");
    rules.ignore = "^old$";
    assert_int_equal(judge(fixture, rules).outcome, GATE_PASS);
    rules.ignore = NULL;
    rules.hot = 0.1;
    result = judge(fixture, rules);
    assert_int_equal(result.outcome, GATE_PASS);
    assert_float_equal(result.matched_share, 40.0 / 49, 1e-9);
}

static void no_honest_answer(void **state) {
    fixture *fixture = *state;
    static const char *const reports[] = {
        "",
        HEADER("one.c", "0"),
        HEADER("one.c", "100"),
        HEADER("one.c", "100") FUNCTION("one.c", "f", "40", "40", "") HEADER("two.c", "101"),
    };
    for (size_t i = 0; i < sizeof reports / sizeof *reports; i++) {
        write_text("a.jsonl", reports[i]);
        assert_int_equal(judge(fixture, gate_default_profile_rules()).outcome, GATE_NO_COMPARISON);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(modules_are_merged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_largest_profile_speaks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(order_does_not_matter, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_line_is_named, set_up, tear_down),
        cmocka_unit_test_setup_teardown(profiles_are_judged, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gone_functions_fail_unless_ignored, set_up, tear_down),
        cmocka_unit_test_setup_teardown(no_honest_answer, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
