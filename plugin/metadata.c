/* Takes counts; gives the few shapes of metadata in which LLVM reads a profile. Reads attributes. Decides nothing.
 *
 *   br, switch, …    !prof !{!"branch_weights", i32 a, i32 b, …}
 *   function         !prof !{!"function_entry_count", i64 n}
 *   indirect call    !prof !{!"VP", i32 0, i64 total, i64 guid, i64 count, …}
 */
#include "plugin.h"

#include <string.h>

LLVMMetadataRef pgo_make_name(LLVMContextRef context, const char *name) {
    return LLVMMDStringInContext2(context, name, strlen(name));
}

LLVMMetadataRef pgo_make_integer(LLVMContextRef context, unsigned bits, uint64_t value) {
    return LLVMValueAsMetadata(LLVMConstInt(LLVMIntTypeInContext(context, bits), value, false));
}

static unsigned get_prof_kind(LLVMContextRef context) {
    return LLVMGetMDKindIDInContext(context, "prof", 4);
}

static void set_prof(LLVMContextRef context, LLVMValueRef instruction, LLVMMetadataRef *operands, size_t count) {
    LLVMMetadataRef node = LLVMMDNodeInContext2(context, operands, count);
    LLVMSetMetadata(instruction, get_prof_kind(context), LLVMMetadataAsValue(context, node));
}

bool pgo_set_branch_weights(pgo_run *run, LLVMValueRef terminator, const uint32_t *weights, uint32_t count) {
    LLVMContextRef context = LLVMGetModuleContext(run->module.llvm);
    LLVMMetadataRef *operands =
        (LLVMMetadataRef *)pprof_allocate(run->arena, (size_t)count + 1, sizeof *operands, run->status);
    if (operands == NULL) return false;
    operands[0] = pgo_make_name(context, "branch_weights");
    for (uint32_t i = 0; i < count; i++) operands[i + 1] = pgo_make_integer(context, 32, weights[i]);
    set_prof(context, terminator, operands, (size_t)count + 1);
    return true;
}

void pgo_set_entry_count(pgo_run *run, LLVMValueRef function, uint64_t count) {
    LLVMContextRef context = LLVMGetModuleContext(run->module.llvm);
    LLVMMetadataRef operands[] = {pgo_make_name(context, "function_entry_count"), pgo_make_integer(context, 64, count)};
    LLVMGlobalSetMetadata(function, get_prof_kind(context), LLVMMDNodeInContext2(context, operands, 2));
}

void pgo_set_value_profile(pgo_run *run, LLVMValueRef call, uint64_t total, const pgo_value_count *values,
                           uint32_t count) {
    LLVMContextRef context = LLVMGetModuleContext(run->module.llvm);
    if (count == 0) {
        LLVMSetMetadata(call, get_prof_kind(context), NULL);
        return;
    }
    LLVMMetadataRef operands[3 + 2 * PGO_VALUE_LIMIT] = {pgo_make_name(context, "VP"), pgo_make_integer(context, 32, 0),
                                                         pgo_make_integer(context, 64, total)};
    if (count > PGO_VALUE_LIMIT) count = PGO_VALUE_LIMIT;
    for (uint32_t i = 0; i < count; i++) {
        operands[3 + 2 * i] = pgo_make_integer(context, 64, values[i].guid);
        operands[4 + 2 * i] = pgo_make_integer(context, 64, values[i].count);
    }
    set_prof(context, call, operands, 3 + 2 * (size_t)count);
}

static const LLVMAttributeIndex AT_FUNCTION = (LLVMAttributeIndex)LLVMAttributeFunctionIndex;

bool pgo_has_attribute(LLVMValueRef function, const char *name) {
    unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
    return LLVMGetEnumAttributeAtIndex(function, AT_FUNCTION, kind) != NULL;
}

bool pgo_has_call_attribute(LLVMValueRef call, const char *name) {
    unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
    return LLVMGetCallSiteEnumAttribute(call, AT_FUNCTION, kind) != NULL;
}
