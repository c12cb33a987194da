/* Takes the module after LLVM's inliner; says which hot call sites are still calls, and takes the marks off them.
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

static void report_call(pgo_host *host, LLVMValueRef function, LLVMValueRef call) {
    size_t length;
    LLVMValueRef callee = LLVMIsAFunction(LLVMGetCalledValue(call));
    char message[512];
    (void)snprintf(message, sizeof message,
                   "hot call of %.400s is still a call: LLVM's inliner declined (-Rpass-missed=inline says why)",
                   callee == NULL ? "a function" : LLVMGetValueName2(callee, &length));
    pgo_shim_emit_remark(host, PGO_REMARK_MISSED, "NotInlined", function, call, message);
}

void pgo_report_left_calls(pgo_host *host, LLVMModuleRef module) {
    if (pgo_shim_get_phase(host) == PGO_PHASE_PRE_LINK) return;
    bool is_reporting = pgo_shim_remarks_are_wanted(host);
    for (LLVMValueRef function = LLVMGetFirstFunction(module); function != NULL;
         function = LLVMGetNextFunction(function))
        for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block != NULL;
             block = LLVMGetNextBasicBlock(block))
            for (LLVMValueRef instruction = LLVMGetFirstInstruction(block); instruction != NULL;
                 instruction = LLVMGetNextInstruction(instruction)) {
                if (!is_marked(instruction)) continue;
                if (is_reporting) report_call(host, function, instruction);
                LLVMRemoveCallSiteStringAttribute(instruction, AT_FUNCTION, MARK, sizeof MARK - 1);
                LLVMRemoveCallSiteStringAttribute(instruction, AT_FUNCTION, THRESHOLD, sizeof THRESHOLD - 1);
            }
}
