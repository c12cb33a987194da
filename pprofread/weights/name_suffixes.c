/* Takes a symbol's name; gives what of it the source had.
 *
 * Compilers append to the names of clones and of promoted or made-unique statics: sweepstep.constprop.0,
 * f_call.llvm.8961539064460933731, _ZL5ccallP9lua_State.__uniq.2567, in any combination. Dots that mean something else
 * stay: a name is cut only at the endings listed here.
 *
 * And a C++ constructor or destructor has several symbols, of the whole object, of the base class's part, and in debug
 * information of both: _ZN3BoxC1Ev, _ZN3BoxC2Ev, _ZN3BoxC4Ev. Mostly they stand at one address, and which of them a
 * profiler reports is chance. (A deleting destructor, D0, is code of its own.)
 *
 * Cannot know: a source that itself calls a function by such a name. */
#include "pprofread.h"

#include <string.h>

/* Whether [name], of [length], ends in [ending] and has something before it. */
static bool has_ending(const char *name, size_t length, const char *ending) {
    size_t ending_length = strlen(ending);
    return length > ending_length && memcmp(name + length - ending_length, ending, ending_length) == 0;
}

/* The length of [name] without its last ending; [length] if it has none. */
static size_t strip_one_ending(const char *name, size_t length) {
    static const char *const numbered[] = {".llvm.",      ".__uniq.", ".part.",    ".isra.",
                                           ".constprop.", ".cold.",   ".lto_priv."};
    if (has_ending(name, length, ".cold")) return length - strlen(".cold");
    size_t digits = length;
    while (digits > 0 && name[digits - 1] >= '0' && name[digits - 1] <= '9') digits--;
    if (digits == length) return length;
    for (size_t i = 0; i < sizeof numbered / sizeof *numbered; i++)
        if (has_ending(name, digits, numbered[i])) return digits - strlen(numbered[i]);
    return length;
}

size_t pprof_strip_name_suffixes(const char *name) {
    size_t length = strlen(name);
    for (;;) {
        size_t stripped = strip_one_ending(name, length);
        if (stripped == length) return length;
        length = stripped;
    }
}

/* The number of a constructor's or destructor's symbol at [text] (C1, D4), or NULL. Behind it its scope ends, or its
 * ABI tags or template arguments begin; or, behind that of an inherited constructor (CI1), the base class. */
static const char *find_variant(const char *text) {
    if (text[0] != 'C' && text[0] != 'D') return NULL;
    bool is_inherited = text[0] == 'C' && text[1] == 'I';
    const char *number = text + (is_inherited ? 2 : 1);
    if (*number != '1' && *number != '4') return NULL;
    return is_inherited || number[1] == 'E' || number[1] == 'B' || number[1] == 'I' ? number : NULL;
}

/* Behind the identifier, with its length before it, at [text]. */
static const char *skip_identifier(const char *text) {
    size_t length = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        if (length <= UINT16_MAX) length = length * 10 + (size_t)(*text - '0');
    return text + strnlen(text, length);
}

const char *pprof_unify_structors(const char *name, pprof_arena *arena, pprof_status *status) {
    if (strncmp(name, "_ZN", 3) != 0 && strncmp(name, "_ZZ", 3) != 0) return name;
    char *unified = NULL;
    for (const char *at = name + 2; *at != '\0';) {
        const char *number = find_variant(at);
        if (number == NULL) {
            at = *at >= '0' && *at <= '9' ? skip_identifier(at) : at + 1;
            continue;
        }
        if (unified == NULL) unified = pprof_copy_string(arena, name, strlen(name), status);
        if (unified == NULL) return NULL;
        unified[number - name] = '2';
        at = number + 1;
    }
    return unified == NULL ? name : unified;
}
