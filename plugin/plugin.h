/* libpgo's plugin: every type and prototype, stage by stage, in the data's order.
 *
 *   options.c   command line and environment ─▶ pgo_options
 *   discover.c  auto ─▶ the path of default.pgo
 *   location.c  LLVM module ─▶ pgo_module: functions, inline contexts, places with costs, calls, flow graphs
 *   match.c     pgo_module × Weights ─▶ samples on this module's places and calls; what did not match, and why
 *   frequency.c callers.c header_copies.c
 *               samples ─▶ block frequencies and entry rates (infer.c: the fit itself, no LLVM in it)
 *   annotate.c  summary.c  trips.c  metadata.c
 *               frequencies ─▶ !prof branch weights, entry counts, the ProfileSummary
 *   pprof_cut_hot_edges   Weights ─▶ the hot call edges: cumulative cut
 *   devirt.c  inline.c  layout.c   hot edges ─▶ metadata and attributes on the IR
 *   report.c  report_json.c  report_debug.c
 *               one value per decision or refusal ─▶ remarks, JSON lines, debug output
 *   verdict.c   how well the profile fits ─▶ warnings       program.c   whose file is it, if it has no samples?
 *   hash.c      -pgo-hash: which decisions may be taken
 *
 * run.c calls them in that order. Everything lives in the run's arena; nothing is global but LLVM's option registry.
 * No decision is taken in shim.cpp (shim.h), which is all the C++ there is.
 */
#ifndef PGO_PLUGIN_H
#define PGO_PLUGIN_H

#include "../pprofread/base/path.h"
#include "../pprofread/base/saturate.h"
#include "../pprofread/index/lookup.h"
#include "shim.h"

#include <llvm-c/Core.h>

#define PGO_NONE UINT32_MAX

/* ---- options.c ------------------------------------------------------------------------------------------------ */

typedef enum pgo_choice { PGO_NO = 0, PGO_YES, PGO_AUTO } pgo_choice;

/* What a run was told. Each is an option (-pgo-profile=…) with an environment twin (PGO_PROFILE) that is used when the
 * option is not given; see the table in options.c for names, defaults and what was measured for each default. */
typedef struct pgo_options {
    const char *profile;                                /* a path, "auto" or "off" */
    bool errors_are_warnings;                           /* -pgo-on-error=warn */
    double inline_cdf_threshold;                        /* percent of edge weight whose sites are hot: 99 */
    unsigned inline_budget;                             /* the inline threshold at a hot call site */
    bool devirtualize, inline_hot, frequencies, layout; /* stages that can be switched off */
    unsigned devirtualize_min_share; /* percent of a site's samples that a promoted target must have */
    const char *report_path;         /* -pgo-report=FILE, "" for none */
    unsigned debug_level;            /* -pgo-debug=0..3 */
    const char *hash;            /* -pgo-hash: decide only where the decision's hash ends in these bits; "" for all */
    const char *sample_type;     /* -pgo-sample-type, "" for automatic */
    double prior_strength;       /* scales the static prior of the fit: 1 */
    bool preinline;              /* run LLVM's PGO pre-inliner before matching */
    pgo_choice cold_unsampled;   /* treat functions without samples as cold; auto: if the profile is long enough,
                                  * and only in files of which it knows something */
    uint64_t profile_size_limit; /* bytes after decompression */
} pgo_options;

/* Reads the registered options and their environment twins. [arena] keeps the strings. */
bool pgo_read_options(pprof_arena *arena, pgo_options *options, pprof_status *status);

/* ---- discover.c ----------------------------------------------------------------------------------------------- */

/* The nearest default.pgo from the folder of [source_file] (relative to [working_folder]) upward, stopping after the
 * working folder or a repository's root (.git), whichever comes first; NULL when there is none. */
const char *pgo_discover_profile(const char *source_file, const char *working_folder, pprof_arena *arena,
                                 pprof_status *status);

/* ---- location.c: what of the module the later stages need, in flat arrays -------------------------------------- */

/* Why a function is left alone, or how it took part. */
typedef enum pgo_function_state {
    PGO_TAKES_PART = 0,
    PGO_IS_DECLARATION, /* no body here, or available_externally without need */
    PGO_IS_OPTNONE,
    PGO_IS_NAKED,
    PGO_IS_ANNOTATED,      /* has an entry count already: instrumentation, sample loader, or this plugin before LTO */
    PGO_HAS_NO_SUBPROGRAM, /* no debug info: nothing can match */
} pgo_function_state;

/* One body in the IR: a function's own (parent PGO_NONE, always the function's first context) or a copy that was
 * inlined into it. Contexts of a function are in order of first appearance; a parent comes before its children. */
typedef struct pgo_context {
    uint32_t parent;        /* index into contexts, PGO_NONE for the function itself */
    pprof_place call_place; /* where the parent body calls this one; absolute line = call_place.offset + parent line */
    uint32_t call_line;     /* the same as an absolute line */
    const char *linkage_name; /* from the subprogram: linkage name, or name for C */
    const char *source_name;  /* the subprogram's plain name */
    const char *file;         /* last two components of the subprogram's file */
    uint32_t start_line;      /* the subprogram's line */
    /* filled by match.c */
    uint32_t weight_body; /* body in the Weights whose samples belong to this context, PPROF_NONE: none */
} pgo_context;

/* Instructions of one block at one place of one context, added up. Line-0 instructions are not places. */
typedef struct pgo_place {
    uint32_t context;
    uint32_t line;     /* absolute, so that weights with absolute lines match too; never 0 */
    pprof_place place; /* offset = line − the context's start line */
    uint32_t block;    /* index in the function, 0 is the entry */
    float cost;        /* what its instructions cost, in the units of cost.c */
    uint32_t instruction_count;
    /* filled by match.c: samples of the location, shared with the other blocks that hold the same location: the
     * observation's index is the same for all of them */
    uint32_t observation; /* into the function's observations, PGO_NONE before matching */
} pgo_place;

typedef enum pgo_call_kind {
    PGO_CALL_DIRECT = 0,
    PGO_CALL_INDIRECT,
} pgo_call_kind;

/* One call instruction (call, invoke, callbr), intrinsics and inline assembly left out. */
typedef struct pgo_call {
    LLVMValueRef instruction;
    pgo_call_kind kind;
    uint32_t context;
    uint32_t line; /* absolute; 0 when the call has no line */
    pprof_place place;
    uint32_t block;
    uint32_t callee;  /* index into pgo_module.functions (also declarations), PGO_NONE when indirect */
    bool may_be_jump; /* in tail position: the profiled build may have left the function before it */
    /* filled by match.c; for an indirect call targets hold all callees seen */
    bool shares_samples;      /* which of several calls ran is not known: its samples are an equal share of theirs */
    uint64_t inclusive, leaf; /* samples through this call, summed over targets */
    uint32_t first_target, target_count; /* into pgo_module.targets, heaviest inclusive first */
} pgo_call;

/* A callee that the profile saw at a call. */
typedef struct pgo_target {
    uint32_t weight_function; /* into weights.functions */
    uint32_t function;        /* into pgo_module.functions, PGO_NONE if not in this module */
    uint64_t inclusive, leaf;
} pgo_target;

/* Control flow of one function in compressed-row form: the successors of block b are
 * successors[first_successor[b] .. first_successor[b+1]), in the terminator's order; probability is LLVM's static
 * estimate (existing branch weights included) in [0,1], summing to 1 over a block. A block that ends the
 * function has none. */
typedef struct pgo_graph {
    uint32_t block_count;
    uint32_t *first_successor; /* block_count + 1 */
    uint32_t *successors;
    double *probability;
} pgo_graph;

/* Samples with the terms that may have caused them: expected samples = Σ cost · frequency of the block. A location
 * that lies in several blocks is one observation with several terms. */
typedef struct pgo_observation {
    double samples;
    uint32_t first_term, term_count; /* into terms */
    bool is_whole_function;          /* all of the function's samples, line 0 included, against all of its cost */
    bool is_limit;                   /* the samples are what the terms may have at most: fewer are as likely */
} pgo_observation;

typedef struct pgo_term {
    uint32_t block;
    double cost;
} pgo_term;

typedef struct pgo_function {
    LLVMValueRef value;
    const char *name; /* the symbol */
    pgo_function_state state;
    uint32_t header_uses; /* of a local function of another file than the one compiled: its uses here, else 0 */
    uint32_t first_context, context_count; /* into module.contexts; the first is the function's own body */
    uint32_t first_place, place_count;     /* into module.places, sorted by (context, line, column, block) */
    uint32_t first_call, call_count;       /* into module.calls, in instruction order */
    LLVMBasicBlockRef *blocks;
    float *block_cost; /* of all instructions, with or without a line */
    float *call_cost;  /* of these, the prologue, calls and returns: what is gone where all is inlined */
    pgo_graph graph;
    /* filled by match.c */
    uint32_t weight_function;   /* into weights.functions, PGO_NONE: the profile does not know it */
    const char *miss_reason;    /* why weight_function is PGO_NONE or samples were dropped; NULL: nothing to say */
    uint64_t self_samples;      /* on this function's own body and inlined copies, as the profile has them */
    uint64_t matched_samples;   /* of those, on a place that exists */
    uint64_t line_zero_samples; /* of self_samples, at line 0: compiler-made code; they count for the whole function */
    pgo_observation *observations;
    uint32_t observation_count;
    pgo_term *terms;
    uint32_t term_count;
    /* filled by frequency.c */
    bool has_frequencies;     /* fitted to samples of its own */
    double entry_rate;        /* invocations, in samples per unit of cost; without frequencies, as its callers have it;
                               * 0 with frequencies: none of the samples are this module's */
    double sampled_rate;      /* the rate that goes with the samples: a header function's are those of all its copies */
    double *block_frequency;  /* per invocation; entry 1 */
    double *edge_probability; /* parallel to graph.successors */
} pgo_function;

/* Whether its samples or its callers said anything of the function. */
static inline bool pgo_is_estimated(const pgo_function *function) {
    return function->has_frequencies || function->entry_rate > 0;
}

typedef struct pgo_module {
    LLVMModuleRef llvm;
    const char *source_file;
    uint32_t function_count, context_count, place_count, call_count, target_count;
    pgo_function *functions; /* in module order, declarations included */
    pgo_context *contexts;
    pgo_place *places;
    pgo_call *calls;
    pgo_target *targets; /* filled by match.c */
    bool has_debug_locations;
} pgo_module;

bool pgo_collect_locations(pgo_host *host, LLVMModuleRef llvm, pprof_arena *arena, pgo_module *module,
                           pprof_status *status);

/* cost.c: what one execution of [instruction] costs, in the fit's unit (a simple ALU instruction is .8). */
double pgo_get_instruction_cost(LLVMValueRef instruction);

/* ---- report.c: one value per decision or refusal ----------------------------------------------------------------- */

typedef enum pgo_decision_kind {
    PGO_DECISION_PASSED = 0, /* -Rpass=pgo */
    PGO_DECISION_MISSED,     /* -Rpass-missed=pgo */
    PGO_DECISION_ANALYSIS,   /* -Rpass-analysis=pgo */
} pgo_decision_kind;

typedef struct pgo_decision {
    pgo_decision_kind kind;
    const char *name;    /* CamelCase, stable: "HotCallSite", "Promoted", "NotMatched" … */
    uint32_t function;   /* into module.functions, PGO_NONE for the module */
    LLVMValueRef at;     /* instruction, or NULL for the function itself */
    const char *callee;  /* or NULL */
    uint64_t weight;     /* samples behind it */
    uint64_t whole;      /* of an indirect call: what all of its targets weigh; else 0 */
    const char *reason;  /* why, without the numbers; NULL: the name says it */
    const char *message; /* the whole sentence */
} pgo_decision;

typedef struct pgo_report {
    pgo_decision *decisions;
    uint32_t decision_count, decision_capacity;
} pgo_report;

/* array.c: room for one more element of [size] bytes behind [count] others; gives the array, moved if need be, or NULL
 * with the status set. */
void *pgo_grow_array(void *array, uint32_t count, uint32_t *capacity, size_t size, pprof_arena *arena,
                     pprof_status *status);

/* sparse.c: numbers for a few of very many elements, 0 for all others; zero-initialized. */
typedef struct pgo_sparse_slot {
    uint64_t value;
    uint32_t element;
    bool is_used;
} pgo_sparse_slot;

typedef struct pgo_sparse {
    pgo_sparse_slot *slots;
    uint32_t count, capacity;
} pgo_sparse;

uint64_t pgo_get_sparse(const pgo_sparse *sparse, uint32_t element);

/* The element's number, to be written to before another is reached; NULL when memory is out. */
uint64_t *pgo_reach_sparse(pgo_sparse *sparse, uint32_t element, pprof_arena *arena, pprof_status *status);

/* Everything of one run, passed from stage to stage. A stage reads what earlier ones filled and writes its own. */
typedef struct pgo_run {
    pgo_host *host;
    pprof_arena *arena;
    pprof_status *status;
    pgo_options options;
    const char *profile_path;
    pprof_index weights;        /* of the whole profile; only what is asked for is looked at */
    pgo_sparse known_functions; /* of the weights: match.c found it, before the pre-inliner or after */
    pgo_module module;
    pprof_hot_cut *hot;               /* NULL before it is sought */
    struct pgo_promotion *promotions; /* filled by devirt.c */
    uint32_t promotion_count;
    pgo_report report;
} pgo_run;

/* Appends a decision; the strings must live in the run's arena or be literals, and an instruction in the IR. */
bool pgo_add_decision(pgo_run *run, pgo_decision decision);

/* Remarks through LLVM, JSON lines to -pgo-report, text to stderr by -pgo-debug: after all stages. */
bool pgo_emit_report(pgo_run *run);

const char *pgo_get_kind_name(pgo_decision_kind kind); /* "passed", "missed", "analysis" */

/* Where a decision is: its instruction's location, else its function's; file "" and 0 when there is none. */
typedef struct pgo_source_location {
    const char *file;
    unsigned line, column;
} pgo_source_location;
pgo_source_location pgo_get_decision_location(const pgo_run *run, const pgo_decision *decision);
pgo_source_location pgo_get_location(LLVMValueRef function, LLVMValueRef instruction);   /* [instruction] may be NULL */
const char *pgo_get_decision_function(const pgo_run *run, const pgo_decision *decision); /* "" for the module */

/* report_json.c, report_debug.c: the two texts, each written at once so that parallel compiles do not mix. */
bool pgo_append_json_report(pgo_run *run);
bool pgo_print_debug_report(pgo_run *run);

#define PGO_REPORT_VERSION 1 /* of the JSON lines; gate/report/ reads them */

/* A hot call that LLVM's inliner left. */
typedef struct pgo_left_call {
    const char *function, *callee, *message;
    pgo_source_location location;
} pgo_left_call;

/* report_json.c, for left.c: that the inliner is done with the module, and what it left. */
bool pgo_append_left_calls(const char *path, const char *source_file, const pgo_left_call *calls, uint32_t count,
                           pprof_status *status);

/* ---- verdict.c: how well the profile fits the module ------------------------------------------------------------- */

typedef struct pgo_match_totals {
    uint32_t function_count, known_count; /* functions that take part; of those, in the profile */
    uint64_t self_samples, line_zero_samples, matched_samples;
} pgo_match_totals;

pgo_match_totals pgo_sum_matches(const pgo_run *run);

/* What to warn of when a match is so poor that something must be wrong, with the likely reason and the remedy; NULL
 * when nothing is, or memory is out. A module that the profile does not know at all is normal: most files of a program
 * are never sampled. */
const char *pgo_describe_poor_match(pgo_run *run);

/* hash.c: whether -pgo-hash lets the decision of [kind] ("inline", "devirt", …) at this place of [function] be taken.
 * Every stage asks before it changes the IR; without -pgo-hash the answer is yes. [callee] may be NULL. */
bool pgo_hash_allows(const pgo_run *run, const char *kind, const char *function, uint32_t line, uint32_t column,
                     const char *callee);

/* ---- match.c -------------------------------------------------------------------------------------------------- */

/* Finds each function's weights, gives each context its samples (a copy's are taken from its function's), each place
 * and call its share, and builds the observations. Adds a NotMatched decision for every function that the profile
 * knows under a name or line that the module has not. */
bool pgo_match_weights(pgo_run *run);

/* match_debug.c: every place and call with samples, for -pgo-debug=3. */
void pgo_print_matches(FILE *out, const pgo_run *run);

/* ---- frequency.c, callers.c, header_copies.c, infer.c ---------------------------------------------------------- */

/* Fills has_frequencies, entry_rate, block_frequency, edge_probability of every function with samples, consistent
 * between callers and callees. */
bool pgo_estimate_frequencies(pgo_run *run);

/* Knobs of the fit; see infer.c for the measured reason of each default. */
typedef struct pgo_fit_options {
    double prior_strength;
    double entry_target, entry_weight;         /* pull of log(entry rate) toward log(entry_target); weight 0: none */
    double branch_spread, switch_spread;       /* standard deviation of a logit around the static one */
    double evidence_limit, evidence_half_cost; /* k of a location = limit · cost / (cost + half cost) */
    double whole_function_limit;               /* k of the observation of the whole function */
    double tolerance;                          /* ends when a step promises less than this in log-likelihood */
    const struct pgo_fit *start; /* an earlier fit of the same graph to start from, NULL: the static probabilities */
    unsigned iteration_limit;
    uint64_t operation_limit; /* multiply-adds; not time, so that it cuts at the same place anywhere */
} pgo_fit_options;

pgo_fit_options pgo_get_default_fit_options(void);

typedef struct pgo_fit {
    double entry_rate;
    double *block_frequency;  /* per invocation; 0 where the entry does not reach; NULL: see reached_limit */
    double *edge_probability; /* parallel to graph->successors */
    double *unknowns;         /* as the fit has them, for pgo_fit_options.start; NULL: no evidence */
    unsigned iterations;
    bool reached_limit; /* stopped early; block_frequency is NULL if the graph was too tangled to begin at all */
} pgo_fit;

/* The maximum a posteriori fit of entry rate and branch probabilities to the observations. Deterministic bit for bit:
 * only +, −, ×, ÷ and sqrt of IEEE doubles, with own exp and log. */
bool pgo_fit_frequencies(const pgo_graph *graph, const pgo_observation *observations, uint32_t observation_count,
                         const pgo_term *terms, const pgo_fit_options *options, pprof_arena *arena, pgo_fit *fit,
                         pprof_status *status);

/* ---- annotate.c, share.c, summary.c, metadata.c, certainty.c, trips.c
 * ------------------------------------------------------- */

/* Counts written to the IR are rate × this, so that the floor of 1 stays far below anything sampled. */
#define PGO_COUNT_SCALE 1e5

/* Writes branch weights, entry counts and the module's ProfileSummary. */
bool pgo_annotate_frequencies(pgo_run *run);

/* share.c: [weight] in samples, whatever the profile's unit is; parts in thousandths; "12 of 683 samples, 1.8 %". */
uint64_t pgo_get_samples(const pprof_index *weights, uint64_t weight);
double pgo_get_samples_per_weight(const pprof_index *weights);
unsigned pgo_get_permille(uint64_t part, uint64_t whole);
const char *pgo_describe_weight(pgo_run *run, uint64_t weight);

/* How often the block runs in the whole profile, on the scale of the counts in the IR; at least 1. */
uint64_t pgo_get_block_count(const pgo_function *function, uint32_t block);

/* metadata.c: the shapes in which LLVM reads a profile. */
#define PGO_VALUE_LIMIT 8
typedef struct pgo_value_count {
    uint64_t guid, count;
} pgo_value_count;

LLVMMetadataRef pgo_make_name(LLVMContextRef context, const char *name);
LLVMMetadataRef pgo_make_integer(LLVMContextRef context, unsigned bits, uint64_t value);
bool pgo_set_branch_weights(pgo_run *run, LLVMValueRef terminator, const uint32_t *weights, uint32_t count);
void pgo_set_entry_count(pgo_run *run, LLVMValueRef function, uint64_t count);
/* The targets of an indirect call, most frequent first; none: whatever was there is removed. */
void pgo_set_value_profile(pgo_run *run, LLVMValueRef call, uint64_t total, const pgo_value_count *values,
                           uint32_t count);

/* Whether LLVM's attribute [name] is on the function, on the call site. */
bool pgo_has_attribute(LLVMValueRef function, const char *name);
bool pgo_has_call_attribute(LLVMValueRef call, const char *name);

/* certainty.c: makes [probability], parallel to the graph's successors, as sure as samples can be, no less, no more. */
bool pgo_correct_certainty(const pgo_function *function, pprof_arena *scratch, double *probability,
                           pprof_status *status);

/* trips.c: copies the function's edge probabilities to [probability], with the innermost loops that only look too
 * short for the vectorizer made just long enough. */
typedef struct pgo_loop_question {
    bool (*ask)(void *context, uint32_t header, const uint32_t *body, uint32_t body_count);
    void *context;
} pgo_loop_question;

typedef struct pgo_raised_loops {
    uint32_t count;
    double least_visits; /* header visits per entry of the shortest of them, as fitted */
} pgo_raised_loops;

bool pgo_raise_uncertain_trips(const pgo_function *function, const pgo_loop_question *may_vectorize, pprof_arena *arena,
                               double *probability, pgo_raised_loops *raised, pprof_status *status);

/* The summary of the whole profile as a "ProfileSummary" module flag: from the Weights alone, so that it is equal in
 * every translation unit. */
bool pgo_write_summary(pgo_run *run);

/* ---- devirt.c, inline.c, layout.c ------------------------------------------------------------------------------ */

/* A direct call that devirt.c made: guarded, beside the indirect one. */
typedef struct pgo_promotion {
    LLVMValueRef instruction;
    uint32_t function, call, target; /* into module.functions, calls, targets: whose site, which of its callees */
} pgo_promotion;

/* Value-profile metadata at indirect calls, then promotion of their main targets to guarded direct calls. */
bool pgo_devirtualize_calls(pgo_run *run);

/* The inline threshold at hot call sites; growth capped per caller and per module, caps reported. */
bool pgo_mark_hot_calls(pgo_run *run);

/* left.c: after LLVM's inliner, by itself: a remark, and a line of the report, for every hot call site that is still a
 * call. Called by the shim. */
void pgo_report_left_calls(pgo_host *host, LLVMModuleRef module);

/* Hot and cold placement of functions, as far as entry counts and the summary do not settle it. */
bool pgo_place_functions(pgo_run *run);

/* Whether functions without samples are to be cold: as the user said, else if they take little of the time together. */
bool pgo_are_unsampled_cold(const pgo_run *run);

/* ---- program.c: is a module without samples of the profiled program? -------------------------------------------- */

/* The profile's function of this very linkage name, sampled or not; PGO_NONE: there is none, or memory is out. */
uint32_t pgo_find_symbol(pgo_run *run, const char *symbol);

bool pgo_is_of_program(pgo_run *run);

/* ---- run.c ---------------------------------------------------------------------------------------------------- */

/* Whether an earlier run has annotated the module. */
bool pgo_is_annotated(LLVMModuleRef module);

/* One module through all stages. Called by the shim. Gives true when the IR changed. */
bool pgo_run_on_module(pgo_host *host, LLVMModuleRef module);

#endif
