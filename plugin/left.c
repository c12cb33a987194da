/* Takes the module after LLVM's inliner; says which hot call sites are still calls, as remarks and in -pgo-report, and
 * takes the marks off them.
 *
 * inline.c can only raise a threshold. Whether a call was inlined is LLVM's decision, and comes later; so this runs by
 * itself at the start of the optimizer proper. Before a link (LTO) it waits: the link may inline what this could not.
 * Copies of a marked call, made when its function was inlined, are reported where they now are.
 *
 * Cannot know LLVM's reason: -Rpass-missed=inline tells it.
 */
#include "plugin.h"

#include <string.h>

static const LLVMAttributeIndex AT_FUNCTION = (LLVMAttributeIndex)LLVMAttributeFunctionIndex;
static const char MARK[] = "pgo-hot", THRESHOLD[] = "function-inline-threshold";

static bool is_marked(LLVMValueRef instruction) {
    return (LLVMIsACallInst(instruction) != NULL || LLVMIsAInvokeInst(instruction) != NULL) &&
           LLVMGetCallSiteStringAttribute(instruction, AT_FUNCTION, MARK, sizeof MARK - 1) != NULL;
}

typedef struct left_calls {
    pprof_arena arena;
    pprof_status status;
    pgo_options options;
    pgo_left_call *calls;
    uint32_t count, capacity;
} left_calls;

static void report_call(left_calls *left, pgo_host *host, LLVMValueRef function, LLVMValueRef call) {
    size_t length;
    LLVMValueRef callee = LLVMIsAFunction(LLVMGetCalledValue(call));
    const char *callee_name = callee == NULL ? "" : LLVMGetValueName2(callee, &length);
    const char *message =
        pprof_format_string(&left->arena, &left->status,
                            "hot call of %s is still a call: LLVM's inliner declined (-Rpass-missed=inline says why)",
                            callee == NULL ? "a function" : callee_name);
    if (message == NULL) return;
    if (pgo_shim_remarks_are_wanted(host))
        pgo_shim_emit_remark(host, PGO_REMARK_MISSED, "NotInlined", function, call, message);
    pgo_left_call *calls =
        pgo_grow_array(left->calls, left->count, &left->capacity, sizeof *calls, &left->arena, &left->status);
    if (calls == NULL) return;
    left->calls = calls;
    calls[left->count++] = (pgo_left_call){.function = LLVMGetValueName2(function, &length),
                                           .callee = callee_name,
                                           .message = message,
                                           .location = pgo_get_location(function, call)};
}

static void take_marks(left_calls *left, pgo_host *host, LLVMModuleRef module) {
    for (LLVMValueRef function = LLVMGetFirstFunction(module); function != NULL;
         function = LLVMGetNextFunction(function))
        for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block != NULL;
             block = LLVMGetNextBasicBlock(block))
            for (LLVMValueRef instruction = LLVMGetFirstInstruction(block); instruction != NULL;
                 instruction = LLVMGetNextInstruction(instruction)) {
                if (!is_marked(instruction)) continue;
                report_call(left, host, function, instruction);
                LLVMRemoveCallSiteStringAttribute(instruction, AT_FUNCTION, MARK, sizeof MARK - 1);
                LLVMRemoveCallSiteStringAttribute(instruction, AT_FUNCTION, THRESHOLD, sizeof THRESHOLD - 1);
            }
}

void pgo_report_left_calls(pgo_host *host, LLVMModuleRef module) {
    if (pgo_shim_get_phase(host) == PGO_PHASE_PRE_LINK || !pgo_is_annotated(module)) return;
    left_calls left = {0};
    size_t length;
    take_marks(&left, host, module);
    if (!left.status.failed && pgo_read_options(&left.arena, &left.options, &left.status) &&
        left.options.report_path[0] != '\0')
        (void)pgo_append_left_calls(left.options.report_path, LLVMGetSourceFileName(module, &length), left.calls,
                                    left.count, &left.status);
    if (left.status.failed)
        pgo_shim_diagnose(host, left.options.errors_are_warnings ? PGO_WARNING : PGO_ERROR, left.status.message);
    pprof_arena_free(&left.arena);
}
