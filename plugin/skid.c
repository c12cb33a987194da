/* Takes a load; gives the instruction at which a timer will find the program that waits for it.
 *
 *   cmp  (%rax,%rcx,4),%edx     a cache miss: the timer's interrupt comes when it is over, and finds
 *   jne  .L7                    the program here
 *
 * A load that feeds the block's branch through one compare becomes part of that compare, and the branch waits; of any
 * other the next instruction does. Half of a load's cost is taken to be seen there (location.c): on bench/accuracy's
 * eight programs and seven held-out ones none gives overlap .827 agree .789 1-TV .800, half .837 .807 .815, all .831
 * .801 .809. In brotli's hot loop, where the branches of one || share a location, agree goes from .60 to .84.
 *
 * Cannot know how the machine code orders what the IR has in a row.
 */
#include "location.h"

enum { CAST_LIMIT = 4 };

/* The only instruction that uses [value], if it is in the same block as [load]; NULL. */
static LLVMValueRef get_only_user(LLVMValueRef value, LLVMValueRef load) {
    LLVMUseRef use = LLVMGetFirstUse(value);
    if (use == NULL || LLVMGetNextUse(use) != NULL) return NULL;
    LLVMValueRef user = LLVMGetUser(use);
    bool is_near = LLVMIsAInstruction(user) != NULL && LLVMGetInstructionParent(user) == LLVMGetInstructionParent(load);
    return is_near ? user : NULL;
}

/* The branch that hangs on a compare of the loaded value, or NULL. */
static LLVMValueRef find_branch(LLVMValueRef load) {
    LLVMValueRef user = get_only_user(load, load);
    for (int cast = 0; cast < CAST_LIMIT && user != NULL && LLVMIsACastInst(user) != NULL; cast++)
        user = get_only_user(user, load);
    if (user == NULL || LLVMIsAICmpInst(user) == NULL) return NULL;
    LLVMValueRef branch = get_only_user(user, load);
    return branch != NULL && LLVMIsABranchInst(branch) != NULL ? branch : NULL;
}

LLVMValueRef pgo_find_waiting_instruction(LLVMValueRef load) {
    LLVMValueRef waiting = find_branch(load);
    if (waiting != NULL) return waiting;
    for (LLVMValueRef next = LLVMGetNextInstruction(load); next != NULL; next = LLVMGetNextInstruction(next))
        if (LLVMIsACastInst(next) == NULL && LLVMIsAGetElementPtrInst(next) == NULL &&
            pgo_get_instruction_cost(next) > 0)
            return next;
    return NULL;
}
