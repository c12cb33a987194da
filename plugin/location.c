/* Takes an LLVM module; gives what of it the later stages need, in flat arrays: functions, inline contexts, places with
 * costs, calls, flow graphs. Every array is in the module's own order.
 * Cannot know which instructions the optimizer will fold or move: costs and lines are those of the IR as it is now. */
#include "location.h"

#include <stdlib.h>

/* ---- functions -------------------------------------------------------------------------------------------------- */

static pgo_function_state get_state(LLVMValueRef function) {
    if (LLVMIsDeclaration(function)) return PGO_IS_DECLARATION;
    if (pgo_has_attribute(function, "optnone")) return PGO_IS_OPTNONE;
    if (pgo_has_attribute(function, "naked")) return PGO_IS_NAKED;
    if (pgo_shim_has_entry_count(function)) return PGO_IS_ANNOTATED;
    return LLVMGetSubprogram(function) == NULL ? PGO_HAS_NO_SUBPROGRAM : PGO_TAKES_PART;
}

static bool list_functions(pgo_collector *collector) {
    pgo_module *module = collector->module;
    uint32_t count = 0;
    for (LLVMValueRef f = LLVMGetFirstFunction(module->llvm); f != NULL; f = LLVMGetNextFunction(f)) count++;
    module->functions = pprof_allocate(collector->arena, count, sizeof *module->functions, collector->status);
    if (module->functions == NULL) return false;

    for (LLVMValueRef f = LLVMGetFirstFunction(module->llvm); f != NULL; f = LLVMGetNextFunction(f)) {
        size_t length;
        const char *name = LLVMGetValueName2(f, &length);
        if (length != 0 && name[0] == '\1') { /* an assembler name, to be taken as it is */
            name++;
            length--;
        }
        pgo_function *function = &module->functions[module->function_count];
        *function = (pgo_function){.value = f, .state = get_state(f), .weight_function = PGO_NONE};
        function->name = pprof_copy_string(collector->arena, name, length, collector->status);
        LLVMMetadataRef subprogram = LLVMGetSubprogram(f);
        if (function->name == NULL ||
            !pgo_put_key(&collector->function_indices, pgo_pointer_key(f), module->function_count, collector->scratch,
                         collector->status) ||
            (subprogram != NULL && !pgo_put_key(&collector->subprogram_owners, pgo_pointer_key(subprogram),
                                                module->function_count, collector->scratch, collector->status)))
            return false;
        module->function_count++;
    }
    return true;
}

static bool list_blocks(pgo_collector *collector, pgo_function *function) {
    uint32_t count = LLVMCountBasicBlocks(function->value);
    function->graph.block_count = count;
    function->blocks =
        (LLVMBasicBlockRef *)pprof_allocate(collector->arena, count, sizeof(LLVMBasicBlockRef), collector->status);
    function->block_cost = pprof_allocate(collector->arena, count, sizeof(float), collector->status);
    function->call_cost = pprof_allocate(collector->arena, count, sizeof(float), collector->status);
    if (collector->status->failed) return false;
    LLVMGetBasicBlocks(function->value, function->blocks);
    return true;
}

/* ---- calls ------------------------------------------------------------------------------------------------------ */

/* The called function behind aliases and casts, or what is called if that is not known. */
static LLVMValueRef strip_aliases(LLVMValueRef callee) {
    enum { ALIAS_LIMIT = 16 }; /* chains are short; a cycle is invalid IR but must not hang */
    for (int i = 0; i < ALIAS_LIMIT; i++) {
        if (LLVMIsAGlobalAlias(callee) != NULL)
            callee = LLVMAliasGetAliasee(callee);
        else if (LLVMIsAConstantExpr(callee) != NULL && LLVMGetConstOpcode(callee) == LLVMBitCast)
            callee = LLVMGetOperand(callee, 0);
        else
            break;
    }
    return callee;
}

/* Whether [instruction] is a call that a profile can see; fills kind and callee. */
static bool classify_call(const pgo_collector *collector, LLVMValueRef instruction, pgo_call *call) {
    LLVMOpcode opcode = LLVMGetInstructionOpcode(instruction);
    if (opcode != LLVMCall && opcode != LLVMInvoke && opcode != LLVMCallBr) return false;
    LLVMValueRef callee = strip_aliases(LLVMGetCalledValue(instruction));
    *call = (pgo_call){.instruction = instruction, .kind = PGO_CALL_DIRECT, .callee = PGO_NONE};
    if (LLVMIsAFunction(callee) != NULL) {
        call->callee = pgo_find_key(&collector->function_indices, pgo_pointer_key(callee));
        return LLVMGetIntrinsicID(callee) == 0;
    }
    /* Inline assembly and other constants (ifuncs, addresses) are neither known callees nor promotable. */
    call->kind = PGO_CALL_INDIRECT;
    return !LLVMIsConstant(callee) && LLVMIsAInlineAsm(callee) == NULL;
}

static bool add_call(pgo_collector *collector, pgo_function *function, const pgo_call *call) {
    pgo_module *module = collector->module;
    pgo_call *calls = pgo_grow_array(module->calls, module->call_count, &collector->call_capacity, sizeof *calls,
                                     collector->arena, collector->status);
    if (calls == NULL) return false;
    module->calls = calls;
    calls[module->call_count++] = *call;
    function->call_count++;
    return true;
}

/* ---- places ----------------------------------------------------------------------------------------------------- */

static bool add_place(pgo_collector *collector, pgo_function *function, pgo_place place) {
    pgo_module *module = collector->module;
    pgo_place *places = pgo_grow_array(module->places, module->place_count, &collector->place_capacity, sizeof *places,
                                       collector->arena, collector->status);
    if (places == NULL) return false;
    place.observation = PGO_NONE;
    module->places = places;
    places[module->place_count++] = place;
    function->place_count++;
    return true;
}

/* By context, line, column, block; before merging `observation` holds the order of appearance, so that equal places
 * are summed in one order whatever qsort does. */
static int compare_places(const void *left, const void *right) {
    const pgo_place *a = left, *b = right;
    if (a->context != b->context) return a->context < b->context ? -1 : 1;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    if (a->place.column != b->place.column) return a->place.column < b->place.column ? -1 : 1;
    if (a->block != b->block) return a->block < b->block ? -1 : 1;
    return a->observation < b->observation ? -1 : a->observation > b->observation;
}

/* Sorts the function's places and sums those of one block at one location. */
static void merge_places(pgo_module *module, pgo_function *function) {
    pgo_place *places = &module->places[function->first_place];
    for (uint32_t i = 0; i < function->place_count; i++) places[i].observation = i;
    qsort(places, function->place_count, sizeof *places, compare_places);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < function->place_count; i++) {
        pgo_place *last = kept == 0 ? NULL : &places[kept - 1];
        if (last != NULL && last->context == places[i].context && last->line == places[i].line &&
            last->place.column == places[i].place.column && last->block == places[i].block) {
            last->cost += places[i].cost;
            last->instruction_count += places[i].instruction_count;
        } else {
            places[kept] = places[i];
            places[kept++].observation = PGO_NONE;
        }
    }
    module->place_count -= function->place_count - kept;
    function->place_count = kept;
}

/* Markers of debug info, lifetimes and the like become no code: a sample can never have been there. */
static bool becomes_code(LLVMValueRef instruction, double cost) {
    LLVMOpcode opcode = LLVMGetInstructionOpcode(instruction);
    return cost > 0 || opcode == LLVMPHI || opcode == LLVMUnreachable;
}

/* Where [instruction] is: context, line and place; line 0 when it has none. False: memory is out. */
static bool locate(pgo_collector *collector, pgo_function *function, LLVMValueRef instruction, pgo_place *found) {
    *found = (pgo_place){.context = function->first_context, .place = {PPROF_NO_OFFSET, 0}};
    LLVMMetadataRef location = LLVMInstructionGetDebugLoc(instruction);
    if (location == NULL) return true;
    uint32_t context = pgo_find_context(collector, function, location);
    if (context == PGO_NONE) return !collector->status->failed;
    found->context = context;
    found->line = LLVMDILocationGetLine(location);
    found->place.offset = pgo_get_offset(found->line, collector->module->contexts[context].start_line);
    found->place.column = LLVMDILocationGetColumn(location);
    if (found->place.offset == PPROF_NO_OFFSET) found->line = 0;
    return true;
}

/* Moves the part of a load's [cost] that is seen elsewhere to there, within the block. */
static bool move_stall(pgo_collector *collector, pgo_function *function, uint32_t block, LLVMValueRef instruction,
                       double *cost) {
    LLVMValueRef waiting = LLVMIsALoadInst(instruction) != NULL ? pgo_find_waiting_instruction(instruction) : NULL;
    pgo_place place;
    if (waiting == NULL) return true;
    if (!locate(collector, function, waiting, &place)) return false;
    place.block = block;
    place.cost = (float)(*cost * PGO_STALL_SHARE);
    *cost -= (double)place.cost;
    return place.line == 0 || add_place(collector, function, place);
}

static bool add_instruction(pgo_collector *collector, pgo_function *function, uint32_t block,
                            LLVMValueRef instruction) {
    double cost = pgo_get_instruction_cost(instruction), seen = cost;
    function->block_cost[block] += (float)cost;
    if (LLVMIsAReturnInst(instruction) != NULL) function->call_cost[block] += (float)cost;

    pgo_place place;
    if (!move_stall(collector, function, block, instruction, &seen) ||
        !locate(collector, function, instruction, &place))
        return false;
    if (place.line != 0 && becomes_code(instruction, cost)) {
        collector->module->has_debug_locations = true;
        place.block = block;
        place.cost = (float)seen;
        place.instruction_count = 1;
        if (!add_place(collector, function, place)) return false;
    }
    pgo_call call;
    if (!classify_call(collector, instruction, &call)) return true;
    function->call_cost[block] += (float)cost;
    call.may_be_jump = !collector->keeps_frame && pgo_is_in_tail_position(instruction);
    call.context = place.context;
    call.line = place.line;
    call.place = place.place;
    call.block = block;
    return add_call(collector, function, &call);
}

/* The prologue's machine code carries the line of the opening brace, which no instruction of the IR has. */
static bool add_prologue(pgo_collector *collector, pgo_function *function, uint32_t subprogram_index) {
    const pgo_subprogram *subprogram = &collector->subprograms[subprogram_index];
    function->block_cost[0] += PGO_PROLOGUE_COST;
    function->call_cost[0] += PGO_PROLOGUE_COST;
    pprof_place place = {pgo_get_offset(subprogram->scope_line, subprogram->line), 0};
    return place.offset == PPROF_NO_OFFSET || add_place(collector, function,
                                                        (pgo_place){.context = function->first_context,
                                                                    .line = subprogram->scope_line,
                                                                    .place = place,
                                                                    .block = 0,
                                                                    .cost = PGO_PROLOGUE_COST});
}

/* ---- the stage -------------------------------------------------------------------------------------------------- */

static uint32_t count_header_uses(const pgo_collector *collector, const pgo_function *function, uint32_t subprogram) {
    LLVMLinkage linkage = LLVMGetLinkage(function->value);
    if (linkage != LLVMInternalLinkage && linkage != LLVMPrivateLinkage) return 0;
    if (!collector->subprograms[subprogram].is_from_header) return 0;
    uint32_t count = 0;
    for (LLVMUseRef use = LLVMGetFirstUse(function->value); use != NULL; use = LLVMGetNextUse(use)) count++;
    return count;
}

static bool collect_function(pgo_collector *collector, pgo_function *function) {
    pgo_module *module = collector->module;
    function->first_context = module->context_count;
    function->first_place = module->place_count;
    function->first_call = module->call_count;
    if (function->state != PGO_TAKES_PART) return true;

    collector->keeps_frame = pgo_keeps_frame(function->value);
    uint32_t subprogram = pgo_intern_subprogram(collector, LLVMGetSubprogram(function->value));
    if (subprogram == PGO_NONE || !pgo_add_own_context(collector, function, subprogram) ||
        !list_blocks(collector, function) || !add_prologue(collector, function, subprogram))
        return false;
    function->header_uses = count_header_uses(collector, function, subprogram);
    for (uint32_t b = 0; b < function->graph.block_count; b++)
        for (LLVMValueRef i = LLVMGetFirstInstruction(function->blocks[b]); i != NULL; i = LLVMGetNextInstruction(i))
            if (!add_instruction(collector, function, b, i)) return false;
    merge_places(module, function);
    return pgo_build_graph(collector->host, function, collector->arena, collector->status);
}

bool pgo_collect_locations(pgo_host *host, LLVMModuleRef llvm, pprof_arena *arena, pgo_module *module,
                           pprof_status *status) {
    pprof_arena scratch = {0};
    *module = (pgo_module){.llvm = llvm};
    pgo_collector collector = {.host = host, .arena = arena, .scratch = &scratch, .status = status, .module = module};
    size_t length;
    const char *source_file = LLVMGetSourceFileName(llvm, &length);
    module->source_file = pprof_copy_string(arena, source_file, length, status);
    bool done = module->source_file != NULL && list_functions(&collector);
    for (uint32_t f = 0; f < module->function_count && done; f++)
        done = collect_function(&collector, &module->functions[f]);
    pprof_arena_free(&scratch);
    return done;
}
