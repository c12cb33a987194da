/* What compilers append to names goes, in any combination; what belongs to a name stays. The symbols of one constructor
 * are one. */
#include "pprofread.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <string.h>

static void test_endings(void **state) {
    (void)state;
    static const struct {
        const char *name, *stripped;
    } cases[] = {
        /* one ending, as seen in real profiles */
        {"f_call.llvm.8961539064460933731", "f_call"},
        {"_ZL5ccallP9lua_StateP10StackValueii.__uniq.25679725704601047685447500927374331264",
         "_ZL5ccallP9lua_StateP10StackValueii"},
        {"luaL_getmetafield.part.0", "luaL_getmetafield"},
        {"sweepstep.constprop.0", "sweepstep"},
        {"parse.isra.12", "parse"},
        {"open.lto_priv.3", "open"},
        {"main.cold", "main"},
        {"main.cold.1", "main"},
        /* several, in any order */
        {"f.part.0.constprop.0", "f"},
        {"f.constprop.0.isra.0.part.1.cold", "f"},
        {"f.__uniq.1.llvm.2", "f"},
        {"f.llvm.2.__uniq.1.cold.0", "f"},
        {"f.cold.cold.part.0", "f"},
        /* dots that are not theirs */
        {"f", "f"},
        {"", ""},
        {"main.c", "main.c"},
        {"f.llvm", "f.llvm"},
        {"f.llvm.", "f.llvm."},
        {"f.llvm.12a", "f.llvm.12a"},
        {"f.part", "f.part"},
        {"f.0", "f.0"},
        {"f.parts.0", "f.parts.0"},
        {"fpart.0", "fpart.0"},
        {"f.cold.x", "f.cold.x"},
        {"f.colder", "f.colder"},
        {"f.part.-1", "f.part.-1"},
        {"f.cold.part", "f.cold.part"},
        {"operator\"\" .cold_", "operator\"\" .cold_"},
        {"runtime.(*mcache).refill", "runtime.(*mcache).refill"},
        {"_ZN3foo17hd6a1.llvm.9E", "_ZN3foo17hd6a1.llvm.9E"},
        {"f.part.0.x.llvm.1", "f.part.0.x"},
        /* nothing may be left without a name */
        {".cold", ".cold"},
        {".llvm.1", ".llvm.1"},
        {".cold.part.0", ".cold"},
        {"123", "123"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t length = pprof_strip_name_suffixes(cases[i].name);
        if (length != strlen(cases[i].stripped) || memcmp(cases[i].name, cases[i].stripped, length) != 0)
            fail_msg("%s gives %.*s", cases[i].name, (int)length, cases[i].name);
    }
}

static void test_structors(void **state) {
    (void)state;
    static const struct {
        const char *name, *unified;
    } cases[] = {
        {"_ZN7HashMgrD1Ev", "_ZN7HashMgrD2Ev"},
        {"_ZN7HashMgrC1EPKcS1_S1_", "_ZN7HashMgrC2EPKcS1_S1_"},
        {"_ZN7HashMgrC4EPKcS1_S1_", "_ZN7HashMgrC2EPKcS1_S1_"},
        {"_ZN7HashMgrC2EPKcS1_S1_", "_ZN7HashMgrC2EPKcS1_S1_"},
        {"_ZN3BoxD1Ev.cold", "_ZN3BoxD2Ev.cold"},
        /* with template arguments, of the class and its own; with an ABI tag; inherited */
        {"_ZNSt6vectorIP7HashMgrSaIS1_EED1Ev", "_ZNSt6vectorIP7HashMgrSaIS1_EED2Ev"},
        {"_ZN3BoxC1IiEET_", "_ZN3BoxC2IiEET_"},
        {"_ZN3BoxC1B5cxx11Ev", "_ZN3BoxC2B5cxx11Ev"},
        {"_ZN7DerivedCI14BaseEi", "_ZN7DerivedCI24BaseEi"},
        {"_ZN7DerivedCI14BaseIcEEPT_i", "_ZN7DerivedCI24BaseIcEEPT_i"},
        /* a lambda in a constructor */
        {"_ZZN3BoxC1EvENKUlvE_clEv", "_ZZN3BoxC2EvENKUlvE_clEv"},
        /* code of its own, and what only looks alike */
        {"_ZN3BoxD0Ev", "_ZN3BoxD0Ev"},
        {"_ZN4D1EvC3fooEv", "_ZN4D1EvC3fooEv"},
        {"_ZN6MyC1Ev3getEv", "_ZN6MyC1Ev3getEv"},
        {"_Z3fooC1Ev", "_Z3fooC1Ev"},
        {"BoxC1Ev", "BoxC1Ev"},
        {"C1E", "C1E"},
        {"", ""},
        /* broken names end where they end */
        {"_ZN", "_ZN"},
        {"_ZN99BoxC1Ev", "_ZN99BoxC1Ev"},
        {"_ZN99999999999999999999999BoxC1Ev", "_ZN99999999999999999999999BoxC1Ev"},
        {"_ZN3BoxC", "_ZN3BoxC"},
        {"_ZN3BoxCI", "_ZN3BoxCI"},
        {"_ZN3BoxCI1", "_ZN3BoxCI2"},
        {"_ZN3BoxC1", "_ZN3BoxC1"},
    };
    pprof_arena arena = {0};
    pprof_status status = {0};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *unified = pprof_unify_structors(cases[i].name, &arena, &status);
        if (unified == NULL || strcmp(unified, cases[i].unified) != 0) fail_msg("%s gives %s", cases[i].name, unified);
    }
    pprof_arena_free(&arena);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_endings), cmocka_unit_test(test_structors)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
