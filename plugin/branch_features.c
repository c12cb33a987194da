/* Takes a two-way branch; gives what it looks like: of its condition, and of its two sides, a short list of features.
 * Which they are, and what each is worth, is known from regression: prior.c. bench/prior asks the same of branches
 * whose true counts it has.
 *
 * Cannot know what a callee does, nor what a value stands for in the program. */
#include "branch_features.h"

#include <stddef.h>

/* Of more values than these nothing is asked: such a return belongs to no code that anyone wrote. */
enum { VALUE_LIMIT = 1000 };

/* ---- the condition ---- */

static bool is_equality(LLVMIntPredicate predicate) {
    return predicate == LLVMIntEQ || predicate == LLVMIntNE;
}

static bool is_signed(LLVMIntPredicate predicate) {
    return predicate >= LLVMIntSGT;
}

static bool is_less(LLVMIntPredicate predicate) {
    return predicate == LLVMIntULT || predicate == LLVMIntULE || predicate == LLVMIntSLT || predicate == LLVMIntSLE;
}

/* -1, 0 or 1. */
static bool is_near_zero(LLVMValueRef value) {
    if (LLVMIsAConstantInt(value) == NULL || LLVMGetIntTypeWidth(LLVMTypeOf(value)) > 64) return false;
    long long number = LLVMConstIntGetSExtValue(value);
    return number >= -1 && number <= 1;
}

static bool is_call(LLVMValueRef value) {
    return (LLVMIsACallInst(value) != NULL || LLVMIsAInvokeInst(value) != NULL) && LLVMIsAIntrinsicInst(value) == NULL;
}

static bool is_masked(LLVMValueRef value) {
    while (LLVMIsACastInst(value) != NULL) value = LLVMGetOperand(value, 0);
    return LLVMIsABinaryOperator(value) != NULL && LLVMGetInstructionOpcode(value) == LLVMAnd;
}

/* What the condition is; PGO_BRANCH_FEATURES: none of them. [is_opposite]: it is that which does not hold. */
typedef struct condition {
    pgo_branch_feature feature;
    bool is_opposite;
} condition;

/* Of x == y. */
static pgo_branch_feature describe_equality(LLVMValueRef left, LLVMValueRef right) {
    if (LLVMIsAConstantPointerNull(right) != NULL) return is_call(left) ? PGO_CALL_GIVES_NULL : PGO_BRANCH_FEATURES;
    bool is_zero = LLVMIsAConstantInt(right) != NULL && LLVMIsNull(right);
    if (!is_zero) return PGO_IS_EQUAL;
    return is_masked(left) ? PGO_BITS_ARE_CLEAR : PGO_BRANCH_FEATURES;
}

static condition describe_comparison(LLVMValueRef comparison) {
    LLVMIntPredicate predicate = LLVMGetICmpPredicate(comparison);
    LLVMValueRef left = LLVMGetOperand(comparison, 0), right = LLVMGetOperand(comparison, 1);
    bool is_turned = LLVMIsAConstant(left) != NULL && LLVMIsAConstant(right) == NULL;
    if (is_equality(predicate)) {
        pgo_branch_feature equal = is_turned ? describe_equality(right, left) : describe_equality(left, right);
        return (condition){equal, predicate != LLVMIntEQ};
    }
    bool is_sign = is_signed(predicate) && is_near_zero(is_turned ? left : right);
    return (condition){is_sign ? PGO_IS_NEGATIVE : PGO_IS_LESS, is_less(predicate) == is_turned};
}

static condition describe_float_comparison(LLVMValueRef comparison) {
    switch (LLVMGetFCmpPredicate(comparison)) {
    case LLVMRealOEQ:
    case LLVMRealUEQ:
        return (condition){PGO_IS_EQUAL, false};
    case LLVMRealONE:
    case LLVMRealUNE:
        return (condition){PGO_IS_EQUAL, true};
    case LLVMRealOLT:
    case LLVMRealOLE:
    case LLVMRealULT:
    case LLVMRealULE:
        return (condition){PGO_IS_LESS, false};
    default:
        return (condition){PGO_IS_LESS, true};
    }
}

/* The operand of xor %x, true; NULL. */
static LLVMValueRef get_negated(LLVMValueRef condition) {
    if (LLVMIsABinaryOperator(condition) == NULL || LLVMGetInstructionOpcode(condition) != LLVMXor) return NULL;
    LLVMValueRef right = LLVMIsAConstantInt(LLVMGetOperand(condition, 1));
    return right != NULL && !LLVMIsNull(right) ? LLVMGetOperand(condition, 0) : NULL;
}

static condition describe_plain_value(LLVMValueRef value) {
    if (LLVMIsAICmpInst(value) != NULL) return describe_comparison(value);
    if (LLVMIsAFCmpInst(value) != NULL) return describe_float_comparison(value);
    return (condition){PGO_FLAG_IS_SET, false};
}

/* By one; +1 where it holds. */
static void describe_condition(LLVMValueRef value, int8_t *features) {
    LLVMValueRef negated = get_negated(value);
    condition condition = describe_plain_value(negated != NULL ? negated : value);
    if (condition.feature == PGO_BRANCH_FEATURES) return;
    features[condition.feature] = condition.is_opposite == (negated != NULL) ? 1 : -1;
}

/* ---- the sides ---- */

/* What [phi] is when control comes from [block]; NULL. */
static LLVMValueRef get_incoming_value(LLVMValueRef phi, LLVMBasicBlockRef block) {
    unsigned count = LLVMCountIncoming(phi);
    for (unsigned i = 0; i < count && count <= VALUE_LIMIT; i++)
        if (LLVMGetIncomingBlock(phi, i) == block) return LLVMGetIncomingValue(phi, i);
    return NULL;
}

/* Of [block] as the end of the function, when control comes from [from]. */
static pgo_branch_feature describe_return(LLVMBasicBlockRef block, LLVMBasicBlockRef from) {
    LLVMValueRef end = LLVMGetBasicBlockTerminator(block);
    if (LLVMIsAReturnInst(end) == NULL || LLVMGetNumOperands(end) == 0) return PGO_BRANCH_FEATURES;
    LLVMValueRef value = LLVMGetOperand(end, 0);
    if (LLVMIsAPHINode(value) != NULL && LLVMGetInstructionParent(value) == block)
        value = get_incoming_value(value, from);
    if (value == NULL) return PGO_BRANCH_FEATURES;
    if (LLVMIsAConstantPointerNull(value) != NULL) return PGO_RETURNS_NULL;
    if (LLVMIsAConstantInt(value) == NULL) return PGO_BRANCH_FEATURES;
    if (LLVMIsNull(value)) return PGO_RETURNS_ZERO;
    unsigned width = LLVMGetIntTypeWidth(LLVMTypeOf(value)); /* of a bool 1: true is no negative number */
    bool is_negative = width > 1 && width <= 64 && LLVMConstIntGetSExtValue(value) < 0;
    return is_negative ? PGO_RETURNS_NEGATIVE : PGO_BRANCH_FEATURES;
}

static bool names_string(LLVMValueRef call) {
    unsigned count = LLVMGetNumArgOperands(call);
    for (unsigned i = 0; i < count; i++) {
        LLVMValueRef global = LLVMIsAGlobalVariable(LLVMGetOperand(call, i));
        if (global == NULL || !LLVMIsGlobalConstant(global)) continue;
        LLVMLinkage linkage = LLVMGetLinkage(global);
        if (linkage == LLVMPrivateLinkage || linkage == LLVMInternalLinkage) return true;
    }
    return false;
}

static bool calls_elsewhere(LLVMValueRef call) {
    LLVMValueRef callee = LLVMGetCalledValue(call);
    return LLVMIsAFunction(callee) != NULL && LLVMIsDeclaration(callee);
}

static void add(int8_t *features, pgo_branch_feature feature, int sign) {
    if (feature != PGO_BRANCH_FEATURES) features[feature] = (int8_t)(features[feature] + sign);
}

/* Of what is in a block that only the branch leads to. */
static void describe_contents(LLVMBasicBlockRef block, int sign, int8_t *features) {
    bool has_load = false, has_outer_call = false, has_string = false;
    for (LLVMValueRef i = LLVMGetFirstInstruction(block); i != NULL; i = LLVMGetNextInstruction(i)) {
        has_load |= LLVMIsALoadInst(i) != NULL;
        if (!is_call(i)) continue;
        has_outer_call |= calls_elsewhere(i);
        has_string |= names_string(i);
    }
    LLVMValueRef end = LLVMGetBasicBlockTerminator(block);
    bool has_branch = LLVMIsABranchInst(end) != NULL && LLVMIsConditional(end);
    add(features, PGO_IS_OWN, sign);
    if (has_load) add(features, PGO_HAS_LOAD, sign);
    if (has_branch) add(features, PGO_HAS_BRANCH, sign);
    if (has_outer_call) add(features, PGO_CALLS_ELSEWHERE, sign);
    if (has_string) add(features, PGO_NAMES_STRING, sign);
}

/* Of the side of the branch at the end of [from] that is [block]. */
static void describe_side(LLVMBasicBlockRef block, LLVMBasicBlockRef from, bool is_own, int sign, int8_t *features) {
    add(features, describe_return(block, from), sign);
    if (is_own) describe_contents(block, sign, features);
    LLVMValueRef end = LLVMGetBasicBlockTerminator(block);
    if (LLVMGetNumSuccessors(end) != 1) return;
    LLVMBasicBlockRef next = LLVMGetSuccessor(end, 0);
    bool returns = LLVMIsAReturnInst(LLVMGetBasicBlockTerminator(next)) != NULL;
    add(features, describe_return(next, block), sign);
    if (returns) add(features, PGO_JUMPS_TO_RETURN, sign);
}

void pgo_describe_branch(LLVMValueRef branch, const bool *is_own, int8_t *features) {
    for (int i = 0; i < PGO_BRANCH_FEATURES; i++) features[i] = 0;
    describe_condition(LLVMGetCondition(branch), features);
    for (unsigned i = 0; i < 2; i++)
        describe_side(LLVMGetSuccessor(branch, i), LLVMGetInstructionParent(branch), is_own[i], i == 0 ? 1 : -1,
                      features);
}
