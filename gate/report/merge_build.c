/* Takes what lines of reports say, one thing at a time; unites what is said several times, as of a header's inline
 * functions, and gives the build in an order that does not depend on that of reading.
 *
 * Cannot know how the samples of a function that many modules have are shared out between them: each module is offered
 * all of them, and so the one that found most speaks for the function. */
#include "report/build.h"

#include <stdlib.h>
#include <string.h>

/* ---- texts ---- */

uint32_t gate_intern_text(gate_reader *reader, const char *text) {
    uint32_t count = reader->pool.count;
    pprof_string string = {text, strlen(text)};
    uint32_t number = pprof_intern_string(&reader->pool, string, reader->status);
    if (number != count) return number;
    char *copy = pprof_copy_string(reader->arena, text, string.length, reader->status);
    if (copy == NULL) return PPROF_NONE;
    reader->text_size += string.length;
    reader->pool.strings[number].text = copy;
    return number;
}

static const char *get_text(const gate_reader *reader, uint32_t number) {
    return reader->pool.strings[number].text;
}

/* ---- modules ---- */

gate_module *gate_get_reader_module(gate_reader *reader) {
    return (gate_module *)reader->modules.items + reader->module;
}

static bool is_module(const void *elements, uint32_t index, const void *key) {
    return ((const gate_module *)elements)[index].name == *(const uint32_t *)key;
}

bool gate_enter_module(gate_reader *reader, uint32_t name) {
    uint64_t hash = pprof_mix_hash(1, name);
    uint32_t found = pprof_find_index(&reader->module_table, hash, is_module, reader->modules.items, &name);
    if (found == PPROF_NONE) {
        found = reader->modules.count;
        gate_module *module = pprof_append_item(&reader->modules, reader->status);
        if (module == NULL || !pprof_insert_index(&reader->module_table, hash, found, reader->status)) return false;
        *module = (gate_module){.name = name};
    }
    reader->module = found;
    return true;
}

static bool comes_before(const gate_reader *reader, uint32_t text, uint32_t other) {
    return strcmp(get_text(reader, text), get_text(reader, other)) < 0;
}

/* Modules are told apart by name, and so is which of two comes first. */
static bool comes_first(const gate_reader *reader, uint32_t module, uint32_t other) {
    const gate_module *modules = reader->modules.items;
    return comes_before(reader, modules[module].name, modules[other].name);
}

/* ---- functions ---- */

/* A function of the profile is one whatever it is compiled as; others go by name and place. */
static bool is_function(const void *elements, uint32_t index, const void *key) {
    const gate_function *have = (const gate_function *)elements + index, *wanted = key;
    if (have->profiled != wanted->profiled || have->profiled_file != wanted->profiled_file) return false;
    return wanted->profiled != 0 ||
           (have->name == wanted->name && have->file == wanted->file && have->line == wanted->line);
}

static uint64_t hash_function(const gate_function *function) {
    uint64_t hash = pprof_mix_hash(pprof_mix_hash(3, function->profiled), function->profiled_file);
    if (function->profiled != 0) return hash;
    return pprof_mix_hash(pprof_mix_hash(pprof_mix_hash(hash, function->name), function->file), function->line);
}

static bool is_module_function(const void *elements, uint32_t index, const void *key) {
    const gate_module_function *have = (const gate_module_function *)elements + index, *wanted = key;
    return have->module == wanted->module && have->name == wanted->name;
}

static uint64_t hash_module_function(const gate_module_function *function) {
    return pprof_mix_hash(pprof_mix_hash(2, function->module), function->name);
}

/* The function that the module at hand has under [name], or PPROF_NONE. */
static uint32_t find_in_module(const gate_reader *reader, uint32_t name) {
    gate_module_function key = {.module = reader->module, .name = name};
    uint32_t found = pprof_find_index(&reader->module_function_table, hash_module_function(&key), is_module_function,
                                      reader->module_functions.items, &key);
    return found == PPROF_NONE ? PPROF_NONE
                               : ((const gate_module_function *)reader->module_functions.items)[found].function;
}

static bool note_in_module(gate_reader *reader, uint32_t name, uint32_t function, bool *is_new) {
    *is_new = find_in_module(reader, name) == PPROF_NONE;
    if (!*is_new) return true;
    gate_module_function *entry = pprof_append_item(&reader->module_functions, reader->status);
    if (entry == NULL) return false;
    *entry = (gate_module_function){reader->module, name, function};
    return pprof_insert_index(&reader->module_function_table, hash_module_function(entry),
                              reader->module_functions.count - 1, reader->status);
}

/* Of two places of a function: one that was compiled before one that only the profile names, then by name and line. */
static bool has_better_place(const gate_reader *reader, const gate_function *have, const gate_function *more) {
    if (have->is_inlined != more->is_inlined) return have->is_inlined;
    int order = strcmp(get_text(reader, more->name), get_text(reader, have->name));
    if (order == 0) order = strcmp(get_text(reader, more->file), get_text(reader, have->file));
    return order != 0 ? order < 0 : more->line < have->line;
}

static void unite_functions(const gate_reader *reader, gate_function *have, const gate_function *more) {
    if (comes_first(reader, more->module, have->module)) have->module = more->module;
    if (has_better_place(reader, have, more)) {
        have->name = more->name;
        have->file = more->file;
        have->line = more->line;
    }
    /* Whole sets of numbers, by a total order: the most matched, then the most samples, then the fewest at line 0; of
     * equal ones the first reason. */
    bool is_better = more->matched != have->matched       ? more->matched > have->matched
                     : more->self != have->self           ? more->self > have->self
                     : more->line_zero != have->line_zero ? more->line_zero < have->line_zero
                                                          : comes_before(reader, more->reason, have->reason);
    if (is_better) {
        have->self = more->self;
        have->matched = more->matched;
        have->line_zero = more->line_zero;
        have->reason = more->reason;
    }
    have->is_inlined &= more->is_inlined;
    have->is_absolute |= more->is_absolute;
}

static uint32_t reach_function(gate_reader *reader, const gate_function *function, bool *is_new) {
    uint64_t hash = hash_function(function);
    uint32_t found = pprof_find_index(&reader->function_table, hash, is_function, reader->functions.items, function);
    *is_new = found == PPROF_NONE;
    if (!*is_new) return found;
    gate_function *added = pprof_append_item(&reader->functions, reader->status);
    if (added == NULL) return PPROF_NONE;
    *added = *function;
    added->module_count = 0;
    found = reader->functions.count - 1;
    return pprof_insert_index(&reader->function_table, hash, found, reader->status) ? found : PPROF_NONE;
}

bool gate_merge_function(gate_reader *reader, const gate_function *function) {
    bool is_new, is_new_here;
    uint32_t found = reach_function(reader, function, &is_new);
    if (found == PPROF_NONE) return false;
    gate_function *have = (gate_function *)reader->functions.items + found;
    if (!is_new) unite_functions(reader, have, function);
    if (!note_in_module(reader, function->name, found, &is_new_here)) return false;
    have->module_count += is_new_here;
    return true;
}

/* ---- decisions ---- */

static bool is_decision(const void *elements, uint32_t index, const void *key) {
    const gate_decision *have = (const gate_decision *)elements + index, *wanted = key;
    return have->kind == wanted->kind && have->name == wanted->name && have->function == wanted->function &&
           have->file == wanted->file && have->line == wanted->line && have->column == wanted->column &&
           have->callee == wanted->callee && have->text == wanted->text && have->weight == wanted->weight &&
           have->whole == wanted->whole && (have->function != PPROF_NONE || have->module == wanted->module);
}

static uint64_t hash_decision(const gate_decision *decision) {
    uint64_t hash = pprof_mix_hash(4, (uint64_t)decision->name << 32 | decision->function);
    hash = pprof_mix_hash(hash, (uint64_t)decision->file << 32 | decision->line);
    hash = pprof_mix_hash(hash, (uint64_t)decision->column << 32 | decision->callee);
    return pprof_mix_hash(pprof_mix_hash(hash, decision->text), decision->weight);
}

static int compare_numbers(uint64_t a, uint64_t b) {
    return (a > b) - (a < b);
}

/* By what a decision says, so that it does not matter when it was read: texts go by their ranks. */
static int compare_sites(const gate_decision *a, const gate_decision *b, const uint32_t *ranks) {
    int order = compare_numbers(ranks[a->file], ranks[b->file]);
    if (order == 0) order = compare_numbers(a->line, b->line);
    if (order == 0) order = compare_numbers(a->column, b->column);
    if (order == 0) order = compare_numbers(ranks[a->callee], ranks[b->callee]);
    if (order == 0) order = compare_numbers(ranks[a->name], ranks[b->name]);
    if (order == 0) order = compare_numbers(ranks[a->text], ranks[b->text]);
    if (order == 0) order = compare_numbers(a->whole, b->whole);
    return order;
}

/* Heaviest first; decisions on modules before all, since there are few and they say the most. */
static int compare_importance(const void *left, const void *right, void *context) {
    const gate_decision *a = left, *b = right;
    const gate_reader *reader = context;
    int order = compare_numbers(a->function != PPROF_NONE, b->function != PPROF_NONE);
    if (order == 0) order = compare_numbers(b->weight, a->weight);
    if (order == 0) order = compare_sites(a, b, reader->pool.ranks);
    return order != 0 ? order : compare_numbers(a->function, b->function);
}

/* Makes room: the lighter half goes. */
static bool prune_decisions(gate_reader *reader) {
    gate_decision *decisions = reader->decisions.items;
    uint32_t count = reader->decisions.count, kept = count / 2;
    if (!pprof_rank_strings(&reader->pool, reader->status)) return false;
    qsort_r(decisions, count, sizeof *decisions, compare_importance, reader);
    reader->build->left_out_count += count - kept;
    reader->decisions.count = kept;
    pprof_free_index_table(&reader->decision_table);
    for (uint32_t i = 0; i < kept; i++)
        if (!pprof_insert_index(&reader->decision_table, hash_decision(&decisions[i]), i, reader->status)) return false;
    return true;
}

static bool add_decision(gate_reader *reader, const gate_decision *decision) {
    uint64_t hash = hash_decision(decision);
    uint32_t found = pprof_find_index(&reader->decision_table, hash, is_decision, reader->decisions.items, decision);
    if (found != PPROF_NONE) {
        gate_decision *have = (gate_decision *)reader->decisions.items + found;
        if (comes_first(reader, decision->module, have->module)) have->module = decision->module;
        have->count++;
        return true;
    }
    if (reader->decisions.count >= reader->decision_limit && !prune_decisions(reader)) return false;
    gate_decision *added = pprof_append_item(&reader->decisions, reader->status);
    if (added == NULL) return false;
    *added = *decision;
    return pprof_insert_index(&reader->decision_table, hash, reader->decisions.count - 1, reader->status);
}

/* The function of a decision: a known one, or one that the profile does not know. */
static bool find_function(gate_reader *reader, gate_decision *decision, uint32_t name, bool is_at_function) {
    decision->function = PPROF_NONE;
    if (name == 0) return true;
    decision->function = find_in_module(reader, name);
    if (decision->function != PPROF_NONE) return true;
    gate_function function = {
        .name = name, .file = decision->file, .module = reader->module, .line = is_at_function ? decision->line : 0};
    if (!gate_merge_function(reader, &function)) return false;
    decision->function = find_in_module(reader, name);
    return true;
}

bool gate_merge_decision(gate_reader *reader, gate_decision decision, uint32_t function_name) {
    static const char *const in_functions[] = {"Matched", "Frequencies", "FrequencyFit"};
    const char *name = get_text(reader, decision.name);
    for (size_t i = 0; i < sizeof in_functions / sizeof *in_functions; i++)
        if (strcmp(name, in_functions[i]) == 0) return true;
    if (strcmp(name, "NotInlined") == 0) {
        gate_decision *left = pprof_append_item(&reader->left_calls, reader->status);
        if (left != NULL)
            *left = (gate_decision){
                .file = decision.file, .line = decision.line, .column = decision.column, .callee = decision.callee};
        return left != NULL;
    }
    if (!find_function(reader, &decision, function_name, decision.callee == 0)) return false;
    if (strcmp(name, "PlacedCold") != 0 || decision.function == PPROF_NONE) return add_decision(reader, &decision);
    ((gate_function *)reader->functions.items)[decision.function].is_cold = true;
    return true;
}

/* ---- the end: one order for everything ---- */

static int compare_modules(const void *left, const void *right, void *ranks) {
    const gate_module *a = left, *b = right;
    return compare_numbers(((uint32_t *)ranks)[a->name], ((uint32_t *)ranks)[b->name]);
}

static int compare_functions(const void *left, const void *right, void *ranks_) {
    const gate_function *a = left, *b = right;
    const uint32_t *ranks = ranks_;
    int order = compare_numbers(b->leaf, a->leaf);
    if (order == 0) order = compare_numbers(b->inclusive, a->inclusive);
    if (order == 0) order = compare_numbers(ranks[a->name], ranks[b->name]);
    if (order == 0) order = compare_numbers(ranks[a->file], ranks[b->file]);
    return order != 0 ? order : compare_numbers(a->line, b->line);
}

static int compare_decisions(const void *left, const void *right, void *context) {
    const gate_decision *a = left, *b = right;
    int order = compare_numbers(a->function, b->function);
    if (order == 0) order = compare_numbers(b->weight, a->weight);
    if (order == 0) order = compare_sites(a, b, context);
    return order != 0 ? order : compare_numbers(a->module, b->module);
}

static int compare_left_calls(const void *left, const void *right, void *ranks) {
    const gate_decision *a = left, *b = right;
    return compare_sites(a, b, ranks);
}

/* Sorts items of [size] whose index others know by; new_place[i] is where item i has gone. */
static bool sort_items(pprof_list *list, int (*compare)(const void *, const void *, void *), gate_reader *reader,
                       uint32_t **new_place) {
    size_t size = list->item_size, slot = size + sizeof(uint64_t);
    size_t padded = (slot + 7) / 8 * 8;
    char *copies = malloc(list->count * padded + 1);
    *new_place = pprof_allocate(reader->arena, list->count, sizeof **new_place, reader->status);
    if (copies == NULL || *new_place == NULL) {
        free(copies);
        return pprof_fail(reader->status, "out of memory (%u items of the report)", list->count);
    }
    char *items = list->items;
    for (uint32_t i = 0; i < list->count; i++) {
        memcpy(copies + i * padded, items + i * size, size);
        memcpy(copies + i * padded + size, &i, sizeof i);
    }
    qsort_r(copies, list->count, padded, compare, reader->pool.ranks);
    for (uint32_t i = 0; i < list->count; i++) {
        uint32_t old;
        memcpy(&old, copies + i * padded + size, sizeof old);
        memcpy(items + i * size, copies + i * padded, size);
        (*new_place)[old] = i;
    }
    free(copies);
    return true;
}

/* A raised call is inlined when the inliner is done with its module and nobody has seen it left. */
static void settle_calls(gate_reader *reader) {
    pprof_list *left = &reader->left_calls;
    if (left->count > 1)
        qsort_r(left->items, left->count, sizeof(gate_decision), compare_left_calls, reader->pool.ranks);
    gate_decision *decisions = reader->decisions.items;
    const gate_module *modules = reader->modules.items;
    for (uint32_t i = 0; i < reader->decisions.count; i++) {
        gate_decision *decision = &decisions[i];
        if (strcmp(get_text(reader, decision->name), "HotCallSite") != 0 || !modules[decision->module].inliner_is_done)
            continue;
        gate_decision key = {
            .file = decision->file, .line = decision->line, .column = decision->column, .callee = decision->callee};
        uint32_t low = 0, high = left->count;
        while (low < high) {
            uint32_t middle = low + (high - low) / 2;
            if (compare_sites((const gate_decision *)left->items + middle, &key, reader->pool.ranks) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        bool is_left =
            low < left->count && compare_sites((const gate_decision *)left->items + low, &key, reader->pool.ranks) == 0;
        decision->call_end = is_left ? GATE_CALL_LEFT : GATE_CALL_INLINED;
    }
}

/* Texts get their ranks as numbers; modules and functions their places. */
static void renumber(gate_reader *reader, const uint32_t *module_place, const uint32_t *function_place) {
    const uint32_t *ranks = reader->pool.ranks;
    gate_module *modules = reader->modules.items;
    for (uint32_t i = 0; i < reader->modules.count; i++) modules[i].name = ranks[modules[i].name];
    gate_function *functions = reader->functions.items;
    for (uint32_t i = 0; i < reader->functions.count; i++) {
        gate_function *function = &functions[i];
        uint32_t *texts[] = {&function->name, &function->file, &function->profiled, &function->profiled_file,
                             &function->reason};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) *texts[t] = ranks[*texts[t]];
        function->module = module_place[function->module];
    }
    gate_decision *decisions = reader->decisions.items;
    for (uint32_t i = 0; i < reader->decisions.count; i++) {
        gate_decision *decision = &decisions[i];
        decision->module = module_place[decision->module];
        if (decision->function != PPROF_NONE) decision->function = function_place[decision->function];
    }
    gate_build *build = reader->build;
    uint32_t *texts[] = {&build->profile, &build->type, &build->unit};
    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) *texts[t] = ranks[*texts[t]];
}

static bool keep_texts(gate_reader *reader) {
    const char **texts =
        (const char **)pprof_allocate(reader->arena, reader->pool.count, sizeof *texts, reader->status);
    if (texts == NULL) return false;
    for (uint32_t i = 0; i < reader->pool.count; i++) texts[reader->pool.ranks[i]] = get_text(reader, i);
    reader->build->texts = texts;
    reader->build->text_count = reader->pool.count;
    return true;
}

static void add_up(gate_build *build) {
    for (uint32_t i = 0; i < build->function_count; i++) {
        const gate_function *function = &build->functions[i];
        build->cold_count += function->is_cold;
        if (function->profiled == 0) continue;
        uint64_t without = function->self > function->matched ? function->self - function->matched : 0;
        uint64_t line_zero = function->line_zero < without ? function->line_zero : without;
        build->known = pprof_add_weights(build->known, function->self);
        build->matched = pprof_add_weights(build->matched, function->matched);
        build->line_zero = pprof_add_weights(build->line_zero, line_zero);
        build->missing = pprof_add_weights(build->missing, without - line_zero);
    }
}

bool gate_finish_build(gate_reader *reader) {
    gate_build *build = reader->build;
    uint32_t *module_place, *function_place;
    if (!pprof_rank_strings(&reader->pool, reader->status)) return false;
    settle_calls(reader);
    if (!sort_items(&reader->modules, compare_modules, reader, &module_place) ||
        !sort_items(&reader->functions, compare_functions, reader, &function_place))
        return false;
    renumber(reader, module_place, function_place);
    if (reader->decisions.count > 1)
        qsort_r(reader->decisions.items, reader->decisions.count, sizeof(gate_decision), compare_decisions,
                reader->pool.ranks);
    gate_decision *decisions = reader->decisions.items;
    for (uint32_t i = 0; i < reader->decisions.count; i++) {
        uint32_t *texts[] = {&decisions[i].name, &decisions[i].file, &decisions[i].callee, &decisions[i].text};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) *texts[t] = reader->pool.ranks[*texts[t]];
    }
    build->module_count = reader->modules.count;
    build->function_count = reader->functions.count;
    build->decision_count = reader->decisions.count;
    if (!keep_texts(reader)) return false;
    build->modules = pprof_keep_items(&reader->modules, reader->arena, reader->status);
    build->functions = pprof_keep_items(&reader->functions, reader->arena, reader->status);
    build->decisions = pprof_keep_items(&reader->decisions, reader->arena, reader->status);
    if (build->modules == NULL || build->functions == NULL || build->decisions == NULL) return false;
    add_up(build);
    return true;
}

void gate_free_reader(gate_reader *reader) {
    pprof_free_list(&reader->modules);
    pprof_free_list(&reader->functions);
    pprof_free_list(&reader->decisions);
    pprof_free_list(&reader->left_calls);
    pprof_free_list(&reader->module_functions);
    pprof_free_index_table(&reader->module_table);
    pprof_free_index_table(&reader->function_table);
    pprof_free_index_table(&reader->decision_table);
    pprof_free_index_table(&reader->module_function_table);
    pprof_free_string_pool(&reader->pool);
}
