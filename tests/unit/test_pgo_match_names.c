/* Which function of the profile is which of the module: name forms, tiers, and what is never guessed. */
#include "match.h"

#include "index_support.h"

#include <stdlib.h>
#include <string.h>

/* The shim's demangler, for the names of these tests. */
char *pgo_shim_demangle(const char *name) {
    static const char *const table[][2] = {
        {"_ZL4stepPv", "step(void*)"},
        {"_ZN2ns4walkIiEEvT_", "void ns::walk<int>(int)"},
        {"_ZN2ns4walkEv", "ns::walk()"},
        {"_ZN2ns4walkEi", "ns::walk(int)"},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (strcmp(name, table[i][0]) == 0) return strdup(table[i][1]);
    return NULL;
}

static pprof_arena arena;
static pprof_status status;

static int set_up(void **state) {
    (void)state;
    arena = (pprof_arena){0};
    status = (pprof_status){0};
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    pprof_arena_free(&arena);
    return 0;
}

static void assert_forms(const char *name, const char *without_parameters, const char *without_templates,
                         const char *unqualified) {
    assert_string_equal(pgo_shorten_name(name, PGO_NAME_WHOLE, &arena, &status), name);
    assert_string_equal(pgo_shorten_name(name, PGO_NAME_WITHOUT_PARAMETERS, &arena, &status), without_parameters);
    assert_string_equal(pgo_shorten_name(name, PGO_NAME_WITHOUT_TEMPLATES, &arena, &status), without_templates);
    assert_string_equal(pgo_shorten_name(name, PGO_NAME_UNQUALIFIED, &arena, &status), unqualified);
}

static void names_are_shortened(void **state) {
    (void)state;
    assert_forms("walk", "walk", "walk", "walk");
    assert_forms("walk(int, char const*)", "walk", "walk", "walk");
    assert_forms("ns::walk(int) const", "ns::walk", "ns::walk", "walk");
    assert_forms("void ns::walk<int>(int)", "ns::walk<int>", "ns::walk", "walk");
    assert_forms("std::vector<int, std::allocator<int> > ns::make<int>(int)", "ns::make<int>", "ns::make", "make");
    assert_forms("ns::list<int>::walk(void (*)(int))", "ns::list<int>::walk", "ns::list::walk", "walk");
    assert_forms("(anonymous namespace)::walk(int)", "(anonymous namespace)::walk", "(anonymous namespace)::walk",
                 "walk");
    assert_forms("ns::f::operator()(int) const", "ns::f::operator()", "ns::f::operator()", "operator()");
    assert_forms("ns::operator<<(int, int)", "ns::operator<<", "ns::operator<<", "operator<<");
    assert_forms("ns::operator<(int)", "ns::operator<", "ns::operator<", "operator<");
    assert_forms("ns::f::operator unsigned int() const", "ns::f::operator unsigned int", "ns::f::operator unsigned int",
                 "operator unsigned int");
    assert_forms("operator new[](unsigned long)", "operator new[]", "operator new[]", "operator new[]");
    assert_forms("outer(int)::local::walk(int)", "outer(int)::local::walk", "outer::local::walk", "walk");
    assert_forms("cooperator<int>(int)", "cooperator<int>", "cooperator", "cooperator");
}

static void broken_names_stay_harmless(void **state) {
    (void)state;
    static const char *const names[] = {"",           "(",         "<",      "walk(",
                                        "walk<int",   "a<(>b",     ")))",    "operator",
                                        "operator()", "::",        " ",      "(anonymous namespace)",
                                        "a::(b",      "operator<", "x >>> y"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        for (int form = PGO_NAME_WHOLE; form <= PGO_NAME_UNQUALIFIED; form++) {
            const char *shorter = pgo_shorten_name(names[i], (pgo_name_form)form, &arena, &status);
            assert_non_null(shorter);
            assert_true(strlen(shorter) <= strlen(names[i]));
        }
    char *deep = malloc(100001);
    memset(deep, '<', 100000);
    deep[100000] = '\0';
    assert_non_null(pgo_shorten_name(deep, PGO_NAME_WITHOUT_TEMPLATES, &arena, &status));
    free(deep);
}

/* ---- matching ---- */

static pprof_weight_function make_function(const char *name, const char *file, int32_t start_line, bool is_certain) {
    return (pprof_weight_function){.linkage_name = name,
                                   .source_name = name,
                                   .file = file,
                                   .start_line = start_line,
                                   .linkage_is_certain = is_certain};
}

static pgo_identity make_identity(const char *name, const char *file, uint32_t start_line, bool is_local) {
    return (pgo_identity){
        .linkage_name = name, .source_name = name, .file = file, .start_line = start_line, .is_local = is_local};
}

#define COUNT(array) ((uint32_t)(sizeof(array) / sizeof((array)[0])))
#define MATCH(identities, known) match(identities, COUNT(identities), known, COUNT(known))

static void match(pgo_identity *identities, uint32_t identity_count, pprof_weight_function *known,
                  uint32_t known_count) {
    enum { BODIES = 8 };
    pprof_body bodies[BODIES] = {0};
    pprof_weights weights = {
        .functions = known, .function_count = known_count, .bodies = bodies, .body_count = known_count};
    pprof_index index;
    assert_true(known_count <= BODIES);
    for (uint32_t i = 0; i < known_count; i++) bodies[i] = (pprof_body){.function = i, .inclusive = 1};
    index_weights(&weights, &arena, &index, &status);
    assert_true(pgo_match_names(identities, identity_count, &index, &status));
}

static void equal_names_match(void **state) {
    (void)state;
    pprof_weight_function functions[] = {make_function("_ZN2ns4walkEi", "", 0, true),
                                         make_function("step", "", 0, true)};
    pgo_identity identities[] = {make_identity("step", "a/b.c", 3, true), make_identity("jump", "a/b.c", 3, false),
                                 make_identity("_ZN2ns4walkEi", "a/b.c", 9, false)};
    MATCH(identities, functions);
    assert_int_equal(identities[0].weight_function, 1);
    assert_int_equal(identities[1].weight_function, PGO_NONE);
    assert_null(identities[1].miss_reason);
    assert_int_equal(identities[2].weight_function, 0);
}

static void suffixes_fall_only_when_needed(void **state) {
    (void)state;
    pprof_weight_function functions[] = {make_function("step", "a/b.c", 3, true),
                                         make_function("step.llvm.17", "a/c.c", 90, true)};
    pgo_identity identities[] = {make_identity("step", "a/b.c", 3, true)};
    MATCH(identities, functions);
    assert_int_equal(identities[0].weight_function, 0);

    pprof_weight_function promoted[] = {make_function("step.llvm.17", "a/b.c", 3, true)};
    MATCH(identities, promoted);
    assert_int_equal(identities[0].weight_function, 0);
}

static void files_and_lines_decide_among_several(void **state) {
    (void)state;
    pprof_weight_function functions[] = {make_function("step", "a/b.c", 3, true),
                                         make_function("step", "a/c.c", 3, true),
                                         make_function("step", "d/c.c", 8, true)};
    pgo_identity identities[] = {
        make_identity("step", "d/c.c", 8, true),
        make_identity("step", "x/b.c", 7, true),
        make_identity("step", "y/z.c", 11, true), /* some other step */
    };
    MATCH(identities, functions);
    assert_int_equal(identities[0].weight_function, 2);
    assert_int_equal(identities[1].weight_function, 0);
    assert_int_equal(identities[2].weight_function, PGO_NONE);
    assert_string_equal(identities[2].miss_reason, "the profile's function of this name is in another file");
}

static void nothing_is_guessed(void **state) {
    (void)state;
    pprof_weight_function two[] = {make_function("step", "", 3, true), make_function("step", "", 4, true)};
    pgo_identity one[] = {make_identity("step", "a/b.c", 9, true)};
    MATCH(one, two);
    assert_int_equal(one[0].weight_function, PGO_NONE);
    assert_non_null(strstr(one[0].miss_reason, "ambiguous"));

    pprof_weight_function short_name[] = {make_function("ns::walk", "", 0, false)};
    pgo_identity overloads[] = {make_identity("_ZN2ns4walkEi", "a/b.c", 9, false),
                                make_identity("_ZN2ns4walkEv", "a/b.c", 12, false)};
    MATCH(overloads, short_name);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(overloads[i].weight_function, PGO_NONE);
        assert_non_null(strstr(overloads[i].miss_reason, "ambiguous"));
    }
}

static void a_start_line_tells_overloads_apart(void **state) {
    (void)state;
    pprof_weight_function functions[] = {make_function("ns::walk", "a/b.c", 9, false),
                                         make_function("ns::walk", "a/b.c", 12, false)};
    pgo_identity overloads[] = {make_identity("_ZN2ns4walkEi", "a/b.c", 9, false),
                                make_identity("_ZN2ns4walkEv", "a/b.c", 12, false)};
    MATCH(overloads, functions);
    assert_int_equal(overloads[0].weight_function, 0);
    assert_int_equal(overloads[1].weight_function, 1);
}

static void certain_names_are_not_shortened(void **state) {
    (void)state;
    pprof_weight_function functions[] = {make_function("walk", "", 0, true)};
    pgo_identity identities[] = {make_identity("_ZN2ns4walkEi", "a/b.c", 9, false)};
    MATCH(identities, functions);
    assert_int_equal(identities[0].weight_function, PGO_NONE);

    functions[0].linkage_is_certain = false;
    MATCH(identities, functions);
    assert_int_equal(identities[0].weight_function, 0);
}

static void unique_statics_match_both_ways(void **state) {
    (void)state;
    pprof_weight_function unique[] = {make_function("_ZL4stepPv.__uniq.123", "a/b.c", 3, true)};
    pprof_weight_function plain[] = {make_function("step", "a/b.c", 3, true)};
    pgo_identity plain_identity[] = {make_identity("step", "a/b.c", 3, true)};
    pgo_identity unique_identity[] = {make_identity("_ZL4stepPv.__uniq.456", "a/b.c", 3, true)};
    MATCH(plain_identity, unique);
    assert_int_equal(plain_identity[0].weight_function, 0);
    MATCH(unique_identity, plain);
    assert_int_equal(unique_identity[0].weight_function, 0);
    MATCH(unique_identity, unique); /* another build's number */
    assert_int_equal(unique_identity[0].weight_function, 0);
}

static void a_declaration_is_the_function_it_declares(void **state) {
    (void)state;
    pprof_weight_function functions[] = {make_function("walk", "a/b.c", 3, true)};
    pgo_identity identities[] = {make_identity("walk", "", 0, false), make_identity("walk", "a/b.c", 3, false)};
    MATCH(identities, functions);
    assert_int_equal(identities[0].weight_function, 0);
    assert_int_equal(identities[1].weight_function, 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(names_are_shortened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(broken_names_stay_harmless, set_up, tear_down),
        cmocka_unit_test_setup_teardown(equal_names_match, set_up, tear_down),
        cmocka_unit_test_setup_teardown(suffixes_fall_only_when_needed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(files_and_lines_decide_among_several, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nothing_is_guessed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_start_line_tells_overloads_apart, set_up, tear_down),
        cmocka_unit_test_setup_teardown(certain_names_are_not_shortened, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unique_statics_match_both_ways, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_declaration_is_the_function_it_declares, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
