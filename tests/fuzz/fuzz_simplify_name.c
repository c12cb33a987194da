/* A function's name: as it is, or behind "_Z" as the demangler prints it. The demangler itself, which is the C++
 * runtime's, is stood in for, since of mutated mangled names next to none demangles. */
#include "fuzz.h"
#include "import/import.h"

char *__cxa_demangle(const char *mangled, char *buffer, size_t *length, int *outcome);

char *__cxa_demangle(const char *mangled, char *buffer, size_t *length, int *outcome) {
    (void)buffer, (void)length, (void)outcome;
    return strdup(mangled + strlen("_Z"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    pprof_arena arena = {0};
    pprof_status status = {0};
    const char *name = pprof_copy_string(&arena, (const char *)data, size, &status);
    require_success(name != NULL, &status);
    const char *simple = pprof_simplify_name(name, &arena, &status);
    require_success(simple != NULL, &status);
    REQUIRE(strlen(simple) <= strlen(name));
    pprof_arena_free(&arena);
    return 0;
}
