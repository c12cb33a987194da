/* A regular expression that came with a profile, and behind a newline a name to match. */
#include "edit/edit.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const char *text = (const char *)data, *newline = size == 0 ? NULL : memchr(data, '\n', size);
    pprof_string expression = {text, newline == NULL ? size : (size_t)(newline - text)};
    pprof_string name = {newline == NULL ? text : newline + 1, newline == NULL ? 0 : size - expression.length - 1};
    pprof_arena arena = {0};
    pprof_status status = {0};
    pprof_pattern pattern;
    require_status(pprof_compile_foreign_pattern(&pattern, "fuzz", expression, &arena, &status), &status);
    (void)pprof_match_pattern(&pattern, name);
    pprof_free_pattern(&pattern);
    pprof_arena_free(&arena);
    return 0;
}
