/* Takes a mangled C++ name and what its shown form is to become; gives the mangled name of that.
 *
 * Itanium mangling writes each identifier with its length before it, and refers back to what was written by position,
 * never by name. So an identifier can be exchanged where it stands, and whatever refers back to it follows:
 *
 *   ns::Old::f(ns::Old*)   _ZN2ns3Old1fEPS0_   ─▶   _ZN2ns5Newer1fEPS0_
 *
 * Which of several equal identifiers are meant is found by trying: the demangler tells what became of the name. What
 * cannot be had this way is refused: another number of scopes, and a scope that the name mentions already, since the
 * compiler would now refer back from one to the other. Parameter types keep their names. */
#include "base/saturate.h"
#include "edit/edit.h"
#include "import/import.h"

#include <string.h>

enum {
    LONGEST_NAME = 1 << 14, /* beyond it no demangler goes */
    CANDIDATE_LIMIT = 10,   /* equal identifiers that are tried, in all combinations */
    CHANGE_LIMIT = 32,      /* identifiers of a shown name */
};

/* An identifier that changes. */
typedef struct change {
    pprof_string from, to;
    bool is_scope; /* another one follows it */
} change;

/* Where a changing identifier stands in the mangled name, its length included. */
typedef struct candidate {
    size_t start, length;
    const change *change;
} candidate;

bool pprof_is_mangled_cxx(pprof_string name) {
    return name.length > 2 && name.length < LONGEST_NAME && memcmp(name.text, "_Z", 2) == 0 &&
           memchr(name.text, '\0', name.length) == NULL;
}

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

static bool is_identifier(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

static bool is_same(pprof_string a, pprof_string b) {
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

/* ---- the shown names, side by side ---- */

static pprof_string read_identifier(const char *at) {
    size_t length = 0;
    while (is_identifier(at[length])) length++;
    return (pprof_string){at, is_digit(*at) ? 0 : length};
}

/* The identifiers in which the names differ; false if they differ in anything else. */
static bool find_changes(const char *from, const char *to, change *changes, size_t *count) {
    *count = 0;
    while (*from != '\0' && *to != '\0') {
        pprof_string old = read_identifier(from), new = read_identifier(to);
        if (old.length == 0 || new.length == 0) {
            if (*from++ != *to++) return false;
            continue;
        }
        from += old.length;
        to += new.length;
        if (is_same(old, new)) continue;
        if (*count == CHANGE_LIMIT) return false;
        changes[(*count)++] = (change){old, new, *from != '\0'};
    }
    return *from == *to && *count != 0;
}

/* ---- the mangled name ---- */

/* "3foo…" ─▶ "foo", the digits' number in [digits]; empty where no identifier begins. */
static pprof_string read_source_name(pprof_string mangled, size_t at, size_t *digits) {
    size_t length = 0, end = at;
    while (end < mangled.length && is_digit(mangled.text[end]) && length < mangled.length)
        length = length * 10 + (size_t)(mangled.text[end++] - '0');
    *digits = end - at;
    if (length == 0 || length > mangled.length - end) return (pprof_string){0};
    return (pprof_string){mangled.text + end, length};
}

/* False where an identifier would become a scope that is mentioned already. */
static bool find_candidates(pprof_string mangled, const change *changes, size_t change_count, candidate *candidates,
                            size_t *count) {
    size_t taken = 0; /* up to here: a name may look as if it had another in it */
    *count = 0;
    for (size_t at = 2, digits; at < mangled.length; at++) {
        if (!is_digit(mangled.text[at]) || is_digit(mangled.text[at - 1])) continue;
        pprof_string name = read_source_name(mangled, at, &digits);
        if (name.length == 0) continue;
        for (size_t c = 0; c < change_count; c++) {
            if (changes[c].is_scope && is_same(name, changes[c].to)) return false;
            if (!is_same(name, changes[c].from) || at < taken || *count == CANDIDATE_LIMIT) continue;
            candidates[(*count)++] = (candidate){at, digits + name.length, &changes[c]};
            taken = at + digits + name.length;
        }
    }
    return true;
}

/* [mangled] with the candidates exchanged whose bits are set in [chosen]. */
static char *exchange(pprof_string mangled, const candidate *candidates, size_t count, unsigned chosen,
                      pprof_arena *arena, pprof_status *status) {
    char *text = pprof_copy_string(arena, "", 0, status);
    size_t copied = 0;
    for (size_t i = 0; text != NULL && i < count; i++) {
        if ((chosen >> i & 1) == 0) continue;
        pprof_string to = candidates[i].change->to;
        text =
            pprof_format_string(arena, status, "%s%.*s%zu%.*s", text, pprof_print_length(candidates[i].start - copied),
                                mangled.text + copied, to.length, pprof_print_length(to.length), to.text);
        copied = candidates[i].start + candidates[i].length;
    }
    if (text == NULL) return NULL;
    return pprof_format_string(arena, status, "%s%.*s", text, pprof_print_length(mangled.length - copied),
                               mangled.text + copied);
}

static bool mentions_std(const change *changes, size_t count) {
    for (size_t i = 0; i < count; i++) /* which has abbreviations of its own */
        if (is_same(changes[i].to, (pprof_string){"std", 3})) return true;
    return false;
}

bool pprof_respell_linkage(pprof_string mangled, const char *shown, const char *wanted, pprof_arena *arena,
                           const char **respelled, pprof_status *status) {
    change changes[CHANGE_LIMIT];
    candidate candidates[CANDIDATE_LIMIT];
    size_t change_count, candidate_count;
    *respelled = NULL;
    if (!find_changes(shown, wanted, changes, &change_count) || mentions_std(changes, change_count) ||
        !find_candidates(mangled, changes, change_count, candidates, &candidate_count))
        return true;
    pprof_arena scratch = {0};
    for (unsigned chosen = 1; chosen < 1U << candidate_count && *respelled == NULL && !status->failed; chosen++) {
        const char *attempt = exchange(mangled, candidates, candidate_count, chosen, &scratch, status);
        const char *simple = attempt == NULL ? NULL : pprof_simplify_name(attempt, &scratch, status);
        if (simple != NULL && strcmp(simple, wanted) == 0)
            *respelled = pprof_copy_string(arena, attempt, strlen(attempt), status);
    }
    pprof_arena_free(&scratch);
    return !status->failed;
}
