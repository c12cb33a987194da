/* Takes an instruction; gives what one execution of it costs, in the fit's unit (a simple ALU instruction is .8).
 * The numbers are those of the prototype that was measured against instrumentation. Cannot know what instruction
 * selection will fold, nor what a cache miss costs: costs are evidence, not truth. */
#include "location.h"

#include <string.h>

static bool starts_with(const char *name, size_t length, const char *prefix) {
    size_t prefix_length = strlen(prefix);
    return length >= prefix_length && memcmp(name, prefix, prefix_length) == 0;
}

static double get_intrinsic_cost(unsigned intrinsic) {
    static const char *const markers[] = {"llvm.dbg.",        "llvm.lifetime.",
                                          "llvm.assume",      "llvm.invariant.",
                                          "llvm.annotation.", "llvm.var.annotation",
                                          "llvm.expect",      "llvm.donothing",
                                          "llvm.pseudoprobe", "llvm.experimental.noalias.scope.decl"};
    size_t length = 0;
    const char *name = LLVMIntrinsicGetName(intrinsic, &length);
    for (size_t i = 0; i < sizeof markers / sizeof markers[0]; i++)
        if (starts_with(name, length, markers[i])) return 0;
    return starts_with(name, length, "llvm.mem") ? 4 : 1;
}

static double get_call_cost(LLVMValueRef call) {
    LLVMValueRef callee = LLVMGetCalledValue(call);
    unsigned intrinsic = LLVMIsAFunction(callee) != NULL ? LLVMGetIntrinsicID(callee) : 0;
    return intrinsic != 0 ? get_intrinsic_cost(intrinsic) : 2 + .5 * LLVMGetNumArgOperands(call);
}

/* An address with constant indices folds into the instruction that uses it. */
static double get_address_cost(LLVMValueRef address) {
    int operand_count = LLVMGetNumOperands(address);
    for (int i = 1; i < operand_count; i++)
        if (LLVMIsAConstantInt(LLVMGetOperand(address, (unsigned)i)) == NULL) return .5;
    return .05;
}

/* Chains of addresses are short; in a block that nothing reaches one may be its own operand. Of a phi the first
 * operands tell: a switch's may have thousands, phis again. */
enum { ADDRESS_HOPS = 8, OPERANDS_ASKED = 4 };

static LLVMValueRef strip_address(LLVMValueRef value) {
    for (int hop = 0; hop < ADDRESS_HOPS; hop++) {
        if (LLVMIsACastInst(value) == NULL && LLVMIsAGetElementPtrInst(value) == NULL) break;
        value = LLVMGetOperand(value, 0);
    }
    return value;
}

/* Whether [value] comes from memory, through at most [depth] operations. */
static bool is_loaded(LLVMValueRef value, int depth) {
    value = strip_address(value);
    if (LLVMIsALoadInst(value) != NULL) return true;
    if (depth == 0 || (LLVMIsAPHINode(value) == NULL && LLVMIsABinaryOperator(value) == NULL)) return false;
    for (int i = 0; i < LLVMGetNumOperands(value) && i < OPERANDS_ASKED; i++)
        if (is_loaded(LLVMGetOperand(value, (unsigned)i), depth - 1)) return true;
    return false;
}

/* One whose address was itself loaded waits for that, and misses the cache more often: list->next->key, table[hash].
 * A cost of 4 in place of 1.5: bench/accuracy's means .837 .792 .804 .698, before .833 .793 .801 .701; Lua's overlap
 * .852, before .831. 8 is no better, but for walks along a chain it is, where each load waits for the last: .842 .792
 * .806 .701, before .842 .791 .806 .698, and .838 .814 .824 .694 for the programs held out, before .832 .815 .823 .696;
 * 12 gives minigzip .856 for .866. */
static double get_load_cost(LLVMValueRef load) {
    if (pgo_walks_chain(load)) return 8;
    LLVMValueRef address = LLVMGetOperand(load, 0);
    if (is_loaded(address, 1)) return 4;
    for (int hop = 0; hop < ADDRESS_HOPS && LLVMIsAGetElementPtrInst(address) != NULL; hop++) {
        for (int i = 1; i < LLVMGetNumOperands(address); i++)
            if (is_loaded(LLVMGetOperand(address, (unsigned)i), 3)) return 4;
        address = LLVMGetOperand(address, 0);
    }
    return 1.5;
}

double pgo_get_instruction_cost(LLVMValueRef instruction) {
    switch (LLVMGetInstructionOpcode(instruction)) {
    case LLVMPHI:
    case LLVMAlloca:
    case LLVMUnreachable:
        return 0;
    case LLVMLoad:
        return get_load_cost(instruction);
    case LLVMStore:
    case LLVMSelect:
        return 1;
    case LLVMGetElementPtr:
        return get_address_cost(instruction);
    case LLVMTrunc:
    case LLVMZExt:
    case LLVMSExt:
    case LLVMFPTrunc:
    case LLVMFPExt:
    case LLVMPtrToInt:
    case LLVMIntToPtr:
    case LLVMBitCast:
    case LLVMAddrSpaceCast:
    case LLVMFreeze:
        return .2;
    case LLVMFPToUI:
    case LLVMFPToSI:
    case LLVMUIToFP:
    case LLVMSIToFP:
        return 3;
    case LLVMICmp:
    case LLVMFCmp:
        return .5;
    case LLVMBr:
        return LLVMIsConditional(instruction) ? 1 : .3;
    case LLVMSwitch:
    case LLVMIndirectBr:
        return 4;
    case LLVMRet:
        return 2.5;
    case LLVMCall:
    case LLVMInvoke:
    case LLVMCallBr:
        return get_call_cost(instruction);
    case LLVMMul:
    case LLVMFAdd:
    case LLVMFSub:
    case LLVMFMul:
        return 2;
    case LLVMUDiv:
    case LLVMSDiv:
    case LLVMURem:
    case LLVMSRem:
        return 10;
    case LLVMFDiv:
    case LLVMFRem:
        return 8;
    default:
        return .8;
    }
}
