/* Takes the Weights of the whole profile; gives the "ProfileSummary" module flag, by which LLVM knows what count is hot
 * and what is cold. It must be equal in every translation unit, so nothing of the module enters.
 *
 * LLVM makes a summary from the counts of all blocks of a program. Here each place that got samples stands for a
 * block, with samples / cost as its rate, as in the fit. Two things were measured, against the fitted block counts of
 * Lua, SQLite and bzip2 (19,000 to 29,000 samples):
 *   - with one cost for every place, places and blocks reach each share of their total at the same count, within a
 *     factor of two, down to places of five samples; 8 fits the fitted counts best, but fitted counts are less
 *     concentrated than true ones, and with 8 LLVM took 1.3 times as many blocks for hot as with exact counts (median
 *     of 13 programs, 1.05 to 2.6). 5 makes up for it;
 *   - below that the samples are blind, and the counts of blocks go on as 1 - share: the count at which 99.9 % of the
 *     total is reached is a tenth of that for 99 %, and so on (a tenth to a fifth was seen).
 * LLVM's hot threshold (99 %) lies in that second part, save in the longest profiles. From the samples themselves it
 * would be one sample: then a function that was hit once would be cold.
 *
 * LLVM's cold threshold is 99.9999 %, which exact counts can tell. Samples cannot tell what has a thousandth of the
 * total from what never ran: of the code that the fit puts below a thirtieth of the hot count (so much for 99.97 %) two
 * thirds never ran, and all of it together has next to none to .2 % of the executions (25 programs; brotli .6 %;
 * xmlwf 2 %, before header_copies.c knew of jumps). So all beyond 99.97 % is cold. With 99.9999 % next to nothing was:
 * error paths were inlined and unrolled like any other code. Relative to -O2, seconds of compile time, by where the
 * cold begins:
 *
 *                                             99.9999 %  99.97 %  99.9 %   99 %    exact counts
 *   hunspell, duktape, cmark, lame: code         1.097    1.015    .991
 *     seconds                                   27.2     23.3     23.1
 *   lzip, duktape, cmark, lame: code             1.201            1.091    1.030    1.087
 *     instructions                                .9361            .9362    .9452    .9169
 *   17 others: code                               .956             .931              .960
 *     instructions                                .9376            .9394             .9304
 *
 * With 99.9 % hunspell took 1.037 times -O2's time, beside .962: a call on its rare paths was cold, not inlined, and
 * what it was handed by reference stayed in memory on the hot ones (u8_u16 had 1,500 samples instead of 480).
 *
 *   !{i32 1, !"ProfileSummary", !{!{!"ProfileFormat", !"InstrProf"}, !{!"TotalCount", i64 …}, !{!"MaxCount", i64 …},
 *     !{!"MaxInternalCount", …}, !{!"MaxFunctionCount", …}, !{!"NumCounts", …}, !{!"NumFunctions", …},
 *     !{!"DetailedSummary", !{!{i32 10000, i64 least count, i32 number of counts}, …}}}}
 *
 * The format is InstrProf, that of exact counts: with it the inliner weighs saved cycles against size at hot calls
 * (InlineCost.cpp, "cost-benefit"). With CSInstrProf, which differs in this alone, sqlite runs .938 x -O2's
 * instructions instead of .900, xmlwf .899 instead of .894, xmlwalk .962 instead of .985 (in equal time; .965 since
 * skid.c), Lua, lz4 and minigzip the same; sqlite3.c has .99 x -O2's code instead of 1.01, Lua 1.13 instead of 1.18.
 *
 * Code size x -O2's and instructions x -O2's by PLACE_COST:
 *             8            5            3.2                        8            5
 *   Lua       1.178 .933   1.157 .934   1.141 .934       mujs      .869 .891    .842 .893
 *   sqlite    .998 .903    .970 .898    .935 .913        tcc       1.243 .910   1.142 .913
 *   xmlwf     .992 .891    .968 .900    .964 .904        cjpeg     1.036 .930   1.029 .932
 * zstd, minigzip, opus, brotli and pcre2grep change by at most .011 in either.
 * 5 beside 3.5, again later: duktape 1.222 .833 and 1.143 .839, tcc 1.191 .910 and 1.111 .912, Lua 1.167 .915 and 1.142
 * .912, seven others within .039 of code and .006 of instructions; but pcre2grep 1.027 .923 and 1.019 .969.
 *
 * Cannot know the cost of a place, nor places in functions that the profile cannot name.
 */
#include "fit.h"

#include <string.h>

/* In the units of cost.c; see above. */
static const double PLACE_COST = 5;
enum { VISIBLE_SAMPLES = 5 };

/* So many times the mean a place may cost. Where a few places have nearly all samples, as in a program that is one
 * loop, the least of them must still be hot when its block is fitted to a count that much lower. In other profiles
 * (bzip2, lz4) the heaviest place has some thousand times the samples of one at the edge of the hot. */
enum { HOT_CUTOFF = 990000, COST_SPREAD = 8 };

/* What lies beyond is cold; see above. In a long profile its count may be near that for 99 %: cold is at most this part
 * of it. */
enum { COLD_CUTOFF = 999700, COLD_PART = 30 };

/* As LLVM's ProfileSummaryBuilder has them. */
static const uint32_t cutoffs[] = {10000,  100000, 200000, 300000, 400000, 500000, 600000, 700000,
                                   800000, 900000, 950000, 990000, 999000, 999900, 999990, 999999};
enum { CUTOFF_COUNT = sizeof cutoffs / sizeof cutoffs[0] };

typedef struct summary {
    const pprof_index *weights;
    pprof_curve_point all;     /* places: the roots' selves are the flat view, where every sample is once */
    pprof_curve_point visible; /* those with enough samples to tell their rate */
    uint64_t most;             /* the count of the heaviest place */
    double blind_share;        /* of the total: what the other places have, or might have */
} summary;

/* [samples] as a count on the scale of annotate.c: the rate of a place of mean cost. */
static uint64_t count_samples(double samples) {
    double count = samples / PLACE_COST * PGO_COUNT_SCALE;
    return count < 1 ? 1 : count >= 0x1p60 ? (uint64_t)1 << 60 : (uint64_t)count;
}

static uint64_t count_weight(const summary *summary, uint64_t weight) {
    return count_samples((double)weight * pgo_get_samples_per_weight(summary->weights));
}

/* The weight of [VISIBLE_SAMPLES], rounded up. */
static uint64_t get_visible_weight(const pprof_index *weights) {
    if (weights->sample_count == 0) return UINT64_MAX;
    unsigned __int128 product = (unsigned __int128)weights->total * VISIBLE_SAMPLES + weights->sample_count - 1;
    unsigned __int128 weight = product / weights->sample_count;
    return weight > UINT64_MAX ? UINT64_MAX : (uint64_t)weight;
}

/* However well every place is sampled, places worth a few samples may have been missed. */
static void find_blind_share(summary *summary) {
    double unseen = 1 - (double)summary->visible.sum / (double)summary->all.sum;
    double missed = (double)VISIBLE_SAMPLES / (double)summary->weights->sample_count;
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

/* How few of the heaviest places make up a share of the total, and the count of the last. */
typedef struct cutoff_point {
    uint64_t least_count, places;
} cutoff_point;

/* Where the samples are blind: counts fall as the share that is left. */
static cutoff_point extrapolate_cutoff(const summary *summary, uint32_t cutoff) {
    double edge = (double)count_samples(VISIBLE_SAMPLES), left = get_share_left(cutoff);
    double least_count = edge * left / summary->blind_share;
    double total = (double)count_weight(summary, summary->all.sum);
    double blind_places = total * summary->blind_share / edge * pgo_log(summary->blind_share / left);
    return (cutoff_point){least_count < 1 ? 1 : (uint64_t)least_count,
                          summary->visible.count + (blind_places < UINT32_MAX ? (uint64_t)blind_places : UINT32_MAX)};
}

static cutoff_point find_cutoff(const summary *summary, uint32_t cutoff) {
    if (get_share_left(cutoff) < summary->blind_share) return extrapolate_cutoff(summary, cutoff);
    uint64_t wanted = (uint64_t)((unsigned __int128)summary->all.sum * cutoff / 1000000);
    pprof_curve_point point = pprof_find_sum(summary->weights, PPROF_CURVE_PLACES, wanted);
    if (point.count > summary->visible.count) point = summary->visible;
    uint64_t least_count = count_weight(summary, point.weight), hot_limit = summary->most / COST_SPREAD;
    if (cutoff >= HOT_CUTOFF && least_count > hot_limit) least_count = hot_limit;
    return (cutoff_point){least_count, point.count};
}

static LLVMMetadataRef make_details(LLVMContextRef context, const summary *summary) {
    LLVMMetadataRef details[CUTOFF_COUNT];
    uint64_t cold_limit = find_cutoff(summary, HOT_CUTOFF).least_count / COLD_PART;
    for (uint32_t c = 0; c < CUTOFF_COUNT; c++) {
        cutoff_point point = find_cutoff(summary, cutoffs[c] < COLD_CUTOFF ? cutoffs[c] : COLD_CUTOFF);
        if (cutoffs[c] >= COLD_CUTOFF && point.least_count > cold_limit) point.least_count = cold_limit;
        details[c] = make_cutoff(context, cutoffs[c], point.least_count, point.places);
    }
    return LLVMMDNodeInContext2(context, details, CUTOFF_COUNT);
}

static LLVMMetadataRef make_summary(LLVMContextRef context, const summary *summary) {
    const struct {
        const char *key;
        uint64_t value;
    } fields[] = {
        {"TotalCount", count_weight(summary, summary->all.sum)},
        {"MaxCount", summary->most},
        {"MaxInternalCount", summary->most},
        {"MaxFunctionCount", summary->most},
        {"NumCounts", summary->all.count},
        {"NumFunctions", summary->weights->sampled_function_count},
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
    const pprof_index *weights = &run->weights;
    summary summary = {
        .weights = weights,
        .all = pprof_find_weight(weights, PPROF_CURVE_PLACES, 1),
        .visible = pprof_find_weight(weights, PPROF_CURVE_PLACES, get_visible_weight(weights)),
    };
    if (summary.all.count == 0) return !run->status->failed;
    summary.most = count_weight(&summary, pprof_find_sum(weights, PPROF_CURVE_PLACES, 1).weight);
    find_blind_share(&summary);
    LLVMContextRef context = LLVMGetModuleContext(module);
    LLVMAddModuleFlag(module, LLVMModuleFlagBehaviorError, "ProfileSummary", strlen("ProfileSummary"),
                      make_summary(context, &summary));
    return !run->status->failed;
}
