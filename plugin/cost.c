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

double pgo_get_instruction_cost(LLVMValueRef instruction) {
    switch (LLVMGetInstructionOpcode(instruction)) {
    case LLVMPHI:
    case LLVMAlloca:
    case LLVMUnreachable:
        return 0;
    case LLVMLoad:
        return 1.5;
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
