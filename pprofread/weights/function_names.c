/* Takes the profile's functions; gives each the name by which linkers know it, as far as the profile tells, the name
 * by which people know it, and a short file name.
 *
 * Producers differ: pprof with llvm-symbolizer has the mangled name in system_name and a shortened one in name; others
 * have the mangled name in both, or in name alone, or nowhere. A name without a system_name that is not mangled may be
 * demangled, shortened, or a C function's: that cannot be known here, and linkage_is_certain says so. */
#include "weights/weigh.h"

#include <string.h>

/* The first also with Mach-O's underscore. */
bool pprof_is_mangled_name(pprof_string name) {
    static const char *const prefixes[] = {"_Z", "__Z", "_R", "?"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        size_t length = strlen(prefixes[i]);
        if (name.length > length && memcmp(name.text, prefixes[i], length) == 0) return true;
    }
    return false;
}

bool pprof_is_plain_name(pprof_string name) {
    for (size_t i = 0; i < name.length; i++)
        if (strchr(" ()<>:,~&*", name.text[i]) != NULL) return false; /* the search finds NUL, too */
    return name.length != 0;
}

/* [text] with U+FFFD for each NUL, since the Weights' strings end at one: no shorter name may match by accident. */
static bool replace_nuls(pprof_string *string, pprof_arena *arena, pprof_status *status) {
    size_t nuls = 0;
    for (size_t i = 0; i < string->length; i++) nuls += string->text[i] == '\0';
    if (nuls == 0) return true;
    char *clean = pprof_allocate(arena, string->length + 2 * nuls, 1, status);
    if (clean == NULL) return false;
    size_t length = 0;
    for (size_t i = 0; i < string->length; i++) {
        if (string->text[i] != '\0') {
            clean[length++] = string->text[i];
            continue;
        }
        clean[length++] = '\xef';
        clean[length++] = '\xbf';
        clean[length++] = '\xbd';
    }
    *string = (pprof_string){clean, length};
    return true;
}

/* The last two components of a path: "/usr/src/lua/src/lvm.c" gives "src/lvm.c". */
static pprof_string get_file_tail(pprof_string path) {
    int separators = 0;
    for (size_t i = path.length; i > 0; i--) {
        if (path.text[i - 1] != '/' && path.text[i - 1] != '\\') continue;
        if (++separators == 2) return (pprof_string){path.text + i, path.length - i};
    }
    return path;
}

static bool name_function(pprof_weighing *weighing, const pprof_function *function, pprof_function_name *result) {
    const pprof_profile *profile = weighing->profile;
    pprof_string name = pprof_get_string(profile, function->name_string);
    pprof_string system = pprof_get_string(profile, function->system_name_string);
    pprof_string file = get_file_tail(pprof_get_string(profile, function->filename_string));
    if (!replace_nuls(&name, &weighing->scratch, weighing->status) ||
        !replace_nuls(&system, &weighing->scratch, weighing->status) ||
        !replace_nuls(&file, &weighing->scratch, weighing->status))
        return false;

    pprof_string source = name.length != 0 ? name : system;
    pprof_string linkage = source;
    bool is_certain = true;
    if (pprof_is_mangled_name(system)) {
        linkage = system;
    } else if (!pprof_is_mangled_name(name)) {
        if (system.length != 0) linkage = system;
        is_certain = pprof_is_plain_name(system);
    }
    result->linkage = pprof_intern_string(&weighing->pool, linkage, weighing->status);
    result->source = pprof_intern_string(&weighing->pool, source, weighing->status);
    result->file = pprof_intern_string(&weighing->pool, file, weighing->status);
    result->is_named = source.length != 0;
    result->linkage_is_certain = is_certain;
    return !weighing->status->failed;
}

bool pprof_name_functions(pprof_weighing *weighing) {
    const pprof_profile *profile = weighing->profile;
    weighing->names =
        pprof_allocate(&weighing->scratch, profile->function_count, sizeof *weighing->names, weighing->status);
    if (weighing->names == NULL) return false;
    for (uint32_t i = 0; i < profile->function_count; i++)
        if (!name_function(weighing, &profile->functions[i], &weighing->names[i])) return false;
    return true;
}
