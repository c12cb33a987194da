/* Takes the debug locations of a function's instructions; gives its contexts: the function's own body, and one per
 * copy that was inlined into it. Two copies of one callee inlined at the same line and column of the same body are one
 * context, since no profile could tell them apart. */
#include "location.h"

#include <string.h>

int32_t pgo_get_offset(uint32_t line, uint32_t start_line) {
    if (line == 0) return PPROF_NO_OFFSET;
    int64_t offset = (int64_t)line - start_line;
    return offset > INT32_MAX || offset <= INT32_MIN ? PPROF_NO_OFFSET : (int32_t)offset;
}

/* ---- subprograms ------------------------------------------------------------------------------------------------ */

/* The last two components of [folder]/[path]. */
static const char *get_file_tail(pgo_collector *collector, LLVMMetadataRef scope) {
    LLVMMetadataRef file = LLVMDIScopeGetFile(scope);
    if (file == NULL) return "";
    unsigned folder_length = 0, path_length = 0;
    const char *folder = LLVMDIFileGetDirectory(file, &folder_length);
    const char *path = LLVMDIFileGetFilename(file, &path_length);
    while (path_length >= 2 && memcmp(path, "./", 2) == 0) {
        path += 2;
        path_length -= 2;
    }
    bool is_absolute = path_length != 0 && path[0] == '/';
    const char *whole = pprof_format_string(collector->arena, collector->status, "%.*s/%.*s",
                                            is_absolute ? 0 : (int)folder_length, folder, (int)path_length, path);
    if (whole == NULL) return NULL;
    const char *last = strrchr(whole, '/');
    while (last > whole && last[-1] != '/') last--;
    return last > whole ? last : whole + strspn(whole, "/");
}

/* A string operand of a metadata node as a C string, or NULL. */
static const char *copy_operand(pgo_collector *collector, LLVMValueRef operand) {
    unsigned length = 0;
    const char *text = operand == NULL ? NULL : LLVMGetMDString(operand, &length);
    return text == NULL || length == 0 ? NULL : pprof_copy_string(collector->arena, text, length, collector->status);
}

/* By name: clang gives the source file one node as the unit's file and another as its functions' file. */
static bool is_from_header(pgo_collector *collector, LLVMValueRef unit, const char *file) {
    if (unit == NULL || file == NULL) return false;
    const char *source = get_file_tail(collector, LLVMValueAsMetadata(unit));
    return source != NULL && strcmp(source, file) != 0;
}

static bool is_renamed(const char *symbol, const char *source_name) {
    size_t length = source_name == NULL ? 0 : strlen(source_name);
    return length != 0 && strncmp(symbol, source_name, length) == 0 && symbol[length] == '.';
}

static bool read_subprogram(pgo_collector *collector, LLVMMetadataRef metadata, pgo_subprogram *subprogram) {
    enum { NAME_OPERAND = 2, LINKAGE_NAME_OPERAND = 3, UNIT_OPERAND = 5, OPERAND_LIMIT = 64 };
    LLVMValueRef node = LLVMMetadataAsValue(LLVMGetModuleContext(collector->module->llvm), metadata);
    LLVMValueRef operands[OPERAND_LIMIT] = {0};
    unsigned operand_count = LLVMGetMDNodeNumOperands(node);
    if (operand_count > LINKAGE_NAME_OPERAND && operand_count <= OPERAND_LIMIT) LLVMGetMDNodeOperands(node, operands);

    subprogram->source_name = copy_operand(collector, operands[NAME_OPERAND]);
    subprogram->linkage_name = copy_operand(collector, operands[LINKAGE_NAME_OPERAND]);
    /* C functions have no linkage name, and -g1 leaves those of C++ out: then the symbol is the name, if the function
     * is still here and LTO has not renamed it (f.12 for f). */
    uint32_t owner = pgo_find_key(&collector->subprogram_owners, pgo_pointer_key(metadata));
    if (subprogram->linkage_name == NULL && owner != PGO_NONE) {
        const char *symbol = collector->module->functions[owner].name;
        if (!is_renamed(symbol, subprogram->source_name)) subprogram->linkage_name = symbol;
    }
    if (subprogram->linkage_name == NULL) subprogram->linkage_name = subprogram->source_name;
    if (subprogram->linkage_name == NULL) subprogram->linkage_name = "";
    if (subprogram->source_name == NULL) subprogram->source_name = subprogram->linkage_name;
    subprogram->file = get_file_tail(collector, metadata);
    subprogram->is_from_header = is_from_header(collector, operands[UNIT_OPERAND], subprogram->file);
    subprogram->line = LLVMDISubprogramGetLine(metadata);
    subprogram->scope_line = pgo_shim_get_scope_line(metadata);
    return !collector->status->failed;
}

uint32_t pgo_intern_subprogram(pgo_collector *collector, LLVMMetadataRef metadata) {
    uint32_t index = pgo_find_key(&collector->subprogram_indices, pgo_pointer_key(metadata));
    if (index != PGO_NONE) return index;
    pgo_subprogram *subprograms =
        pgo_grow_array(collector->subprograms, collector->subprogram_count, &collector->subprogram_capacity,
                       sizeof *subprograms, collector->scratch, collector->status);
    if (subprograms == NULL) return PGO_NONE;
    collector->subprograms = subprograms;
    index = collector->subprogram_count;
    if (!read_subprogram(collector, metadata, &subprograms[index]) ||
        !pgo_put_key(&collector->subprogram_indices, pgo_pointer_key(metadata), index, collector->scratch,
                     collector->status))
        return PGO_NONE;
    collector->subprogram_count++;
    return index;
}

/* The subprogram that [location]'s scope lies in: PGO_NONE when there is none. */
static uint32_t find_subprogram(pgo_collector *collector, LLVMMetadataRef location) {
    LLVMMetadataRef scope = LLVMDILocationGetScope(location);
    uint32_t index = pgo_find_key(&collector->scope_subprograms, pgo_pointer_key(scope));
    if (index != PGO_NONE) return index;
    LLVMMetadataRef subprogram = scope == NULL ? NULL : pgo_shim_get_scope_subprogram(scope);
    if (subprogram == NULL) return PGO_NONE;
    index = pgo_intern_subprogram(collector, subprogram);
    if (index == PGO_NONE || !pgo_put_key(&collector->scope_subprograms, pgo_pointer_key(scope), index,
                                          collector->scratch, collector->status))
        return PGO_NONE;
    return index;
}

/* ---- contexts --------------------------------------------------------------------------------------------------- */

static uint32_t append_context(pgo_collector *collector, pgo_function *function, pgo_context context,
                               uint32_t subprogram_index) {
    pgo_module *module = collector->module;
    pgo_context *contexts = pgo_grow_array(module->contexts, module->context_count, &collector->context_capacity,
                                           sizeof *contexts, collector->arena, collector->status);
    if (contexts == NULL) return PGO_NONE;
    const pgo_subprogram *subprogram = &collector->subprograms[subprogram_index];
    context.linkage_name = subprogram->linkage_name;
    context.source_name = subprogram->source_name;
    context.file = subprogram->file;
    context.start_line = subprogram->line;
    context.weight_body = PPROF_NONE;
    module->contexts = contexts;
    contexts[module->context_count] = context;
    function->context_count++;
    return module->context_count++;
}

bool pgo_add_own_context(pgo_collector *collector, pgo_function *function, uint32_t subprogram) {
    function->first_context = collector->module->context_count;
    pgo_context own = {.parent = PGO_NONE, .call_place = {.offset = PPROF_NO_OFFSET}};
    return append_context(collector, function, own, subprogram) != PGO_NONE;
}

/* The copy of [subprogram] that was inlined into [parent] at the call that [call] locates. */
static uint32_t find_child(pgo_collector *collector, pgo_function *function, uint32_t parent, LLVMMetadataRef call,
                           uint32_t subprogram) {
    uint32_t line = LLVMDILocationGetLine(call), column = LLVMDILocationGetColumn(call);
    pgo_key key = {(uint64_t)parent << 32 | line, column, subprogram};
    uint32_t index = pgo_find_key(&collector->child_contexts, key);
    if (index != PGO_NONE) return index;
    int32_t offset = pgo_get_offset(line, collector->module->contexts[parent].start_line);
    pgo_context child = {.parent = parent, .call_place = {offset, column}, .call_line = line};
    index = append_context(collector, function, child, subprogram);
    if (index == PGO_NONE ||
        !pgo_put_key(&collector->child_contexts, key, index, collector->scratch, collector->status))
        return PGO_NONE;
    return index;
}

/* The inlined-at locations of [location] into collector.chain, innermost first. */
static bool list_chain(pgo_collector *collector, LLVMMetadataRef location, uint32_t *count) {
    *count = 0;
    for (LLVMMetadataRef at = location; at != NULL; at = LLVMDILocationGetInlinedAt(at)) {
        LLVMMetadataRef *chain =
            (LLVMMetadataRef *)pgo_grow_array((void *)collector->chain, *count, &collector->chain_capacity,
                                              sizeof *chain, collector->scratch, collector->status);
        if (chain == NULL) return false;
        collector->chain = chain;
        chain[(*count)++] = at;
    }
    return true;
}

uint32_t pgo_find_context(pgo_collector *collector, pgo_function *function, LLVMMetadataRef location) {
    LLVMMetadataRef call = LLVMDILocationGetInlinedAt(location);
    if (call == NULL) return function->first_context;

    /* Most instructions lie in a context that a neighbour has met. An inlined-at location belongs to one function. */
    uint32_t subprogram = find_subprogram(collector, location);
    if (subprogram == PGO_NONE) return PGO_NONE;
    pgo_key key = {(uint64_t)(uintptr_t)call, subprogram, function->first_context};
    uint32_t context = pgo_find_key(&collector->inlined_contexts, key);
    if (context != PGO_NONE) return context;

    uint32_t count;
    if (!list_chain(collector, location, &count)) return PGO_NONE;
    context = function->first_context;
    for (uint32_t i = count - 1; i > 0; i--) { /* chain[i] is where the body of chain[i − 1] was inlined */
        subprogram = find_subprogram(collector, collector->chain[i - 1]);
        if (subprogram == PGO_NONE) return PGO_NONE;
        context = find_child(collector, function, context, collector->chain[i], subprogram);
        if (context == PGO_NONE) return PGO_NONE;
    }
    if (!pgo_put_key(&collector->inlined_contexts, key, context, collector->scratch, collector->status))
        return PGO_NONE;
    return context;
}
