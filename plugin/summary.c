/* Takes the Weights of the whole profile; gives the "ProfileSummary" module flag, by which LLVM knows what count is hot
 * and what is cold. It must be equal in every translation unit, so nothing of the module enters.
 *
 * LLVM makes a summary from the counts of all blocks of a program. Here each place that got samples stands for a
 * block: samples / cost is its rate, as in the fit, with one typical cost for all places, since no instruction is
 * known here. The 99 % of executions that LLVM calls hot are then the places which have 99 % of the samples.
 *
 * Below one sample the profile is blind, but the coldest of LLVM's cutoffs (999999 of a million) lies there: the least
 * sampled place is not cold, and neither is every function that was hit once. So the list of counts is ended with
 * places of a hundredth of a sample, just enough of them to hold that cutoff.
 *
 *   !{i32 1, !"ProfileSummary", !{!{!"ProfileFormat", !"InstrProf"}, !{!"TotalCount", i64 …}, !{!"MaxCount", i64 …},
 *     !{!"MaxInternalCount", …}, !{!"MaxFunctionCount", …}, !{!"NumCounts", …}, !{!"NumFunctions", …},
 *     !{!"DetailedSummary", !{!{i32 10000, i64 least count, i32 number of counts}, …}}}}
 *
 * Cannot know the cost of a place, nor places in functions that the profile cannot name.
 */
#include "plugin.h"

#include <stdlib.h>
#include <string.h>

/* In the units of cost.c; what a place with a column costs in the mean. */
static const double TYPICAL_PLACE_COST = 2;
static const double BLIND_SAMPLES = 0.01;

/* As LLVM's ProfileSummaryBuilder has them. */
static const uint32_t cutoffs[] = {10000,  100000, 200000, 300000, 400000, 500000, 600000, 700000,
                                   800000, 900000, 950000, 990000, 999000, 999900, 999990, 999999};
enum { CUTOFF_COUNT = sizeof cutoffs / sizeof cutoffs[0], MILLION = 1000000 };

typedef struct summary {
    uint64_t *counts; /* descending */
    uint32_t count_count, function_count;
    uint64_t total;
    uint64_t blind_count; /* what a place that was not seen may have */
} summary;

/* [samples] as a count on the scale of annotate.c: the rate of a place of typical cost. */
static uint64_t count_samples(double samples) {
    double count = samples / TYPICAL_PLACE_COST * PGO_COUNT_SCALE;
    return count < 1 ? 1 : count >= 0x1p60 ? (uint64_t)1 << 60 : (uint64_t)count;
}

static int order_descending(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a < b) - (a > b);
}

/* The roots' selves are the flat view: inlined or not, every sample is there once. */
static bool collect_counts(pgo_run *run, summary *summary) {
    const pprof_weights *weights = &run->weights;
    double samples_per_weight = pgo_get_samples_per_weight(weights);
    size_t capacity = 0;
    for (uint32_t f = 0; f < weights->function_count; f++) capacity += weights->bodies[f].self_count;
    summary->counts = pprof_allocate(run->arena, capacity, sizeof *summary->counts, run->status);
    if (summary->counts == NULL) return false;
    for (uint32_t f = 0; f < weights->function_count; f++) {
        const pprof_body *body = &weights->bodies[f];
        for (uint32_t s = 0; s < body->self_count; s++) {
            uint64_t weight = weights->selves[body->first_self + s].weight;
            if (weight == 0) continue;
            summary->counts[summary->count_count++] = count_samples((double)weight * samples_per_weight);
        }
        if (body->self_count != 0) summary->function_count++;
    }
    qsort(summary->counts, summary->count_count, sizeof *summary->counts, order_descending);
    for (uint32_t i = 0; i < summary->count_count; i++)
        summary->total = pgo_add_weights(summary->total, summary->counts[i]);
    return true;
}

static LLVMMetadataRef make_pair(LLVMContextRef context, const char *key, LLVMMetadataRef value) {
    LLVMMetadataRef operands[] = {pgo_make_name(context, key), value};
    return LLVMMDNodeInContext2(context, operands, 2);
}

static LLVMMetadataRef make_cutoff(LLVMContextRef context, uint32_t cutoff, uint64_t least_count, uint64_t places) {
    LLVMMetadataRef operands[] = {pgo_make_integer(context, 32, cutoff), pgo_make_integer(context, 64, least_count),
                                  pgo_make_integer(context, 32, places > UINT32_MAX ? UINT32_MAX : places)};
    return LLVMMDNodeInContext2(context, operands, 3);
}

/* For each cutoff: how few of the largest counts make up that share of the total, and the least of them. */
static LLVMMetadataRef make_details(LLVMContextRef context, const summary *summary) {
    LLVMMetadataRef details[CUTOFF_COUNT];
    uint64_t sum = 0;
    uint32_t used = 0;
    for (uint32_t c = 0; c < CUTOFF_COUNT; c++) {
        uint64_t wanted = (uint64_t)((unsigned __int128)summary->total * cutoffs[c] / MILLION);
        while (used < summary->count_count && (sum < wanted || used == 0))
            sum = pgo_add_weights(sum, summary->counts[used++]);
        uint64_t least_count = c + 1 == CUTOFF_COUNT ? summary->blind_count : summary->counts[used - 1];
        details[c] = make_cutoff(context, cutoffs[c], least_count, used);
    }
    return LLVMMDNodeInContext2(context, details, CUTOFF_COUNT);
}

static LLVMMetadataRef make_summary(LLVMContextRef context, const summary *summary) {
    const struct {
        const char *key;
        uint64_t value;
    } fields[] = {
        {"TotalCount", summary->total},           {"MaxCount", summary->counts[0]},
        {"MaxInternalCount", summary->counts[0]}, {"MaxFunctionCount", summary->counts[0]},
        {"NumCounts", summary->count_count},      {"NumFunctions", summary->function_count},
    };
    enum { FIELD_COUNT = sizeof fields / sizeof fields[0] };
    LLVMMetadataRef operands[FIELD_COUNT + 2];
    operands[0] = make_pair(context, "ProfileFormat", pgo_make_name(context, "InstrProf"));
    for (uint32_t i = 0; i < FIELD_COUNT; i++)
        operands[i + 1] = make_pair(context, fields[i].key, pgo_make_integer(context, 64, fields[i].value));
    operands[FIELD_COUNT + 1] = make_pair(context, "DetailedSummary", make_details(context, summary));
    return LLVMMDNodeInContext2(context, operands, FIELD_COUNT + 2);
}

bool pgo_write_summary(pgo_run *run) {
    LLVMModuleRef module = run->module.llvm;
    summary summary = {.blind_count = count_samples(BLIND_SAMPLES)};
    if (!collect_counts(run, &summary)) return false;
    if (summary.count_count == 0) return true;
    LLVMContextRef context = LLVMGetModuleContext(module);
    LLVMAddModuleFlag(module, LLVMModuleFlagBehaviorError, "ProfileSummary", strlen("ProfileSummary"),
                      make_summary(context, &summary));
    return true;
}
