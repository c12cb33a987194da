/* Takes the Weights of the whole profile; gives the "ProfileSummary" module flag, by which LLVM knows what count is hot
 * and what is cold. It must be equal in every translation unit, so nothing of the module enters.
 *
 * LLVM makes a summary from the counts of all blocks of a program. Here each place that got samples stands for a
 * block, with samples / cost as its rate, as in the fit. Two things were measured, against the fitted block counts of
 * Lua, SQLite and bzip2 (19,000 to 29,000 samples):
 *   - with one cost of 8 for every place, places and blocks reach each share of their total at the same count, within
 *     a factor of two, down to places of five samples;
 *   - below that the samples are blind, and the counts of blocks go on as 1 - share: the count at which 99.9 % of the
 *     total is reached is a tenth of that for 99 %, and so on (a tenth to a fifth was seen).
 * LLVM's hot and cold thresholds (99 % and 99.9999 %) lie in that second part, save in the longest profiles. From the
 * samples themselves they would be one sample: then a function that was hit once would be cold.
 *
 *   !{i32 1, !"ProfileSummary", !{!{!"ProfileFormat", !"CSInstrProf"}, !{!"TotalCount", i64 …}, !{!"MaxCount", i64 …},
 *     !{!"MaxInternalCount", …}, !{!"MaxFunctionCount", …}, !{!"NumCounts", …}, !{!"NumFunctions", …},
 *     !{!"DetailedSummary", !{!{i32 10000, i64 least count, i32 number of counts}, …}}}}
 *
 * The format is CSInstrProf, which LLVM takes for exact counts as it does InstrProf, but for one thing: only for the
 * latter does the inliner weigh saved cycles against size at hot calls (InlineCost.cpp, "cost-benefit"), without a
 * limit on the size. Sampled counts are not exact enough for that: Lua's ltable.c has 14.2 KB of code with it and 12.2
 * without, sqlite3.c 3 % more, and 3 % more compile time. Our own budget (inline.c) then counts.
 *
 * Cannot know the cost of a place, nor places in functions that the profile cannot name.
 */
#include "fit.h"

#include <stdlib.h>
#include <string.h>

/* In the units of cost.c; see above. */
static const double PLACE_COST = 8;
static const double VISIBLE_SAMPLES = 5;

/* As LLVM's ProfileSummaryBuilder has them. */
static const uint32_t cutoffs[] = {10000,  100000, 200000, 300000, 400000, 500000, 600000, 700000,
                                   800000, 900000, 950000, 990000, 999000, 999900, 999990, 999999};
enum { CUTOFF_COUNT = sizeof cutoffs / sizeof cutoffs[0] };

typedef struct summary {
    uint64_t *counts; /* descending */
    uint32_t count_count, function_count;
    uint64_t total;
    uint32_t visible_count; /* of counts: places with enough samples to tell their rate */
    double blind_share;     /* of the total: what the other places have, or might have */
} summary;

/* [samples] as a count on the scale of annotate.c: the rate of a place of mean cost. */
static uint64_t count_samples(double samples) {
    double count = samples / PLACE_COST * PGO_COUNT_SCALE;
    return count < 1 ? 1 : count >= 0x1p60 ? (uint64_t)1 << 60 : (uint64_t)count;
}

static int order_descending(const void *left, const void *right) {
    uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
    return (a < b) - (a > b);
}

/* The roots' selves are the flat view: inlined or not, every sample is there once. Line 0 is no place. */
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
            const pprof_self *self = &weights->selves[body->first_self + s];
            if (self->weight == 0 || self->place.offset == PPROF_NO_OFFSET) continue;
            summary->counts[summary->count_count++] = count_samples((double)self->weight * samples_per_weight);
        }
        if (body->self_count != 0) summary->function_count++;
    }
    qsort(summary->counts, summary->count_count, sizeof *summary->counts, order_descending);
    for (uint32_t i = 0; i < summary->count_count; i++)
        summary->total = pgo_add_weights(summary->total, summary->counts[i]);
    return true;
}

/* However well every place is sampled, places worth a few samples may have been missed. */
static void find_blind_share(const pprof_weights *weights, summary *summary) {
    uint64_t least = count_samples(VISIBLE_SAMPLES), visible = 0;
    while (summary->visible_count < summary->count_count && summary->counts[summary->visible_count] >= least)
        visible = pgo_add_weights(visible, summary->counts[summary->visible_count++]);
    double unseen = 1 - (double)visible / (double)summary->total;
    double missed = VISIBLE_SAMPLES / (double)weights->sample_count;
    summary->blind_share = unseen > missed ? unseen : missed < 1 ? missed : 1;
}

/* What a cutoff leaves of the total. */
static double get_share_left(uint32_t cutoff) {
    return (1000000 - cutoff) / 1e6;
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

/* A cutoff where the samples are blind: counts fall as the share that is left. */
static LLVMMetadataRef extrapolate_cutoff(LLVMContextRef context, const summary *summary, uint32_t cutoff) {
    double edge = (double)count_samples(VISIBLE_SAMPLES), left = get_share_left(cutoff);
    double least_count = edge * left / summary->blind_share;
    double blind_places = (double)summary->total * summary->blind_share / edge * pgo_log(summary->blind_share / left);
    return make_cutoff(context, cutoff, least_count < 1 ? 1 : (uint64_t)least_count,
                       summary->visible_count + (blind_places < UINT32_MAX ? (uint64_t)blind_places : UINT32_MAX));
}

/* For each cutoff: how few of the largest counts make up that share of the total, and the least of them. */
static LLVMMetadataRef make_details(LLVMContextRef context, const summary *summary) {
    LLVMMetadataRef details[CUTOFF_COUNT];
    uint64_t sum = 0;
    uint32_t used = 0;
    for (uint32_t c = 0; c < CUTOFF_COUNT; c++) {
        if (get_share_left(cutoffs[c]) < summary->blind_share) {
            details[c] = extrapolate_cutoff(context, summary, cutoffs[c]);
            continue;
        }
        uint64_t wanted = (uint64_t)((unsigned __int128)summary->total * cutoffs[c] / 1000000);
        while (used < summary->visible_count && (sum < wanted || used == 0))
            sum = pgo_add_weights(sum, summary->counts[used++]);
        details[c] = make_cutoff(context, cutoffs[c], summary->counts[used - 1], used);
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
    operands[0] = make_pair(context, "ProfileFormat", pgo_make_name(context, "CSInstrProf"));
    for (uint32_t i = 0; i < FIELD_COUNT; i++)
        operands[i + 1] = make_pair(context, fields[i].key, pgo_make_integer(context, 64, fields[i].value));
    operands[FIELD_COUNT + 1] = make_pair(context, "DetailedSummary", make_details(context, summary));
    return LLVMMDNodeInContext2(context, operands, FIELD_COUNT + 2);
}

bool pgo_write_summary(pgo_run *run) {
    LLVMModuleRef module = run->module.llvm;
    summary summary = {0};
    if (!collect_counts(run, &summary)) return false;
    if (summary.count_count == 0) return true;
    find_blind_share(&run->weights, &summary);
    LLVMContextRef context = LLVMGetModuleContext(module);
    LLVMAddModuleFlag(module, LLVMModuleFlagBehaviorError, "ProfileSummary", strlen("ProfileSummary"),
                      make_summary(context, &summary));
    return true;
}
