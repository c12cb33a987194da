/* Takes the hot call edges and this module's direct calls, promoted ones among them; gives hot call sites a higher
 * inline threshold, and says which it had to leave.
 *
 *   %r = call i32 @is_square(i64 %n)   ⟶   %r = call i32 @is_square(i64 %n) #7
 *                                          attributes #7 = { "function-inline-threshold"="2000" "pgo-hot" }
 *
 * A site is hot when the edge from its body to this callee is hot in the whole profile and the site itself got
 * samples: of two copies of a body, one may be hot and the other not. Unlike Go's, the key holds the callee, and the
 * column where the profile has one, so that two calls on one line are two. LLVM's own inliner still decides, by its
 * estimate of cost against the threshold; left.c says afterwards where it declined.
 *
 * Growth is bounded as GCC bounds it: a function may double or reach 5,000 instructions, the module may grow by
 * 40 % or 10,000; heaviest sites first. Cannot know how much of a callee folds away in place: sizes are the callee's
 * instructions as they stand, with what this stage has planned to put into it.
 */
#include "plugin.h"

#include <stdlib.h>
#include <string.h>

static const uint64_t CALLER_FLOOR = 5000, CALLER_FACTOR = 2;
static const uint64_t MODULE_FLOOR = 10000, MODULE_GROWTH_PERCENT = 40;

typedef struct hot_call {
    LLVMValueRef instruction;
    uint32_t function, callee; /* into module.functions: the function that holds the call, the callee */
    uint32_t line, column;
    uint32_t order; /* among the module's calls */
    uint64_t leaf, inclusive;
} hot_call;

typedef struct hot_calls {
    hot_call *calls;
    uint32_t count;
    uint64_t *size; /* per function of the module, instructions; grows with what is planned into it */
    uint64_t *own_size;
    uint64_t module_growth, module_limit;
} hot_calls;

/* ---- which calls are hot --------------------------------------------------------------------------------------- */

/* The first of the body's calls at [offset] or behind it. */
static uint32_t find_offset(const pprof_index *weights, const pprof_body *body, int32_t offset) {
    uint32_t low = body->first_call, high = body->first_call + body->call_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (pprof_get_body(weights, middle).place.offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* By the edge in the call's own column; where there is none, match.c has given the call the samples of another column
 * of the line, so any edge of the line to this callee will do. Where the line has none either, the samples are a tail
 * call's or a merged call's, and have to make a hot edge by themselves. */
static bool is_hot_call(const pgo_run *run, const pgo_call *call, uint32_t callee_weights, uint64_t leaf) {
    const pprof_index *weights = &run->weights;
    uint32_t body = run->module.contexts[call->context].weight_body;
    if (body == PPROF_NONE || callee_weights == PGO_NONE || call->line == 0) return false;
    uint32_t caller = pprof_get_body(weights, body).function;
    pprof_body root = pprof_get_body(weights, caller);
    bool is_absolute = pprof_get_weight_function(weights, caller).lines_are_absolute;
    int32_t offset = is_absolute ? (int32_t)call->line : call->place.offset;
    bool is_any = false, is_any_hot = false;
    for (uint32_t e = find_offset(weights, &root, offset); e < root.first_call + root.call_count; e++) {
        pprof_body callee = pprof_get_body(weights, e);
        if (callee.place.offset != offset) break;
        if (callee.function != callee_weights) continue;
        pprof_hot_edge edge = {caller, callee.function, e, callee.place, callee.leaf, callee.inclusive};
        bool is_hot = pprof_is_hot_edge(run->hot, &edge);
        if (callee.place.column == call->place.column) return is_hot;
        is_any = true;
        is_any_hot |= is_hot;
    }
    return is_any ? is_any_hot : leaf != 0 && leaf >= run->hot->last.leaf;
}

static void add_call(const pgo_run *run, hot_calls *hot, const pgo_call *call, hot_call candidate,
                     uint32_t callee_weights) {
    if (candidate.inclusive == 0 || !is_hot_call(run, call, callee_weights, candidate.leaf)) return;
    candidate.line = call->line;
    candidate.column = call->place.column;
    candidate.order = hot->count;
    hot->calls[hot->count++] = candidate;
}

static bool find_hot_calls(pgo_run *run, hot_calls *hot) {
    const pgo_module *module = &run->module;
    size_t capacity = (size_t)module->call_count + run->promotion_count;
    hot->calls = pprof_allocate(run->arena, capacity, sizeof *hot->calls, run->status);
    if (hot->calls == NULL) return false;
    for (uint32_t f = 0; f < module->function_count; f++) {
        const pgo_function *function = &module->functions[f];
        if (function->state != PGO_TAKES_PART) continue;
        for (uint32_t c = 0; c < function->call_count; c++) {
            const pgo_call *call = &module->calls[function->first_call + c];
            if (call->kind != PGO_CALL_DIRECT || call->callee == PGO_NONE) continue;
            hot_call candidate = {.instruction = call->instruction,
                                  .function = f,
                                  .callee = call->callee,
                                  .leaf = call->leaf,
                                  .inclusive = call->inclusive};
            add_call(run, hot, call, candidate, module->functions[call->callee].weight_function);
        }
    }
    for (uint32_t p = 0; p < run->promotion_count; p++) {
        const pgo_promotion *promotion = &run->promotions[p];
        const pgo_target *target = &module->targets[promotion->target];
        hot_call candidate = {.instruction = promotion->instruction,
                              .function = promotion->function,
                              .callee = target->function,
                              .leaf = target->leaf,
                              .inclusive = target->inclusive};
        add_call(run, hot, &module->calls[promotion->call], candidate, target->weight_function);
    }
    return true;
}

/* Heaviest first; the rest makes the order total, and the same in every compile. */
static int order_by_weight(const void *left, const void *right) {
    const hot_call *a = left, *b = right;
    if (a->leaf != b->leaf) return a->leaf < b->leaf ? 1 : -1;
    if (a->inclusive != b->inclusive) return a->inclusive < b->inclusive ? 1 : -1;
    return (a->order > b->order) - (a->order < b->order);
}

/* ---- sizes ------------------------------------------------------------------------------------------------------ */

static uint64_t count_instructions(LLVMValueRef function) {
    uint64_t count = 0;
    for (LLVMBasicBlockRef block = LLVMGetFirstBasicBlock(function); block != NULL;
         block = LLVMGetNextBasicBlock(block))
        for (LLVMValueRef instruction = LLVMGetFirstInstruction(block); instruction != NULL;
             instruction = LLVMGetNextInstruction(instruction))
            if (LLVMIsAPHINode(instruction) == NULL && LLVMIsADbgInfoIntrinsic(instruction) == NULL) count++;
    return count;
}

static bool measure_sizes(pgo_run *run, hot_calls *hot) {
    const pgo_module *module = &run->module;
    hot->size = pprof_allocate(run->arena, module->function_count, sizeof *hot->size, run->status);
    hot->own_size = pprof_allocate(run->arena, module->function_count, sizeof *hot->own_size, run->status);
    if (hot->size == NULL || hot->own_size == NULL) return false;
    uint64_t total = 0;
    for (uint32_t f = 0; f < module->function_count; f++) {
        hot->size[f] = hot->own_size[f] = count_instructions(module->functions[f].value);
        total += hot->size[f];
    }
    hot->module_limit = total * MODULE_GROWTH_PERCENT / 100;
    if (hot->module_limit < MODULE_FLOOR) hot->module_limit = MODULE_FLOOR;
    return true;
}

/* A static function with one call vanishes into it. */
static bool is_used_once(LLVMValueRef function) {
    LLVMLinkage linkage = LLVMGetLinkage(function);
    LLVMUseRef use = LLVMGetFirstUse(function);
    return (linkage == LLVMInternalLinkage || linkage == LLVMPrivateLinkage) && use != NULL &&
           LLVMGetNextUse(use) == NULL;
}

static bool fits(const hot_calls *hot, const hot_call *call, bool is_moved, const char **reason) {
    uint64_t caller_limit = hot->own_size[call->function] * CALLER_FACTOR;
    if (caller_limit < CALLER_FLOOR) caller_limit = CALLER_FLOOR;
    if (hot->size[call->function] + hot->size[call->callee] > caller_limit) {
        *reason = "the calling function would grow past its limit";
        return false;
    }
    if (!is_moved && hot->module_growth + hot->size[call->callee] > hot->module_limit) {
        *reason = "the module would grow past its limit";
        return false;
    }
    return true;
}

/* ---- what LLVM would not inline at any threshold ----------------------------------------------------------------- */

static bool may_be_replaced_at_link(LLVMValueRef function) {
    LLVMLinkage linkage = LLVMGetLinkage(function);
    return linkage == LLVMWeakAnyLinkage || linkage == LLVMLinkOnceAnyLinkage || linkage == LLVMExternalWeakLinkage;
}

static const char *find_obstacle(const pgo_run *run, const hot_call *call) {
    LLVMValueRef caller = run->module.functions[call->function].value;
    LLVMValueRef callee = run->module.functions[call->callee].value;
    if (caller == callee) return "recursive";
    if (LLVMIsDeclaration(callee)) return "external: its body is in another file (link-time optimization would see it)";
    if (pgo_has_attribute(callee, "noinline") || pgo_has_call_attribute(call->instruction, "noinline"))
        return "noinline";
    if (pgo_has_attribute(callee, "optnone")) return "optnone";
    if (pgo_has_attribute(callee, "cold")) return "marked cold in the source";
    if (LLVMIsFunctionVarArg(LLVMGlobalGetValueType(callee))) return "variable arguments";
    if (may_be_replaced_at_link(callee)) return "weak: the linker may replace it";
    if (pgo_has_attribute(caller, "optsize") || pgo_has_attribute(caller, "minsize"))
        return "the calling function is optimized for size";
    return NULL;
}

/* ---- decisions -------------------------------------------------------------------------------------------------- */

/* [detail] ends the sentence; it is the reason of a refusal. */
static bool report_call(pgo_run *run, const hot_call *call, pgo_decision_kind kind, const char *name,
                        const char *format, const char *detail) {
    const char *callee = run->module.functions[call->callee].name;
    const char *weight = pgo_describe_weight(run, call->leaf);
    if (weight == NULL) return false;
    const char *message = pprof_format_string(run->arena, run->status, format, callee, weight, detail);
    return message != NULL &&
           pgo_add_decision(run, (pgo_decision){.kind = kind,
                                                .name = name,
                                                .function = call->function,
                                                .at = call->instruction,
                                                .callee = callee,
                                                .weight = call->leaf,
                                                .reason = kind == PGO_DECISION_MISSED ? detail : NULL,
                                                .message = message});
}

static void add_attribute(pgo_run *run, LLVMValueRef call, const char *name, const char *value) {
    LLVMContextRef context = LLVMGetModuleContext(run->module.llvm);
    LLVMAttributeRef attribute =
        LLVMCreateStringAttribute(context, name, (unsigned)strlen(name), value, (unsigned)strlen(value));
    LLVMAddCallSiteAttribute(call, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, attribute);
}

static bool mark_call(pgo_run *run, hot_calls *hot, const hot_call *call) {
    const pgo_function *caller = &run->module.functions[call->function];
    const pgo_function *callee = &run->module.functions[call->callee];
    if (pgo_has_attribute(callee->value, "alwaysinline")) return true;
    const char *reason = find_obstacle(run, call);
    if (reason != NULL)
        return report_call(run, call, PGO_DECISION_MISSED, "HotCallNotInlinable",
                           "hot call of %s (%s) cannot be inlined: %s", reason);
    bool is_moved = is_used_once(callee->value);
    if (!fits(hot, call, is_moved, &reason))
        return report_call(run, call, PGO_DECISION_MISSED, "HotCallCapped", "hot call of %s (%s) left as it is: %s",
                           reason);
    if (!pgo_hash_allows(run, "inline", caller->name, call->line, call->column, callee->name)) return true;

    hot->size[call->function] += hot->size[call->callee];
    if (!is_moved) hot->module_growth += hot->size[call->callee];
    const char *budget = pprof_format_string(run->arena, run->status, "%u", run->options.inline_budget);
    if (budget == NULL) return false;
    add_attribute(run, call->instruction, "function-inline-threshold", budget);
    add_attribute(run, call->instruction, "pgo-hot", "");
    return report_call(run, call, PGO_DECISION_PASSED, "HotCallSite",
                       "hot call of %s (%s): inline threshold raised to %s", budget);
}

bool pgo_mark_hot_calls(pgo_run *run) {
    hot_calls hot = {0};
    if (!find_hot_calls(run, &hot)) return false;
    if (hot.count == 0) return true;
    if (!measure_sizes(run, &hot)) return false;
    qsort(hot.calls, hot.count, sizeof *hot.calls, order_by_weight);
    for (uint32_t i = 0; i < hot.count; i++)
        if (!mark_call(run, &hot, &hot.calls[i])) return false;
    return true;
}
