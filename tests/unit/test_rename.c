/* Renaming: mangled and shown names in step, rules in their order, functions that become equal, samples chosen. */
#include "weights_support.h"

/* Not public: the edit room's own. */
#include "edit/edit.h"

#include <stdlib.h>

/* ---- respelling ---- */

static void check_respelling(const char *mangled, const char *shown, const char *wanted, const char *respelled) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    const char *result;
    assert_true(
        pprof_respell_linkage((pprof_string){mangled, strlen(mangled)}, shown, wanted, &arena, &result, &status));
    if (respelled == NULL ? result != NULL : result == NULL || strcmp(result, respelled) != 0)
        fail_msg("%s as %s becomes %s, not %s", mangled, wanted, result == NULL ? "nothing" : result,
                 respelled == NULL ? "nothing" : respelled);
    pprof_arena_free(&arena);
}

static void test_linkage_names_are_respelled(void **state) {
    (void)state;
    check_respelling("_ZN3foo3barEv", "foo::bar", "foo::baz", "_ZN3foo3bazEv");
    check_respelling("_Z3barv", "bar", "longer_name", "_Z11longer_namev");
    check_respelling("_ZN3foo3barEv", "foo::bar", "quux::bar", "_ZN4quux3barEv");
    check_respelling("_ZN3foo3barEv", "foo::bar", "a::b", "_ZN1a1bEv");
    /* what refers back follows */
    check_respelling("_ZN2ns3Old1fEPS0_", "ns::Old::f", "ns::Newer::f", "_ZN2ns5Newer1fEPS0_");
    check_respelling("_ZNK2ns4listIiE4findERKi", "ns::list::find", "ns::chain::find", "_ZNK2ns5chainIiE4findERKi");
    /* the class, its constructor and destructor */
    check_respelling("_ZN3FooC2Ev", "Foo::Foo", "Bar::Bar", "_ZN3BarC2Ev");
    check_respelling("_ZN3FooD1Ev", "Foo::~Foo", "Bar::~Bar", "_ZN3BarD1Ev");
    check_respelling("_ZN3FooC2Ev", "Foo::Foo", "Foo::Bar", NULL);
    /* of several equal identifiers the one that is shown */
    check_respelling("_ZN3bar3fooEN3baz3fooE", "bar::foo", "bar::new_foo", "_ZN3bar7new_fooEN3baz3fooE");
    check_respelling("_ZN3foo3fooEv", "foo::foo", "foo::bar", "_ZN3foo3barEv");
    check_respelling("_ZN3foo3fooEv", "foo::foo", "bar::foo", "_ZN3bar3fooEv");
    check_respelling("_ZN3foo3fooEv", "foo::foo", "bar::bar", "_ZN3bar3barEv");
    /* suffixes stay */
    check_respelling("_ZL5ccallP9lua_State.llvm.123", "ccall", "docall", "_ZL6docallP9lua_State.llvm.123");
    check_respelling("_ZZ4mainENKUlvE_clEv", "main::{lambda()#1}::operator()", "start::{lambda()#1}::operator()",
                     "_ZZ5startENKUlvE_clEv");
    /* names that look as if they had another in them */
    check_respelling("_ZN5a3foo3fooEv", "a3foo::foo", "a3foo::bar", "_ZN5a3foo3barEv");
}

static void test_what_cannot_be_respelled_is_refused(void **state) {
    (void)state;
    check_respelling("_ZN3foo3barEv", "foo::bar", "foo::sub::bar", NULL);
    check_respelling("_ZN3foo3barEv", "foo::bar", "bar", NULL);
    check_respelling("_ZN3foo3barEv", "foo::bar", "foo::operator==", NULL);
    check_respelling("_ZN3foo3barEv", "foo::bar", "foo::1st", NULL);
    check_respelling("_ZN3foo3barEv", "foo::bar", "std::bar", NULL);
    check_respelling("_ZNSt6vectorIiSaIiEE4sizeEv", "std::vector::size", "my::vector::size", NULL);
    /* the compiler would write quux in the parameter as a reference back to the scope */
    check_respelling("_ZN3foo3barEN4quux1XE", "foo::bar", "quux::bar", NULL);
}

/* ---- profiles ---- */

/* A profile of samples, each one stack of frames; a frame is "name system file". */
typedef struct fixture {
    making making;
    pprof_profile profile, output;
} fixture;

static void begin(fixture *f) {
    *f = (fixture){0};
    start_profile(&f->making, "samples", "count");
}

static uint32_t add_frame(fixture *f, const char *name, const char *system_name, int64_t start_line) {
    pprof_function function = {.name_string = add_string(&f->making, name),
                               .system_name_string = add_string(&f->making, system_name),
                               .filename_string = add_string(&f->making, "/build/src/x.cpp"),
                               .start_line = start_line};
    pprof_line line = {.line = start_line + 3,
                       .function = pprof_add_function(f->making.builder, &function, &f->making.status)};
    pprof_mapping mapping = {
        .memory_start = 4096, .memory_limit = 8192, .filename_string = add_string(&f->making, "/bin/x")};
    pprof_location location = {.line_count = 1,
                               .mapping = pprof_add_mapping(f->making.builder, &mapping, &f->making.status)};
    return pprof_add_location(f->making.builder, &location, &line, &f->making.status);
}

static void add_sample(fixture *f, uint32_t leaf, uint32_t caller, int64_t value) {
    pprof_add_sample(f->making.builder, (uint32_t[]){leaf, caller}, 2, &value, NULL, 0, &f->making.status);
}

static void finish(fixture *f) {
    assert_true(pprof_finish_builder(f->making.builder, &f->profile, &f->making.status));
}

static void assert_function(const fixture *f, uint32_t index, const char *name, const char *system_name) {
    const pprof_function *function = &f->output.functions[index];
    pprof_string has_name = pprof_get_string(&f->output, function->name_string);
    pprof_string has_system_name = pprof_get_string(&f->output, function->system_name_string);
    if (!pprof_string_equals(has_name, name) || !pprof_string_equals(has_system_name, system_name))
        fail_msg("function %u is '%.*s' '%.*s', not '%s' '%s'", index, (int)has_name.length, has_name.text,
                 (int)has_system_name.length, has_system_name.text, name, system_name);
}

/* One function under [rule], and what it becomes. */
static void check_rule(const char *name, const char *system_name, pprof_rename_rule rule, const char *new_name,
                       const char *new_system_name, uint32_t unlinked) {
    fixture f;
    begin(&f);
    uint32_t frame = add_frame(&f, name, system_name, 1);
    add_sample(&f, frame, frame, 1);
    finish(&f);
    assert_true(pprof_rename_functions(&f.profile, "test", &rule, 1, &f.making.arena, &f.output, &f.making.status));
    assert_function(&f, 0, new_name, new_system_name);
    assert_int_equal(rule.function_count, strcmp(name, new_name) != 0 || strcmp(system_name, new_system_name) != 0);
    assert_int_equal(rule.unlinked_count, unlinked);
    pprof_arena_free(&f.making.arena);
}

static void test_names_stay_in_step(void **state) {
    (void)state;
    const pprof_rename_rule shown = {.from = "foo::bar", .to = "foo::baz"};
    const pprof_rename_rule mangled = {.from = "_ZN3foo3barEv", .to = "_ZN3foo3bazEv"};
    const pprof_rename_rule deeper = {.from = "foo::bar", .to = "foo::in::bar"};
    const pprof_rename_rule c = {.from = "f", .to = "g"};
    const pprof_rename_rule *const both[] = {&shown, &mangled};
    for (int i = 0; i < 2; i++) {
        check_rule("foo::bar", "_ZN3foo3barEv", *both[i], "foo::baz", "_ZN3foo3bazEv", 0);
        check_rule("_ZN3foo3barEv", "_ZN3foo3barEv", *both[i], "_ZN3foo3bazEv", "_ZN3foo3bazEv", 0);
        check_rule("_ZN3foo3barEv", "", *both[i], "_ZN3foo3bazEv", "", 0);
    }
    check_rule("foo::bar()", "_ZN3foo3barEv", shown, "foo::baz()", "_ZN3foo3bazEv", 0);
    check_rule("foo::bar()", "", shown, "foo::baz()", "", 0);
    check_rule("foo::bar", "_ZN3foo3barEv", deeper, "foo::in::bar", "", 1);
    check_rule("_ZN3foo3barEv", "_ZN3foo3barEv", deeper, "foo::in::bar", "", 1);
    check_rule("f", "f", c, "g", "g", 0);
    check_rule("f", "", c, "g", "", 0);
    check_rule("f", "_ZL1fv.__uniq.1", c, "g", "_ZL1gv.__uniq.1", 0);
    check_rule("ff", "ff", c, "ff", "ff", 0);
    check_rule("", "", c, "", "", 0);
}

static void test_expressions_replace_every_match(void **state) {
    (void)state;
    const pprof_rename_rule scope = {.from = "^foo::", .to = "quux::", .is_pattern = true};
    const pprof_rename_rule groups = {.from = "^([a-z]+)_([a-z]+)$", .to = "\\2_\\1\\\\", .is_pattern = true};
    const pprof_rename_rule each = {.from = "a", .to = "bb", .is_pattern = true};
    const pprof_rename_rule empty = {.from = "x*", .to = "-", .is_pattern = true};
    check_rule("foo::bar", "_ZN3foo3barERNS_1XE", scope, "quux::bar", "_ZN4quux3barERNS_1XE", 0);
    check_rule("my_name", "my_name", groups, "name_my\\", "name_my\\", 0);
    check_rule("banana", "banana", each, "bbbnbbnbb", "bbbnbbnbb", 0);
    check_rule("axb", "axb", empty, "-a--b-", "-a--b-", 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_linkage_names_are_respelled),
        cmocka_unit_test(test_what_cannot_be_respelled_is_refused),
        cmocka_unit_test(test_names_stay_in_step),
        cmocka_unit_test(test_expressions_replace_every_match),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
