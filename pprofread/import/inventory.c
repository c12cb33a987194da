/* Takes a profile with function names; gives the same one with the functions that its program has and no sample met.
 *
 *   functions: luaV_execute lvm.c:1156, …      ─▶      …, luaO_tostring, luaX_next, … without file and line
 *
 * A profile tells what ran, and by that alone what never ran looks like code of some other program. Functions of which
 * there is no location are no oddity to readers of pprof: they look functions up from locations. Listed are those of
 * files that can be read and are the build that was profiled.
 *
 * Weak functions, C++'s inline ones and templates, are left out: they say little of where they came from. So are all
 * mangled ones where the profile has names that no linker knows, demangled ones: what was sampled might come again.
 * Cannot know the functions of a stripped file, nor those that were inlined wherever they are called and then removed.
 */
#include "edit/edit.h"
#include "import/import.h"
#include "weights/weigh.h"

#include <stdlib.h>
#include <string.h>

typedef struct inventory {
    const pprof_profile *input;
    pprof_list functions; /* the input's, then the new ones */
    pprof_new_strings strings;
    pprof_string_pool names; /* that functions have so far */
    pprof_string_pool paths; /* of the files that were listed */
    bool has_demangled_names;
    pprof_arena *scratch;
    pprof_status *status;
} inventory;

static bool begin_inventory(inventory *inventory) {
    const pprof_profile *input = inventory->input;
    if (!pprof_begin_new_strings(&inventory->strings, input, inventory->status) ||
        !pprof_reserve_items(&inventory->functions, input->function_count, inventory->status))
        return false;
    for (uint32_t f = 0; f < input->function_count; f++) {
        const pprof_function *function = &input->functions[f];
        pprof_function *copy = pprof_append_item(&inventory->functions, inventory->status);
        if (copy == NULL) return false;
        *copy = *function;
        uint32_t string = function->system_name_string != 0 ? function->system_name_string : function->name_string;
        pprof_string name = pprof_get_string(input, string);
        inventory->has_demangled_names |=
            name.length != 0 && !pprof_is_mangled_name(name) && !pprof_is_plain_name(name);
        if (pprof_intern_string(&inventory->names, name, inventory->status) == PPROF_NONE) return false;
    }
    return true;
}

/* A clone (f.llvm.123) is part of a function that the program knows by another name. */
static bool list_function(inventory *inventory, const char *text) {
    pprof_string name = {text, strlen(text)};
    if (pprof_strip_name_suffixes(text) != name.length || pprof_find_string(&inventory->names, name) != PPROF_NONE)
        return true;
    if (inventory->has_demangled_names && pprof_is_mangled_name(name)) return true;
    uint32_t string = pprof_add_new_string(&inventory->strings, name, inventory->status);
    pprof_function *function = pprof_append_item(&inventory->functions, inventory->status);
    if (inventory->status->failed) return false;
    *function = (pprof_function){.name_string = string, .system_name_string = string};
    return pprof_intern_string(&inventory->names, name, inventory->status) != PPROF_NONE;
}

/* Linkers have addresses of their own in each build: names do not. */
static int compare_names(const void *left, const void *right) {
    return strcmp(((const pprof_elf_function *)left)->name, ((const pprof_elf_function *)right)->name);
}

static bool list_file(inventory *inventory, const pprof_elf_functions *functions) {
    if (functions->count != 0) qsort(functions->items, functions->count, sizeof *functions->items, compare_names);
    for (size_t i = 0; i < functions->count; i++)
        if (!functions->items[i].is_weak && !list_function(inventory, functions->items[i].name)) return false;
    return true;
}

/* Lists the files that the profile names, each once. */
static bool list_mapping_files(inventory *inventory, const pprof_symbolize_options *options) {
    const pprof_profile *input = inventory->input;
    uint32_t main_mapping;
    pprof_mapping_file *files =
        pprof_allocate(inventory->scratch, input->mapping_count, sizeof *files, inventory->status);
    if (files == NULL ||
        !pprof_find_mapping_files(input, options, inventory->scratch, files, &main_mapping, inventory->status))
        return false;
    for (uint32_t m = 0; m < input->mapping_count; m++) {
        pprof_string path = {files[m].path, strlen(files[m].path)};
        pprof_elf_functions functions;
        if (files[m].problem != NULL || pprof_find_string(&inventory->paths, path) != PPROF_NONE) continue;
        if (pprof_intern_string(&inventory->paths, path, inventory->status) == PPROF_NONE ||
            !pprof_read_elf_functions(files[m].path, inventory->scratch, &functions, inventory->status) ||
            !list_file(inventory, &functions))
            return false;
    }
    return true;
}

/* Whether the profile has one of the functions, other than those that every program has. */
static bool has_one_of(const inventory *inventory, const pprof_elf_functions *functions) {
    static const char *const common[] = {"main", "_start", "_init", "_fini"};
    for (size_t i = 0; i < functions->count; i++) {
        const pprof_elf_function *function = &functions->items[i];
        bool is_common = function->is_weak;
        for (size_t k = 0; k < sizeof common / sizeof *common; k++) is_common |= strcmp(function->name, common[k]) == 0;
        pprof_string name = {function->name, strlen(function->name)};
        if (!is_common && pprof_find_string(&inventory->names, name) != PPROF_NONE) return true;
    }
    return false;
}

/* A profile that names no file, as some that were symbolized elsewhere, can only tell by its functions whether the
 * user's file is the program; by demangled ones it cannot. */
static bool list_binary(inventory *inventory, const char *binary) {
    pprof_elf_functions functions;
    if (!pprof_read_elf_functions(binary, inventory->scratch, &functions, inventory->status)) return false;
    bool is_known = has_one_of(inventory, &functions);
    if (!is_known && (functions.count == 0 || inventory->has_demangled_names)) return true;
    if (!is_known)
        return pprof_fail(inventory->status,
                          "%s: the profile names no file, and has no function of this one: give the binary that was "
                          "profiled, or none",
                          binary);
    return list_file(inventory, &functions);
}

static bool list_all(inventory *inventory, const pprof_symbolize_options *options) {
    if (!begin_inventory(inventory)) return false;
    if (inventory->input->mapping_count != 0) return list_mapping_files(inventory, options);
    return options->binary == NULL || list_binary(inventory, options->binary);
}

bool pprof_list_idle_functions(const pprof_profile *input, const pprof_symbolize_options *options, pprof_arena *arena,
                               pprof_profile *output, pprof_status *status) {
    const pprof_symbolize_options defaults = {0};
    pprof_arena scratch = {0};
    inventory inventory = {
        .input = input, .functions = {.item_size = sizeof(pprof_function)}, .scratch = &scratch, .status = status};
    *output = *input;
    bool done = list_all(&inventory, options == NULL ? &defaults : options) &&
                pprof_keep_new_strings(&inventory.strings, arena, output, status);
    output->function_count = inventory.functions.count;
    output->functions = done ? pprof_keep_items(&inventory.functions, arena, status) : NULL;
    pprof_free_new_strings(&inventory.strings);
    pprof_free_list(&inventory.functions);
    pprof_free_string_pool(&inventory.names);
    pprof_free_string_pool(&inventory.paths);
    pprof_arena_free(&scratch);
    return done && !status->failed;
}
