/* Takes indirect calls with the targets that the profile saw there; gives their main targets as guarded direct calls,
 * which the inliner can then take in. The indirect call stays as the other branch, so a wrong profile costs a compare.
 *
 *   before:  r = o->area(o);              after:  if (o->area == square_area) r = square_area(o);
 *                                                 else r = o->area(o);
 *
 * LLVM's own pass for this (pgo-icall-prom) promotes by entries of its symbol table, only where its summary says hot,
 * and never a function that the module merely declares. Here the decision is ours and LLVM's promotion utility does
 * the work; its limits are kept: three targets, each at least 5 % of the call (an option) and 30 % of what the ones
 * before it left. As in Go, the second target is never taken for the first: where one cannot be promoted, the rest
 * is left, and stays as value-profile metadata, by which a ThinLTO link may import and promote it.
 *
 * Weights of targets are inclusive: a slow target looks more frequent than it is. Cannot know targets that the
 * profile names and this module does not.
 */
#include "plugin.h"

enum {
    SAMPLES_NEEDED = 5,
    TARGET_LIMIT = 3,
    REMAINDER_PERMILLE = 300,
};

/* The state of one indirect call while its targets are taken one after another. */
typedef struct call_site {
    uint32_t function, call; /* indices into the module */
    uint64_t weight;         /* inclusive, of all targets */
    uint64_t remaining;      /* of targets not promoted */
    uint64_t count;          /* executions of the indirect call that are left to it */
} call_site;

static const char *get_target_name(const pgo_run *run, const pgo_target *target) {
    return target->function != PGO_NONE
               ? run->module.functions[target->function].name
               : pprof_get_weight_function(&run->weights, target->weight_function).linkage_name;
}

static const pgo_target *get_target(const pgo_run *run, const call_site *site, uint32_t index) {
    return &run->module.targets[run->module.calls[site->call].first_target + index];
}

static bool refuse(pgo_run *run, const call_site *site, const pgo_target *target, const char *reason) {
    const char *name = get_target_name(run, target);
    const char *weight = pgo_describe_weight(run, target->inclusive);
    if (weight == NULL) return false;
    unsigned permille = pgo_get_permille(target->inclusive, site->weight);
    const char *message = pprof_format_string(run->arena, run->status,
                                              "indirect call not promoted to %s (%s; %u.%u %% of the call's): %s", name,
                                              weight, permille / 10, permille % 10, reason);
    return message != NULL && pgo_add_decision(run, (pgo_decision){.kind = PGO_DECISION_MISSED,
                                                                   .name = "NotPromoted",
                                                                   .function = site->function,
                                                                   .at = run->module.calls[site->call].instruction,
                                                                   .callee = name,
                                                                   .weight = target->inclusive,
                                                                   .whole = site->weight,
                                                                   .reason = reason,
                                                                   .message = message});
}

static bool report_promotion(pgo_run *run, const call_site *site, const pgo_target *target) {
    const char *name = get_target_name(run, target);
    const char *weight = pgo_describe_weight(run, target->inclusive);
    if (weight == NULL) return false;
    unsigned permille = pgo_get_permille(target->inclusive, site->weight);
    const char *message =
        pprof_format_string(run->arena, run->status, "indirect call promoted to %s (%s; %u.%u %% of the call's)", name,
                            weight, permille / 10, permille % 10);
    return message != NULL && pgo_add_decision(run, (pgo_decision){.kind = PGO_DECISION_PASSED,
                                                                   .name = "Promoted",
                                                                   .function = site->function,
                                                                   .at = run->module.calls[site->call].instruction,
                                                                   .callee = name,
                                                                   .weight = target->inclusive,
                                                                   .whole = site->weight,
                                                                   .message = message});
}

/* Why the target cannot or should not be promoted, or NULL. */
static const char *find_obstacle(const pgo_run *run, const call_site *site, const pgo_target *target) {
    const pgo_call *call = &run->module.calls[site->call];
    if (pgo_get_permille(target->inclusive, site->weight) < run->options.devirtualize_min_share * 10)
        return "its share is below -pgo-devirtualize-min-share";
    if (pgo_get_permille(target->inclusive, site->remaining) < REMAINDER_PERMILLE)
        return "too many targets share the call";
    if (target->function == PGO_NONE) return "this file does not know it";
    const pgo_function *callee = &run->module.functions[target->function];
    /* A reference that the file has not had might keep it from linking. */
    if (LLVMIsDeclaration(callee->value) && LLVMGetFirstUse(callee->value) == NULL)
        return "this file declares it but does not use it";
    const char *reason = NULL;
    if (!pgo_shim_can_promote_call(call->instruction, callee->value, &reason))
        return reason == NULL ? "LLVM cannot promote it" : reason;
    if (!pgo_hash_allows(run, "devirt", run->module.functions[site->function].name, call->line, call->place.column,
                         callee->name))
        return "-pgo-hash leaves it out";
    return NULL;
}

/* [part] of [whole] as that share of [count]. */
static uint64_t share_count(uint64_t count, uint64_t part, uint64_t whole) {
    return whole == 0 ? 0 : (uint64_t)((unsigned __int128)count * part / whole);
}

/* Gives how many targets were promoted. */
static bool promote_targets(pgo_run *run, call_site *site, uint32_t *promoted) {
    const pgo_call *call = &run->module.calls[site->call];
    for (*promoted = 0; *promoted < call->target_count; ++*promoted) {
        const pgo_target *target = get_target(run, site, *promoted);
        if (*promoted == TARGET_LIMIT) break;
        const char *obstacle = find_obstacle(run, site, target);
        if (obstacle != NULL) return refuse(run, site, target, obstacle);
        uint64_t count = share_count(site->count, target->inclusive, site->remaining);
        /* The indirect call is always possible: its side of the branch keeps a weight. */
        if (site->count <= count) site->count = count + 1;
        LLVMValueRef direct =
            pgo_shim_promote_call(call->instruction, run->module.functions[target->function].value, count, site->count);
        run->promotions[run->promotion_count++] =
            (pgo_promotion){direct, site->function, site->call, call->first_target + *promoted};
        site->remaining -= target->inclusive < site->remaining ? target->inclusive : site->remaining;
        site->count -= count;
        if (!report_promotion(run, site, target)) return false;
    }
    return true;
}

/* What is left to the indirect call, for LLVM's later passes and for the link. */
static void write_value_profile(pgo_run *run, const call_site *site, uint32_t promoted) {
    const pgo_call *call = &run->module.calls[site->call];
    pgo_value_count values[PGO_VALUE_LIMIT];
    uint32_t count = 0;
    for (uint32_t i = promoted; i < call->target_count && count < PGO_VALUE_LIMIT; i++) {
        const pgo_target *target = get_target(run, site, i);
        uint64_t guid = target->function != PGO_NONE
                            ? pgo_shim_get_function_guid(run->module.functions[target->function].value)
                            : pgo_shim_get_name_guid(get_target_name(run, target));
        uint64_t target_count = share_count(site->count, target->inclusive, site->remaining);
        if (target_count != 0) values[count++] = (pgo_value_count){guid, target_count};
    }
    pgo_set_value_profile(run, call->instruction, site->count, values, count);
}

static bool devirtualize_call(pgo_run *run, uint32_t function_index, uint32_t call_index) {
    const pgo_function *function = &run->module.functions[function_index];
    const pgo_call *call = &run->module.calls[call_index];
    call_site site = {.function = function_index, .call = call_index};
    for (uint32_t t = 0; t < call->target_count; t++)
        site.weight = pprof_add_weights(site.weight, get_target(run, &site, t)->inclusive);
    if (site.weight == 0) return true;
    site.remaining = site.weight;
    site.count = function->has_frequencies ? pgo_get_block_count(function, call->block) : site.weight;
    if (pgo_get_samples(&run->weights, site.weight) < SAMPLES_NEEDED)
        return refuse(run, &site, get_target(run, &site, 0), "5 samples are needed at the call");
    if (site.weight < run->hot->last.leaf) return refuse(run, &site, get_target(run, &site, 0), "the call is not hot");
    uint32_t promoted;
    if (!promote_targets(run, &site, &promoted)) return false;
    write_value_profile(run, &site, promoted);
    return true;
}

bool pgo_devirtualize_calls(pgo_run *run) {
    const pgo_module *module = &run->module;
    run->promotions = pprof_allocate(run->arena, module->target_count, sizeof *run->promotions, run->status);
    if (run->promotions == NULL) return false;
    for (uint32_t f = 0; f < module->function_count; f++) {
        const pgo_function *function = &module->functions[f];
        if (function->state != PGO_TAKES_PART) continue;
        for (uint32_t c = 0; c < function->call_count; c++) {
            uint32_t index = function->first_call + c;
            const pgo_call *call = &module->calls[index];
            if (call->kind == PGO_CALL_INDIRECT && call->target_count != 0 && !devirtualize_call(run, f, index))
                return false;
        }
    }
    return true;
}
