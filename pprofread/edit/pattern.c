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

/* glibc's engine recurses on nested groups, multiplies out {m,n}, takes exponential time on back references, and time
 * and memory exponential in the nesting of repeated groups. A profiler needs none of that to list its own functions. */
static bool is_harmless(pprof_string text) {
    enum { LONGEST = 1 << 12, DEEPEST = 50 };
    if (text.length > LONGEST) return false;
    int depth = 0;
    operand before = OPERAND_NONE;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.text[i];
        depth += (c == '(') - (c == ')');
        if (c == '\0' || c == '{' || depth < 0 || depth > DEEPEST) return false;
        if (c == '*' || c == '+' || c == '?') {
            if (before == OPERAND_NONE || (before == OPERAND_GROUP && c != '?')) return false;
            before = OPERAND_NONE;
        } else if (c == '(' || c == '|' || c == '^' || c == '$') {
            before = OPERAND_NONE;
        } else if (c == '\\') {
            char escaped = ++i < text.length ? text.text[i] : '\0';
            if (escaped == '\0' || (escaped >= '0' && escaped <= '9')) return false;
            bool is_anchor = strchr("<>bB`'", escaped) != NULL; /* GNU's, which match no character */
            before = is_anchor ? OPERAND_NONE : OPERAND_CHARACTER;
        } else {
            if (c == '[') i = find_bracket_end(text, i);
            before = c == ')' ? OPERAND_GROUP : OPERAND_CHARACTER;
        }
    }
    return true;
}

bool pprof_compile_foreign_pattern(pprof_pattern *pattern, pprof_string text, pprof_arena *arena,
                                   pprof_status *status) {
    *pattern = (pprof_pattern){0};
    if (text.length == 0 || !is_harmless(text)) return true;
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
