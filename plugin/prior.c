/* Takes a function's flow graph with LLVM's static probabilities; gives better ones where LLVM has next to no opinion.
 *
 *   entry = find(table, key);          LLVM: five in eight that it is not null
 *   if (entry == NULL) {               here: 72 in 73
 *       report("no such key");
 *       return -1;
 *   }
 *
 * What code looks like says more of where it goes than LLVM's heuristics know, which are Ball and Larus' of 1993, in
 * part: beside loops and what never returns they tell 37 % from 63 % and nothing else. So each branch that LLVM gives
 * no better odds than nine to one gets the sum of these log odds, of its condition and, with opposite signs, of its
 * sides.
 *
 * The numbers are a logistic regression on the true counts of 66,401 branches that ran in 31 programs (those of bench/,
 * CPython and six more; a program weighs one, a branch the square root of its executions). Of programs that it was not
 * fitted to it finds the likelier way of .744 of all executions, LLVM .584, and the log-likelihood of a branch is
 * -.639, LLVM's -.692, which is a coin's. Each number is worth .001 to .007 of that; what else was asked is worth less:
 * operands' kinds, stores, divisions, switches and calls in general, sizes, LLVM's own odds, the loop that one way
 * leads into. Loops stay as LLVM has them: with their odds fitted, too, the overlap gains .003, and 1-TV loses as much.
 *
 * Mean overlap agree 1-TV entry of 21 programs of bench/accuracy, the numbers fitted without the program at hand:
 * before .833 .795 .803 .689, with this .834 .800 .808 .694; of other recordings, a third as long, .824 .776 .789 .673,
 * .826 .781 .795 .679.
 *
 * Cannot know what a program's data are like; samples do, and outweigh this wherever they are. */
#include "fit.h"
#include "location.h"

/* A branch that LLVM expects with more than this is a loop's, or avoids what is cold or never returns. */
static const double MOST_UNDECIDED = .9;

/* That the condition holds. */
static const double FLAG_IS_SET = -.62;      /* anything but a comparison */
static const double IS_EQUAL = -.57;         /* to anything but null or 0 */
static const double IS_LESS = .36;           /* than anything, but see the next */
static const double IS_NEGATIVE = -.57;      /* less than -1, 0 or 1, signed */
static const double CALL_GIVES_NULL = -1.19; /* a pointer */
static const double BITS_ARE_CLEAR = .64;    /* (x & y) == 0 */

/* That a side is taken: by what it returns, at once or after one jump, */
static const double RETURNS_NULL = -1.77, RETURNS_NEGATIVE = -1.19, RETURNS_ZERO = -.63;
static const double JUMPS_TO_RETURN = -.35;
/* and, of a side that only this branch leads to, by what is in it. */
static const double IS_OWN = -.40, HAS_LOAD = .47, HAS_BRANCH = .21, CALLS_ELSEWHERE = -.36, NAMES_STRING = -1.54;

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

/* Of x == y. */
static double weigh_equality(LLVMValueRef left, LLVMValueRef right) {
    if (LLVMIsAConstantPointerNull(right) != NULL) return is_call(left) ? CALL_GIVES_NULL : 0;
    bool is_zero = LLVMIsAConstantInt(right) != NULL && LLVMIsNull(right);
    if (!is_zero) return IS_EQUAL;
    return is_masked(left) ? BITS_ARE_CLEAR : 0;
}

static double weigh_comparison(LLVMValueRef comparison) {
    LLVMIntPredicate predicate = LLVMGetICmpPredicate(comparison);
    LLVMValueRef left = LLVMGetOperand(comparison, 0), right = LLVMGetOperand(comparison, 1);
    bool is_turned = LLVMIsAConstant(left) != NULL && LLVMIsAConstant(right) == NULL;
    if (is_equality(predicate)) {
        double equal = is_turned ? weigh_equality(right, left) : weigh_equality(left, right);
        return predicate == LLVMIntEQ ? equal : -equal;
    }
    bool is_sign = is_signed(predicate) && is_near_zero(is_turned ? left : right);
    double less = is_sign ? IS_NEGATIVE : IS_LESS;
    return is_less(predicate) != is_turned ? less : -less;
}

static double weigh_float_comparison(LLVMValueRef comparison) {
    switch (LLVMGetFCmpPredicate(comparison)) {
    case LLVMRealOEQ:
    case LLVMRealUEQ:
        return IS_EQUAL;
    case LLVMRealONE:
    case LLVMRealUNE:
        return -IS_EQUAL;
    case LLVMRealOLT:
    case LLVMRealOLE:
    case LLVMRealULT:
    case LLVMRealULE:
        return IS_LESS;
    default:
        return -IS_LESS;
    }
}

/* The operand of xor %x, true; NULL. */
static LLVMValueRef get_negated(LLVMValueRef condition) {
    if (LLVMIsABinaryOperator(condition) == NULL || LLVMGetInstructionOpcode(condition) != LLVMXor) return NULL;
    LLVMValueRef right = LLVMIsAConstantInt(LLVMGetOperand(condition, 1));
    return right != NULL && !LLVMIsNull(right) ? LLVMGetOperand(condition, 0) : NULL;
}

static double weigh_plain_condition(LLVMValueRef condition) {
    if (LLVMIsAICmpInst(condition) != NULL) return weigh_comparison(condition);
    if (LLVMIsAFCmpInst(condition) != NULL) return weigh_float_comparison(condition);
    return FLAG_IS_SET;
}

/* Log odds that the condition holds. */
static double weigh_condition(LLVMValueRef condition) {
    LLVMValueRef negated = get_negated(condition);
    return negated != NULL ? -weigh_plain_condition(negated) : weigh_plain_condition(condition);
}

/* ---- the sides ---- */

/* What [phi] is when control comes from [block]; NULL. */
static LLVMValueRef get_incoming_value(LLVMValueRef phi, LLVMBasicBlockRef block) {
    unsigned count = LLVMCountIncoming(phi);
    for (unsigned i = 0; i < count && count <= VALUE_LIMIT; i++)
        if (LLVMGetIncomingBlock(phi, i) == block) return LLVMGetIncomingValue(phi, i);
    return NULL;
}

/* Of [block] as the end of the function, when control comes from [from]. A bool that is true is negative here: so it
 * was when the numbers were fitted. */
static double weigh_return(LLVMBasicBlockRef block, LLVMBasicBlockRef from) {
    LLVMValueRef end = LLVMGetBasicBlockTerminator(block);
    if (LLVMIsAReturnInst(end) == NULL || LLVMGetNumOperands(end) == 0) return 0;
    LLVMValueRef value = LLVMGetOperand(end, 0);
    if (LLVMIsAPHINode(value) != NULL && LLVMGetInstructionParent(value) == block)
        value = get_incoming_value(value, from);
    if (value == NULL) return 0;
    if (LLVMIsAConstantPointerNull(value) != NULL) return RETURNS_NULL;
    if (LLVMIsAConstantInt(value) == NULL) return 0;
    if (LLVMIsNull(value)) return RETURNS_ZERO;
    return LLVMGetIntTypeWidth(LLVMTypeOf(value)) <= 64 && LLVMConstIntGetSExtValue(value) < 0 ? RETURNS_NEGATIVE : 0;
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

/* Of what is in a block that only the branch leads to. */
static double weigh_contents(LLVMBasicBlockRef block) {
    bool has_load = false, has_outer_call = false, has_string = false;
    for (LLVMValueRef i = LLVMGetFirstInstruction(block); i != NULL; i = LLVMGetNextInstruction(i)) {
        has_load |= LLVMIsALoadInst(i) != NULL;
        if (!is_call(i)) continue;
        has_outer_call |= calls_elsewhere(i);
        has_string |= names_string(i);
    }
    LLVMValueRef end = LLVMGetBasicBlockTerminator(block);
    bool has_branch = LLVMIsABranchInst(end) != NULL && LLVMIsConditional(end);
    return IS_OWN + (has_load ? HAS_LOAD : 0) + (has_branch ? HAS_BRANCH : 0) + (has_outer_call ? CALLS_ELSEWHERE : 0) +
           (has_string ? NAMES_STRING : 0);
}

/* Log odds that the branch at the end of [from] goes to [block]. */
static double weigh_side(LLVMBasicBlockRef block, LLVMBasicBlockRef from, bool is_own) {
    double sum = weigh_return(block, from) + (is_own ? weigh_contents(block) : 0);
    LLVMValueRef end = LLVMGetBasicBlockTerminator(block);
    if (LLVMGetNumSuccessors(end) != 1) return sum;
    LLVMBasicBlockRef next = LLVMGetSuccessor(end, 0);
    bool returns = LLVMIsAReturnInst(LLVMGetBasicBlockTerminator(next)) != NULL;
    return sum + weigh_return(next, block) + (returns ? JUMPS_TO_RETURN : 0);
}

/* ---- the branches ---- */

/* Whether there are two ways that LLVM has no strong opinion about, nor the source by __builtin_expect. */
static bool is_undecided(const pgo_function *function, uint32_t block, unsigned profile_kind) {
    const pgo_graph *graph = &function->graph;
    uint32_t first = graph->first_successor[block];
    if (graph->first_successor[block + 1] - first != 2) return false;
    LLVMValueRef end = LLVMGetBasicBlockTerminator(function->blocks[block]);
    return LLVMIsABranchInst(end) != NULL && LLVMGetMetadata(end, profile_kind) == NULL &&
           graph->successors[first] != graph->successors[first + 1] && graph->probability[first] <= MOST_UNDECIDED &&
           graph->probability[first + 1] <= MOST_UNDECIDED;
}

bool pgo_improve_prior(pgo_function *function, pprof_arena *scratch, pprof_status *status) {
    pgo_graph *graph = &function->graph;
    uint32_t *predecessor_count = pprof_allocate(scratch, graph->block_count, sizeof *predecessor_count, status);
    if (predecessor_count == NULL) return false;
    for (uint32_t e = 0; e < graph->first_successor[graph->block_count]; e++) predecessor_count[graph->successors[e]]++;
    unsigned profile_kind = LLVMGetMDKindIDInContext(LLVMGetTypeContext(LLVMTypeOf(function->value)), "prof", 4);
    for (uint32_t b = 0; b < graph->block_count; b++) {
        if (!is_undecided(function, b, profile_kind)) continue;
        uint32_t first = graph->first_successor[b];
        const uint32_t *sides = graph->successors + first;
        LLVMBasicBlockRef block = function->blocks[b];
        double sum = weigh_condition(LLVMGetCondition(LLVMGetBasicBlockTerminator(block)));
        for (int i = 0; i < 2; i++) {
            double side = weigh_side(function->blocks[sides[i]], block, predecessor_count[sides[i]] == 1);
            sum += i == 0 ? side : -side;
        }
        graph->probability[first] = 1 / (1 + pgo_exp(-sum));
        graph->probability[first + 1] = 1 - graph->probability[first];
    }
    return true;
}
