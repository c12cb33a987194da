/* The short names of pprof: what its own demangler says for the same linkage names. */
#include "import/import.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static void expect_name(const char *linkage_name, const char *expected) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    const char *name = pprof_simplify_name(linkage_name, &arena, &status);
    assert_non_null(name);
    assert_string_equal(name, expected);
    pprof_arena_free(&arena);
}

static void test_functions(void **state) {
    (void)state;
    expect_name("_ZNK4pugi17xml_node_iteratorneERKS0_", "pugi::xml_node_iterator::operator!=");
    expect_name("_ZNK4pugi17xml_node_iteratordeEv", "pugi::xml_node_iterator::operator*");
    expect_name("_ZL4walkIRZ4mainE3$_0ElN4pugi8xml_nodeEOT_", "walk"); /* a template: the return type goes too */
    expect_name("_ZN4pugi4impl12_GLOBAL__N_110xml_parser10parse_treeEPcPNS_15xml_node_structEjc",
                "pugi::impl::(anonymous namespace)::xml_parser::parse_tree");
    expect_name("_ZNSt3mapINSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEiSt4lessIS5_ESaISt4pairIKS5_iEEE11lower_"
                "boundERS9_",
                "std::map::lower_bound");
    expect_name("_ZZ4mainENK3$_0clEv", "main::$_0::operator()");
    expect_name("_ZN1AD2Ev", "A::~A");
    expect_name("_Z1fIiEPFvcET_", "f"); /* void (*f<int>(int))(char) */
}

static void test_operators(void **state) {
    (void)state;
    expect_name("_ZlsIiERSoS0_RKT_", "operator<<");
    expect_name("_ZltIiEbT_S0_", "operator<");
    expect_name("_ZN1AssERKS_", "A::operator<=>");
    expect_name("_ZN1AptEv", "A::operator->");
    expect_name("_ZN1AclIiEEvT_", "A::operator()");
    expect_name("_ZN1AixEi", "A::operator[]");
    expect_name("_Znwm", "operator new");
    expect_name("_ZdaPv", "operator delete[]");
    expect_name("_ZNK1AcvbEv", "A::operator bool");
    expect_name("_ZNK1AcvSt6vectorIiSaIiEEEv", "A::operator std::vector");
    expect_name("_ZNK1AcvPFicEEv", "A::operator int (*)(char)");
    expect_name("_Zli2_xy", "operator\"\" _x");
}

static void test_local_names(void **state) {
    (void)state;
    expect_name("_ZZ1fiENKUliE_clEi", "f::{lambda(int)#1}::operator()");
    expect_name("_ZZNK1A1fIiEEvT_ENKUlSt6vectorIiSaIiEEE_clES4_", "A::f::{lambda(std::vector)#1}::operator()");
    expect_name("_ZGVZN1A1fEvE1x", "guard variable for A::f::x");
    expect_name("_ZThn16_N1A1fEi", "non-virtual thunk to A::f(int)"); /* pprof keeps these parameters */
    expect_name("_ZTV1AIiE", "vtable for A");
}

static void test_comparisons_in_template_arguments(void **state) {
    (void)state;
    /* void f<int>(std::enable_if<((sizeof (int))>(2)), int>::type) */
    expect_name("_Z1fIiEvNSt9enable_ifIXgtstT_Li2EEiE4typeE", "f");
}

static void test_clone_suffixes(void **state) {
    (void)state;
    expect_name("_ZL5ccallP9lua_StateP10StackValueii.__uniq.25679725704601047685447500927374331264", "ccall");
    expect_name("_Z3fooi.part.0.llvm.123", "foo");
    expect_name("f_call.llvm.8961", "f_call.llvm.8961"); /* not mangled: as it is */
    expect_name("sweepstep.constprop.0", "sweepstep.constprop.0");
}

static void test_names_that_are_not_mangled(void **state) {
    (void)state;
    expect_name("", "");
    expect_name("main", "main");
    expect_name("_Z", "_Z");
    expect_name("_ZN", "_ZN");
    expect_name("ns::f<int>(char, g<2>)", "ns::f");
    expect_name("f(int)", "f(int)"); /* nothing says that this is C++ */
    expect_name("a::b(", "a::b(");   /* brackets that do not match stay */
    expect_name("java.lang.Object.<init>", "java.lang.Object.<init>");
    expect_name("main.(*T[...]).run::x", "main.(*T[...]).run::x");
}

/* Names from a broken symbol table: nothing to compare with, but the sanitizers watch. */
static void test_broken_names(void **state) {
    (void)state;
    static const char whole[] = "_ZZNK1A1fIiEEvT_ENKUlSt6vectorIiSaIiEEE_clES4_";
    static const char *const demangled[] = {"a::b<(", "a::operator", "a::operator<", "(((((",
                                            ")>]}",   "{lambda(",    "a::"};
    pprof_arena arena = {0};
    pprof_status status = {0};
    for (size_t cut = 0; cut < sizeof whole; cut++) {
        for (int changed = -1; changed < 128; changed++) {
            char name[sizeof whole];
            memcpy(name, whole, sizeof whole);
            if (changed > 0) name[cut] = (char)changed;
            if (changed < 0) name[cut] = '\0';
            name[sizeof whole - 1] = '\0';
            assert_non_null(pprof_simplify_name(name, &arena, &status));
        }
    }
    for (size_t i = 0; i < sizeof demangled / sizeof *demangled; i++)
        assert_non_null(pprof_simplify_name(demangled[i], &arena, &status));
    pprof_arena_free(&arena);
    expect_name("_Z3a::", "a::"); /* an identifier may hold any character */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_functions),      cmocka_unit_test(test_operators),
        cmocka_unit_test(test_local_names),    cmocka_unit_test(test_comparisons_in_template_arguments),
        cmocka_unit_test(test_clone_suffixes), cmocka_unit_test(test_names_that_are_not_mangled),
        cmocka_unit_test(test_broken_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
