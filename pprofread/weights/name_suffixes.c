/* Takes a symbol's name; gives what of it the source had. Compilers append to the names of clones and of promoted or
 * made-unique statics: sweepstep.constprop.0, f_call.llvm.8961539064460933731, _ZL5ccallP9lua_State.__uniq.2567, in any
 * combination. Dots that mean something else stay: a name is cut only at the endings listed here.
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
