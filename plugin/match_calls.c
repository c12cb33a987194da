/* Takes a function's calls and the call edges of its contexts' bodies; gives each call its samples and its targets.
 *
 * An edge belongs to the call at its place whose callee it names, or to the indirect call there. Two calls on one line
 * are told apart by column; without columns by callee; what still cannot be told apart shares the samples.
 *
 * Two kinds of edges name a place where no such call stands:
 *   - at line 0, where the profiled build had made one call of several: those share the samples that have none at their
 * own place;
 *   - tail calls (tail_calls.c): main calls walk, walk jumps to step, and the stack says that main called step. They
 * are given to the calls of step that walk, or what it jumps to, may have made as jumps. What is left is reported where
 * a direct call of another function stands at the edge's very place. */
#include "match.h"

#include <stdlib.h>

/* A call, keyed by the first of the contexts that share its samples. */
typedef struct located_call {
    uint32_t context, line, column, call;
} located_call;

typedef struct call_matcher {
    pgo_matcher *matcher;
    pgo_function *function;
    located_call *calls; /* sorted */
    bool *has_edge;      /* per call of the function: an edge was at its very place */
    uint32_t *chosen;    /* calls of the edge at hand */
    uint32_t chosen_count, chosen_capacity;
    bool is_guess; /* the place did not say that it was them */
} call_matcher;

static int compare_located(const void *left, const void *right) {
    const located_call *a = left, *b = right;
    if (a->context != b->context) return a->context < b->context ? -1 : 1;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    if (a->column != b->column) return a->column < b->column ? -1 : 1;
    return (a->call > b->call) - (a->call < b->call);
}

/* By call; within one by callee, to add up. */
static int compare_shares(const void *left, const void *right) {
    const pgo_call_share *a = left, *b = right;
    if (a->call != b->call) return a->call < b->call ? -1 : 1;
    return (a->weight_function > b->weight_function) - (a->weight_function < b->weight_function);
}

static int compare_targets(const void *left, const void *right) {
    const pgo_target *a = left, *b = right;
    if (a->inclusive != b->inclusive) return a->inclusive > b->inclusive ? -1 : 1;
    return (a->weight_function > b->weight_function) - (a->weight_function < b->weight_function);
}

/* ---- edges ─▶ calls ---------------------------------------------------------------------------------------------- */

/* Whether [call] can have called [weight_function]: by name, or because it is indirect. */
static bool may_call(const pgo_matcher *matcher, const pgo_call *call, pgo_call_kind kind, uint32_t weight_function) {
    if (call->kind != kind) return false;
    if (kind == PGO_CALL_INDIRECT) return true;
    return call->callee != PGO_NONE &&
           matcher->identities[matcher->function_identity[call->callee]].weight_function == weight_function;
}

/* How far apart two columns are: 0 equal, 1 one of them not known, more otherwise. */
static uint64_t get_distance(uint32_t a, uint32_t b) {
    if (a == b) return 0;
    if (a == 0 || b == 0) return 1;
    return 1 + (uint64_t)(a > b ? a - b : b - a);
}

static bool choose_call(call_matcher *calls, uint32_t call) {
    const pgo_matcher *matcher = calls->matcher;
    uint32_t *chosen = pgo_grow_array(calls->chosen, calls->chosen_count, &calls->chosen_capacity, sizeof *chosen,
                                      matcher->scratch, matcher->run->status);
    if (chosen == NULL) return false;
    calls->chosen = chosen;
    chosen[calls->chosen_count++] = call;
    return true;
}

/* Chooses among the calls [first, end) of one line those of [kind] that the edge may be: the ones in its very column;
 * else, where a side knows no column, all; else the nearest direct ones, or the only indirect one. */
static bool choose_calls(call_matcher *calls, uint32_t first, uint32_t end, pgo_call_kind kind,
                         const pprof_body *edge) {
    const pgo_matcher *matcher = calls->matcher;
    uint64_t nearest = UINT64_MAX;
    uint32_t candidate_count = 0;
    calls->chosen_count = 0;
    for (uint32_t i = first; i < end; i++) {
        if (!may_call(matcher, &matcher->module->calls[calls->calls[i].call], kind, edge->function)) continue;
        candidate_count++;
        uint64_t distance = get_distance(edge->place.column, calls->calls[i].column);
        if (distance < nearest) {
            nearest = distance;
            calls->chosen_count = 0;
        }
        if (distance == nearest && !choose_call(calls, calls->calls[i].call)) return false;
    }
    if (kind == PGO_CALL_INDIRECT && nearest > 1 && candidate_count > 1) calls->chosen_count = 0;
    return true;
}

/* Like may_call, where the place says nothing: an indirect call must have the callee's very type. */
static bool is_likely_call(const pgo_matcher *matcher, const pgo_call *call, pgo_call_kind kind,
                           uint32_t weight_function) {
    if (!may_call(matcher, call, kind, weight_function)) return false;
    if (kind == PGO_CALL_DIRECT) return true;
    uint32_t callee = pgo_get_module_function(matcher, weight_function);
    return callee != PGO_NONE && LLVMGetCalledFunctionType(call->instruction) ==
                                     LLVMGlobalGetValueType(matcher->module->functions[callee].value);
}

/* Chooses the calls of [context] that one at line 0 may have been made of: those that no edge names by their place. If
 * all are named, the compiler had made copies and merged some: then all of them. */
static bool choose_merged_calls(call_matcher *calls, uint32_t context, pgo_call_kind kind, const pprof_body *edge) {
    const pgo_matcher *matcher = calls->matcher;
    for (int has_edge = 0; has_edge <= 1 && calls->chosen_count == 0; has_edge++)
        for (uint32_t i = 0; i < calls->function->call_count; i++) {
            const located_call *at = &calls->calls[i];
            if (at->context == context && calls->has_edge[at->call - calls->function->first_call] == has_edge &&
                is_likely_call(matcher, &matcher->module->calls[at->call], kind, edge->function) &&
                !choose_call(calls, at->call))
                return false;
        }
    return true;
}

/* ---- tail calls ---------------------------------------------------------------------------------------------------
 */

/* The functions that a call at the edge's place may have left by a jump, nearest first. */
typedef struct jump_chain {
    uint32_t functions[16];
    uint32_t count;
} jump_chain;

static void add_to_chain(const pgo_matcher *matcher, jump_chain *chain, uint32_t function) {
    if (function == PGO_NONE || matcher->module->functions[function].state != PGO_TAKES_PART) return;
    for (uint32_t i = 0; i < chain->count; i++)
        if (chain->functions[i] == function) return;
    if (chain->count < sizeof chain->functions / sizeof *chain->functions) chain->functions[chain->count++] = function;
}

/* Chooses the calls of [kind] that the nearest function of the chain may have jumped by; the chain grows with the
 * functions that it may have jumped to. */
static bool choose_jumps(call_matcher *calls, jump_chain *chain, pgo_call_kind kind, const pprof_body *edge) {
    const pgo_matcher *matcher = calls->matcher;
    for (uint32_t f = 0; f < chain->count && calls->chosen_count == 0; f++) {
        const pgo_function *function = &matcher->module->functions[chain->functions[f]];
        for (uint32_t c = function->first_call; c < function->first_call + function->call_count; c++) {
            const pgo_call *call = &matcher->module->calls[c];
            if (!call->may_be_jump) continue;
            if (is_likely_call(matcher, call, kind, edge->function)) {
                if (!choose_call(calls, c)) return false;
            } else if (call->kind == PGO_CALL_DIRECT) {
                add_to_chain(matcher, chain, call->callee);
            }
        }
    }
    return true;
}

/* Chooses the jumps behind the direct calls [first, end) that stand in the edge's column. */
static bool choose_tail_calls(call_matcher *calls, uint32_t first, uint32_t end, const pprof_body *edge) {
    const pgo_matcher *matcher = calls->matcher;
    jump_chain chain = {0};
    for (uint32_t i = first; i < end; i++) {
        const pgo_call *call = &matcher->module->calls[calls->calls[i].call];
        if (call->kind == PGO_CALL_DIRECT && get_distance(edge->place.column, calls->calls[i].column) <= 1)
            add_to_chain(matcher, &chain, call->callee);
    }
    if (!choose_jumps(calls, &chain, PGO_CALL_DIRECT, edge)) return false;
    return calls->chosen_count != 0 || choose_jumps(calls, &chain, PGO_CALL_INDIRECT, edge);
}

/* ---- shares -------------------------------------------------------------------------------------------------------
 */

/* Gives the edge's samples to the chosen calls in equal shares; the first get what does not divide. */
static bool share_samples(call_matcher *calls, uint32_t edge) {
    pgo_matcher *matcher = calls->matcher;
    uint64_t inclusive = pgo_get_inclusive(matcher, edge), leaf = pgo_get_leaf(matcher, edge);
    uint32_t count = calls->chosen_count;
    for (uint32_t i = 0; i < count; i++) {
        pgo_call_share *shares = pgo_grow_array(matcher->shares, matcher->share_count, &matcher->share_capacity,
                                                sizeof *shares, matcher->scratch, matcher->run->status);
        if (shares == NULL) return false;
        matcher->shares = shares;
        if (calls->is_guess && count > 1) matcher->module->calls[calls->chosen[i]].shares_samples = true;
        shares[matcher->share_count++] =
            (pgo_call_share){.call = calls->chosen[i],
                             .weight_function = pprof_get_body(matcher->weights, edge).function,
                             .inclusive = inclusive / count + (i < inclusive % count),
                             .leaf = leaf / count + (i < leaf % count)};
    }
    return true;
}

/* Says so where a direct call stands at the very place of an edge that goes elsewhere. */
static bool report_other_callee(call_matcher *calls, uint32_t first, uint32_t end, uint32_t edge_index) {
    pgo_run *run = calls->matcher->run;
    pprof_body edge = pprof_get_body(calls->matcher->weights, edge_index);
    for (uint32_t i = first; i < end; i++) {
        const pgo_call *call = &calls->matcher->module->calls[calls->calls[i].call];
        if (call->kind != PGO_CALL_DIRECT || call->callee == PGO_NONE || edge.place.column == 0 ||
            calls->calls[i].column != edge.place.column)
            continue;
        const char *seen = pprof_get_weight_function(calls->matcher->weights, edge.function).linkage_name;
        const char *called = calls->matcher->module->functions[call->callee].name;
        uint64_t samples = pgo_get_inclusive(calls->matcher, edge_index);
        const char *message = pprof_format_string(
            run->arena, run->status,
            "%llu samples not matched: the profile saw a call of %s here, the code calls %s (a tail call behind it, a "
            "frame that the profiler missed, or changed code)",
            (unsigned long long)pgo_get_samples(calls->matcher->weights, samples), seen, called);
        return message != NULL &&
               pgo_add_decision(run, (pgo_decision){.kind = PGO_DECISION_MISSED,
                                                    .name = "OtherCallee",
                                                    .function = (uint32_t)(calls->function - run->module.functions),
                                                    .at = call->instruction,
                                                    .callee = seen,
                                                    .weight = samples,
                                                    .message = message});
    }
    return true;
}

/* The calls of (context, line): [*first, *end). */
static void find_line(const call_matcher *calls, uint32_t context, uint32_t line, uint32_t *first, uint32_t *end) {
    uint32_t low = 0, high = calls->function->call_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const located_call *at = &calls->calls[middle];
        if (at->context < context || (at->context == context && at->line < line))
            low = middle + 1;
        else
            high = middle;
    }
    *first = *end = low;
    while (*end < calls->function->call_count && calls->calls[*end].context == context &&
           calls->calls[*end].line == line)
        (*end)++;
}

/* Whether [body] is an inlined copy's: then its samples are in this function already, and no call led there. */
static bool is_copy(const pgo_matcher *matcher, uint32_t body) {
    uint32_t low = 0, high = matcher->copy_body_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (matcher->copy_bodies[middle] < body)
            low = middle + 1;
        else
            high = middle;
    }
    return low < matcher->copy_body_count && matcher->copy_bodies[low] == body;
}

/* Chooses the calls that the edge's samples are of, the surest way first. */
static bool choose_all(call_matcher *calls, uint32_t context, uint32_t line, uint32_t first, uint32_t end,
                       const pprof_body *edge) {
    if (!choose_calls(calls, first, end, PGO_CALL_DIRECT, edge)) return false;
    if (calls->chosen_count == 0 && !choose_calls(calls, first, end, PGO_CALL_INDIRECT, edge)) return false;
    calls->is_guess = calls->chosen_count == 0;
    if (calls->chosen_count == 0 && line == 0) {
        if (!choose_merged_calls(calls, context, PGO_CALL_DIRECT, edge)) return false;
        if (calls->chosen_count == 0 && !choose_merged_calls(calls, context, PGO_CALL_INDIRECT, edge)) return false;
    }
    return calls->chosen_count != 0 || choose_tail_calls(calls, first, end, edge);
}

/* The edges at line 0, or all others. These come first: they tell which calls were not merged. */
static bool match_edges(call_matcher *calls, uint32_t context, bool is_at_zero) {
    const pgo_matcher *matcher = calls->matcher;
    uint32_t body_index = matcher->module->contexts[context].weight_body;
    pprof_body body = pprof_get_body(matcher->weights, body_index);
    for (uint32_t e = body.first_call; e < body.first_call + body.call_count; e++) {
        pprof_body edge = pprof_get_body(matcher->weights, e);
        if (pgo_get_inclusive(matcher, e) == 0 || is_copy(matcher, e)) continue;
        uint32_t line = pgo_get_line(matcher, context, body_index, edge.place.offset), first, end;
        if ((line == 0) != is_at_zero) continue;
        find_line(calls, context, line, &first, &end);
        if (!choose_all(calls, context, line, first, end, &edge)) return false;
        for (uint32_t i = 0; i < calls->chosen_count && !calls->is_guess; i++)
            calls->has_edge[calls->chosen[i] - calls->function->first_call] = true;
        bool done = calls->chosen_count != 0 ? share_samples(calls, e) : report_other_callee(calls, first, end, e);
        if (!done) return false;
    }
    return true;
}

/* ---- shares ─▶ targets ------------------------------------------------------------------------------------------- */

static bool add_target(pgo_matcher *matcher, pgo_call *call, const pgo_call_share *share) {
    pgo_module *module = matcher->module;
    pgo_target *targets = pgo_grow_array(module->targets, module->target_count, &matcher->target_capacity,
                                         sizeof *targets, matcher->run->arena, matcher->run->status);
    if (targets == NULL) return false;
    module->targets = targets;
    targets[module->target_count++] = (pgo_target){.weight_function = share->weight_function,
                                                   .function = pgo_get_module_function(matcher, share->weight_function),
                                                   .inclusive = share->inclusive,
                                                   .leaf = share->leaf};
    call->target_count++;
    call->inclusive = pprof_add_weights(call->inclusive, share->inclusive);
    call->leaf = pprof_add_weights(call->leaf, share->leaf);
    return true;
}

bool pgo_write_targets(pgo_matcher *matcher) {
    pgo_module *module = matcher->module;
    if (matcher->share_count != 0)
        qsort(matcher->shares, matcher->share_count, sizeof *matcher->shares, compare_shares);
    for (uint32_t i = 0; i < matcher->share_count;) {
        pgo_call *call = &module->calls[matcher->shares[i].call];
        uint32_t call_index = matcher->shares[i].call;
        call->first_target = module->target_count;
        while (i < matcher->share_count && matcher->shares[i].call == call_index) {
            pgo_call_share sum = matcher->shares[i++];
            for (; i < matcher->share_count && compare_shares(&matcher->shares[i], &sum) == 0; i++) {
                sum.inclusive = pprof_add_weights(sum.inclusive, matcher->shares[i].inclusive);
                sum.leaf = pprof_add_weights(sum.leaf, matcher->shares[i].leaf);
            }
            if (!add_target(matcher, call, &sum)) return false;
        }
        qsort(&module->targets[call->first_target], call->target_count, sizeof(pgo_target), compare_targets);
    }
    return true;
}

bool pgo_match_calls(pgo_matcher *matcher, pgo_function *function) {
    if (function->call_count == 0) return true;
    call_matcher calls = {.matcher = matcher, .function = function};
    calls.calls = pprof_allocate(matcher->scratch, function->call_count, sizeof *calls.calls, matcher->run->status);
    calls.has_edge =
        pprof_allocate(matcher->scratch, function->call_count, sizeof *calls.has_edge, matcher->run->status);
    if (calls.calls == NULL || calls.has_edge == NULL) return false;
    for (uint32_t i = 0; i < function->call_count; i++) {
        uint32_t call = function->first_call + i;
        const pgo_call *at = &matcher->module->calls[call];
        calls.calls[i] = (located_call){matcher->shared_context[at->context], at->line, at->place.column, call};
    }
    qsort(calls.calls, function->call_count, sizeof *calls.calls, compare_located);
    for (uint32_t c = function->first_context; c < function->first_context + function->context_count; c++)
        if (matcher->module->contexts[c].weight_body != PPROF_NONE && matcher->shared_context[c] == c &&
            !(match_edges(&calls, c, false) && match_edges(&calls, c, true)))
            return false;
    return true;
}
