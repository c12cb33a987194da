/* Takes POSIX extended regular expressions, from the user or from a profile; gives matches on the profile's strings.
 * Google's pprof uses RE2: what both understand alike is all that profilers write in practice; \d, (?i) and lazy
 * repetition are not understood here. */
#include "edit/edit.h"

#include <limits.h>
#include <string.h>

bool pprof_compile_pattern(pprof_pattern *pattern, const char *name, const char *text, pprof_status *status) {
    *pattern = (pprof_pattern){0};
    if (text == NULL || *text == '\0') return true;
    int error = regcomp(&pattern->regex, text, REG_EXTENDED | REG_NOSUB);
    if (error != 0) {
        char reason[128];
        (void)regerror(error, &pattern->regex, reason, sizeof reason);
        return pprof_fail(status, "-%s=%s: %s; give a POSIX extended regular expression", name, text, reason);
    }
    pattern->is_set = true;
    return true;
}

/* The last byte of the bracket expression that begins at [i], or the text's length when it has no end. */
static size_t find_bracket_end(pprof_string text, size_t i) {
    i++;
    if (i < text.length && text.text[i] == '^') i++;
    if (i < text.length && text.text[i] == ']') i++; /* in first place it is one of the characters */
    for (; i < text.length && text.text[i] != ']'; i++)
        if (text.text[i] == '[' && i + 1 < text.length && strchr(".:=", text.text[i + 1]) != NULL) {
            const char *end = memchr(text.text + i + 2, ']', text.length - i - 2); /* of [:alpha:] */
            if (end != NULL) i = (size_t)(end - text.text);
        }
    return i;
}

/* What stands before an operator, and so is repeated. */
typedef enum operand { OPERAND_NONE = 0, OPERAND_CHARACTER, OPERAND_GROUP } operand;

/* What an expression holds that costs the engine something. */
typedef struct ingredients {
    bool is_foreign; /* what the engine does not know, or repeats so that it takes exponential time */
    uint32_t depth, repetitions, anchors;
    uint32_t choices; /* behind a repetition that something follows: the engine's states may double with each */
} ingredients;

/* Whether what is repeated by text[i] is all that is left of a whole alternative: "prefix.*". */
static bool ends_alternative(pprof_string text, size_t i, int depth) {
    return i + 1 == text.length || (depth == 0 && text.text[i + 1] == '|');
}

/* glibc's engine multiplies out {m,n}, takes exponential time on back references, and time and memory exponential in
 * the nesting of repeated groups: all that is foreign. */
static ingredients examine(pprof_string text) {
    ingredients found = {0};
    int depth = 0;
    bool has_repeated = false;
    operand before = OPERAND_NONE;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.text[i];
        bool is_choice = c == '.' || c == '[' || c == '?' || c == '*' || c == '+' || (c == '|' && depth > 0);
        depth += (c == '(') - (c == ')');
        if (depth > (int)found.depth) found.depth = (uint32_t)depth;
        if (c == '\0' || c == '{' || depth < 0) found.is_foreign = true;
        if (c == '*' || c == '+' || c == '?') {
            if (before == OPERAND_NONE || (before == OPERAND_GROUP && c != '?')) found.is_foreign = true;
            before = OPERAND_NONE;
            found.repetitions++;
        } else if (c == '(' || c == '|' || c == '^' || c == '$') {
            before = OPERAND_NONE;
            found.anchors += c == '^' || c == '$';
        } else if (c == '\\') {
            char escaped = ++i < text.length ? text.text[i] : '\0';
            if (escaped == '\0' || strchr("0123456789<>bB`'", escaped) != NULL)
                found.is_foreign = true; /* GNU's anchors */
            is_choice = escaped != '\0' && strchr("wWsS", escaped) != NULL;
            before = OPERAND_CHARACTER;
        } else {
            if (c == '[') i = find_bracket_end(text, i);
            before = c == ')' ? OPERAND_GROUP : OPERAND_CHARACTER;
        }
        found.choices += has_repeated && is_choice;
        has_repeated |= (c == '*' || c == '+') && !ends_alternative(text, i, depth);
    }
    return found;
}

/* Refuses what would keep the engine busy: a profiler lists its own functions with a few names and ".*" behind them. */
static bool check_cost(const char *name, pprof_string text, const ingredients *found, pprof_status *status) {
    const struct {
        const char *what;
        size_t count, most;
    } limits[] = {
        {"bytes", text.length, 1 << 12},
        {"groups in each other", found->depth, 50},
        {"repetitions", found->repetitions, 64},
        {"anchors", found->anchors, 8},
        {"choices behind a repetition", found->choices, 8},
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (limits[i].count > limits[i].most)
            return pprof_fail(status,
                              "the profile's %s: %zu %s, where %zu are the most that a regular expression of a profile "
                              "may have; record it anew, or have its producer write a simpler one",
                              name, limits[i].count, limits[i].what, limits[i].most);
    return true;
}

bool pprof_compile_foreign_pattern(pprof_pattern *pattern, const char *name, pprof_string text, pprof_arena *arena,
                                   pprof_status *status) {
    *pattern = (pprof_pattern){0};
    ingredients found = examine(text);
    if (text.length == 0 || found.is_foreign) return true;
    if (!check_cost(name, text, &found, status)) return false;
    char *whole = pprof_allocate(arena, text.length + 5, 1, status);
    if (whole == NULL) return false;
    memcpy(whole, "^(", 2);
    memcpy(whole + 2, text.text, text.length);
    memcpy(whole + 2 + text.length, ")$", 3);
    pattern->is_set = regcomp(&pattern->regex, whole, REG_EXTENDED | REG_NOSUB) == 0;
    return true;
}

bool pprof_match_pattern(const pprof_pattern *pattern, pprof_string string) {
    if (!pattern->is_set) return false;
    /* GNU's own function: regexec() would have the string end in a NUL, which may as well be part of it. */
    regoff_t length = string.length > INT_MAX ? INT_MAX : (regoff_t)string.length;
    regex_t regex = pattern->regex; /* which re_search does not take as const */
    return re_search(&regex, string.text, length, 0, length, NULL) >= 0;
}

void pprof_free_pattern(pprof_pattern *pattern) {
    if (pattern->is_set) regfree(&pattern->regex);
    pattern->is_set = false;
}
