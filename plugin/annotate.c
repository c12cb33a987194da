/* Takes the fitted frequencies; gives them to LLVM as entry counts and branch weights, and the whole profile's summary
 * beside them. A function without samples that its callers call often gets their count and keeps its branches; any
 * other keeps what it has: no count means "not known" to LLVM, not "cold".
 *
 *   br i1 %c, label %a, label %b              ⟶   br i1 %c, label %a, label %b, !prof !{!"branch_weights", …}
 *   define i32 @f(…) {                        ⟶   define i32 @f(…) !prof !{!"function_entry_count", i64 …} {
 *
 * Samples cannot prove that an edge never runs, so no weight is 0. Calls get no counts: with a summary of LLVM's
 * InstrProf kind it reads a call's count from its block. Selects stay as they are: nothing is fitted for them.
 */
#include "plugin.h"

/* Weights are probabilities times this: fine enough for loops of a million trips, and their sum fits in 32 bits. */
static const double WEIGHT_SCALE = 1 << 24;

static uint64_t round_count(double count) {
    if (!(count >= 1)) return 1;
    return count >= 0x1p60 ? (uint64_t)1 << 60 : (uint64_t)count;
}

uint64_t pgo_get_block_count(const pgo_function *function, uint32_t block) {
    return round_count(function->entry_rate * PGO_COUNT_SCALE * function->block_frequency[block]);
}

/* An indirect call that is an invoke keeps its !prof for the value profile of its targets. */
static bool takes_weights(LLVMValueRef terminator) {
    switch (LLVMGetInstructionOpcode(terminator)) {
    case LLVMBr:
    case LLVMSwitch:
    case LLVMIndirectBr:
    case LLVMCallBr:
        return true;
    case LLVMInvoke:
        return LLVMIsAFunction(LLVMGetCalledValue(terminator)) != NULL;
    default:
        return false;
    }
}

static bool write_branch_weights(pgo_run *run, const pgo_function *function, const double *probability,
                                 uint32_t *branch_count) {
    const pgo_graph *graph = &function->graph;
    for (uint32_t b = 0; b < graph->block_count; b++) {
        uint32_t first = graph->first_successor[b], count = graph->first_successor[b + 1] - first;
        LLVMValueRef terminator = LLVMGetBasicBlockTerminator(function->blocks[b]);
        if (count < 2 || count != LLVMGetNumSuccessors(terminator) || !takes_weights(terminator)) continue;
        uint32_t *weights = pprof_allocate(run->arena, count, sizeof *weights, run->status);
        if (weights == NULL) return false;
        for (uint32_t i = 0; i < count; i++) {
            double weight = probability[first + i] * WEIGHT_SCALE;
            weights[i] = weight >= 1 ? (uint32_t)(weight < WEIGHT_SCALE ? weight : WEIGHT_SCALE) : 1;
        }
        if (!pgo_set_branch_weights(run, terminator, weights, count)) return false;
        ++*branch_count;
    }
    return true;
}

/* What decides whether LLVM may vectorize a loop. */
typedef struct loop_judge {
    pgo_host *host;
    const pgo_function *function;
    bool *block_has_call;
} loop_judge;

static bool make_judge(pgo_run *run, const pgo_function *function, loop_judge *judge) {
    *judge = (loop_judge){.host = run->host, .function = function};
    judge->block_has_call = pprof_allocate(run->arena, function->graph.block_count, sizeof(bool), run->status);
    if (judge->block_has_call == NULL) return false;
    for (uint32_t c = 0; c < function->call_count; c++)
        judge->block_has_call[run->module.calls[function->first_call + c].block] = true;
    return true;
}

/* Loops with calls, and loops that run until something is found, are not vectorized, and in the first the callees'
 * hotness hangs on the trip count. */
static bool may_vectorize(void *context, uint32_t header, const uint32_t *body, uint32_t body_count) {
    const loop_judge *judge = context;
    for (uint32_t i = 0; i < body_count; i++)
        if (judge->block_has_call[body[i]]) return false;
    return pgo_shim_is_countable_loop(judge->host, judge->function->blocks[header]);
}

static bool report_function(pgo_run *run, uint32_t index, uint32_t branch_count, const pgo_raised_loops *raised) {
    const pgo_function *function = &run->module.functions[index];
    uint64_t samples = pgo_get_samples(&run->weights, function->matched_samples);
    pgo_decision decision = {
        .kind = PGO_DECISION_ANALYSIS, .name = "Frequencies", .function = index, .weight = function->matched_samples};
    if (function->entry_rate > 0)
        decision.message = pprof_format_string(
            run->arena, run->status, "entry count %llu and weights at %u branches, from %llu samples",
            (unsigned long long)pgo_get_block_count(function, 0), branch_count, (unsigned long long)samples);
    else
        decision.message = pprof_format_string(run->arena, run->status,
                                               "weights at %u branches, from %llu samples; no entry count, since none "
                                               "of them came through a call in this file",
                                               branch_count, (unsigned long long)samples);
    if (decision.message == NULL || !pgo_add_decision(run, decision)) return false;
    if (raised->count == 0) return true;
    decision.name = "UncertainTripCount";
    decision.message =
        pprof_format_string(run->arena, run->status,
                            "loops that look too short to vectorize: %u (the shortest: %u visits per entry); "
                            "the samples are too few to say so, and it is written as just long enough",
                            raised->count, (unsigned)raised->least_visits);
    return decision.message != NULL && pgo_add_decision(run, decision);
}

static bool annotate_function(pgo_run *run, uint32_t index) {
    pgo_function *function = &run->module.functions[index];
    const pgo_graph *graph = &function->graph;
    loop_judge judge;
    const pgo_loop_question question = {may_vectorize, &judge};
    double *probability =
        pprof_allocate(run->arena, graph->first_successor[graph->block_count], sizeof *probability, run->status);
    pgo_raised_loops raised;
    uint32_t branch_count = 0;
    if (probability == NULL || !make_judge(run, function, &judge) ||
        !pgo_raise_uncertain_trips(function, &question, run->arena, probability, &raised, run->status) ||
        !pgo_correct_certainty(function, run->arena, probability, run->status) ||
        !write_branch_weights(run, function, probability, &branch_count))
        return false;
    if (function->entry_rate > 0) pgo_set_entry_count(run, function->value, pgo_get_block_count(function, 0));
    return report_function(run, index, branch_count, &raised);
}

/* A function that no sample met, but whose callers were seen to call it. */
static bool pass_on_count(pgo_run *run, uint32_t index) {
    const pgo_function *function = &run->module.functions[index];
    uint64_t entry_count = round_count(function->entry_rate * PGO_COUNT_SCALE);
    pgo_set_entry_count(run, function->value, entry_count);
    pgo_decision decision = {.kind = PGO_DECISION_ANALYSIS,
                             .name = "CallersFrequency",
                             .function = index,
                             .message = pprof_format_string(run->arena, run->status,
                                                            "entry count %llu, from its callers; no samples of its own",
                                                            (unsigned long long)entry_count)};
    return decision.message != NULL && pgo_add_decision(run, decision);
}

bool pgo_annotate_frequencies(pgo_run *run) {
    bool is_any_annotated = false;
    for (uint32_t f = 0; f < run->module.function_count; f++) {
        pgo_function *function = &run->module.functions[f];
        if (function->state != PGO_TAKES_PART || !pgo_is_estimated(function) ||
            !pgo_hash_allows(run, "frequency", function->name, 0, 0, NULL))
            continue;
        if (!(function->has_frequencies ? annotate_function(run, f) : pass_on_count(run, f))) return false;
        is_any_annotated = true;
    }
    /* A summary without counts would take away LLVM's own guesses about cold calls and give nothing for them. */
    return !is_any_annotated || pgo_write_summary(run);
}
