/* Takes a call; tells whether it may have become a jump in the build that was profiled.
 *
 *   static int fetch(cursor *c) {          fetch:
 *       c->flags |= VALID;                     orl   $2, 4(%rdi)
 *       return c->page->parse(c);              jmpq  *32(%rax)         no frame of fetch is left: the stack says
 *   }                                                                  that fetch's caller called parse
 *
 * So a call in tail position has no samples of its own, however often it ran: match_calls.c looks for them at the calls
 * of its function, and frequency.c takes their absence for no evidence. Cannot know what the profiled build's calling
 * conventions and flags allowed; a function with locals in memory is taken to keep its frame, since LLVM does not turn
 * calls into jumps that might see them.
 */
#include "location.h"

enum { HOP_LIMIT = 8 }; /* blocks between a call and its return: empty ones, that a later pass folds away */

/* What [value] is called in [successor], coming from [block]. */
static LLVMValueRef follow_value(LLVMValueRef value, LLVMBasicBlockRef block, LLVMBasicBlockRef successor) {
    for (LLVMValueRef phi = LLVMGetFirstInstruction(successor); phi != NULL && LLVMIsAPHINode(phi) != NULL;
         phi = LLVMGetNextInstruction(phi))
        for (unsigned i = 0; i < LLVMCountIncoming(phi); i++)
            if (LLVMGetIncomingBlock(phi, i) == block && LLVMGetIncomingValue(phi, i) == value) return phi;
    return value;
}

/* The first instruction at [at] or behind it in its block that becomes code. */
static LLVMValueRef skip_markers(LLVMValueRef at) {
    while (at != NULL &&
           (LLVMIsAPHINode(at) != NULL || (LLVMIsAIntrinsicInst(at) != NULL && pgo_get_instruction_cost(at) == 0)))
        at = LLVMGetNextInstruction(at);
    return at;
}

bool pgo_is_in_tail_position(LLVMValueRef call) {
    if (LLVMIsACallInst(call) == NULL) return false;
    LLVMValueRef value = call, at = skip_markers(LLVMGetNextInstruction(call));
    for (int hop = 0; hop < HOP_LIMIT && at != NULL; hop++) {
        if (LLVMIsAReturnInst(at) != NULL) return LLVMGetNumOperands(at) == 0 || LLVMGetOperand(at, 0) == value;
        if (LLVMIsABranchInst(at) == NULL || LLVMIsConditional(at)) return false;
        LLVMBasicBlockRef block = LLVMGetInstructionParent(at), successor = LLVMGetSuccessor(at, 0);
        value = follow_value(value, block, successor);
        at = skip_markers(LLVMGetFirstInstruction(successor));
    }
    return false;
}

bool pgo_keeps_frame(LLVMValueRef function) {
    LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(function);
    for (LLVMValueRef i = LLVMGetFirstInstruction(entry); i != NULL; i = LLVMGetNextInstruction(i))
        if (LLVMIsAAllocaInst(i) != NULL) return true;
    return false;
}
