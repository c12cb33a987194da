/* Takes a module without samples; tells whether it is part of the program that was profiled.
 *
 * A profile that `pprofread import` or `record` made lists the functions that the program has and no sample met
 * (pprofread/import/inventory.c). Names alone prove little: every program has a main, many a usage or die. So at least
 * half of the functions that the module alone defines for its program have to be there; not all, since linkers drop
 * what nobody calls.
 *
 * Cannot know: modules that define nothing but static and inline functions, and programs that share a file: what one of
 * them never runs may be the other's work.
 */
#include "plugin.h"

#include <string.h>

uint32_t pgo_find_symbol(pgo_run *run, const char *symbol) {
    const char *name = pprof_unify_structors(symbol, run->arena, run->status);
    if (name == NULL) return PGO_NONE;
    pprof_key_search search = pprof_search_key(&run->weights, PPROF_KEY_NAME, name, pprof_strip_name_suffixes(name));
    for (uint32_t w; (w = pprof_next_function(&run->weights, &search)) != PPROF_NONE;) {
        const char *known = pprof_get_weight_function(&run->weights, w).linkage_name;
        known = pprof_unify_structors(known, run->arena, run->status);
        if (known != NULL && strcmp(known, name) == 0) return w;
    }
    return PGO_NONE;
}

bool pgo_is_of_program(pgo_run *run) {
    uint32_t own_count = 0, known_count = 0;
    for (uint32_t f = 0; f < run->module.function_count; f++) {
        const pgo_function *function = &run->module.functions[f];
        if (function->state == PGO_IS_DECLARATION || LLVMGetLinkage(function->value) != LLVMExternalLinkage ||
            strcmp(function->name, "main") == 0)
            continue;
        own_count++;
        known_count += pgo_find_symbol(run, function->name) != PGO_NONE;
    }
    return known_count > 0 && known_count >= (own_count + 1) / 2;
}
