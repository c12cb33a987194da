/* What frequency.c, callers.c and header_copies.c share: the estimate as it grows, round by round. Private to these. */
#ifndef PGO_ESTIMATOR_H
#define PGO_ESTIMATOR_H

#include "fit.h"

typedef struct pgo_function_work {
    bool has_evidence;
    double *own_block_cost; /* without inlined copies: a callee's leaf samples are its own body's. NULL: not known */
    double own_cost;        /* Σ own block cost · frequency: per invocation */
    double whole_cost;      /* inlined, with what it calls in this module; 0: not known yet */
    double own_samples;     /* through any caller, itself excepted */
    double share_here;      /* of own_samples, what this module's copy took: 1, but for header functions */
    double unexplained_samples;          /* of own_samples, those that came through no known call */
    uint32_t first_caller, caller_count; /* into estimator.caller_calls */
    pgo_fit fit;                         /* its entry rate is this module's, what the callers say included */
    double fitted_rate;                  /* the fit's own */
    unsigned iterations;
} pgo_function_work;

typedef struct pgo_estimator {
    pgo_run *run;
    pgo_module *module;
    pprof_arena scratch;
    double samples_per_weight;
    pgo_fit_options options;
    pgo_function_work *work; /* parallel to module.functions */
    uint32_t *caller_of;     /* parallel to module.calls: the function that it is in */
    uint32_t *caller_calls;  /* direct calls, sorted by callee */
    uint32_t *order;         /* functions with evidence and whatever they may call, callees first */
    uint32_t order_count;
} pgo_estimator;

static inline bool pgo_takes_part(const pgo_function *function) {
    return function->state == PGO_TAKES_PART && function->graph.block_count != 0;
}

/* A direct call to a body of this module, or NULL. */
static inline const pgo_function *pgo_get_callee(const pgo_estimator *estimator, const pgo_call *call) {
    if (call->kind != PGO_CALL_DIRECT || call->callee == PGO_NONE) return NULL;
    const pgo_function *callee = &estimator->module->functions[call->callee];
    return pgo_takes_part(callee) ? callee : NULL;
}

static inline double pgo_scale_samples(const pgo_estimator *estimator, uint64_t weight) {
    return (double)weight * estimator->samples_per_weight;
}

/* ---- callers.c: the calls of a function ─▶ how often it was entered --------------------------------------------- */

/* Fills caller_of, caller_calls and each function's callers. */
bool pgo_list_callers(pgo_estimator *estimator);

/* Fills own_samples, unexplained_samples and share_here. */
bool pgo_count_own_samples(pgo_estimator *estimator);

/* header_copies.c: fills share_here, from own_samples and the callers. */
bool pgo_find_shares(pgo_estimator *estimator);

/* What the known calls of a function say of its entry rate, and 0..1 how far to trust them. */
typedef struct pgo_entry_report {
    double share;       /* of the samples that the function is fitted to, those of this module */
    double rate, trust; /* of those; no trust: they say nothing */
    bool decides;       /* the rate is theirs, whatever the fit says */
} pgo_entry_report;

pgo_entry_report pgo_ask_callers(const pgo_estimator *estimator, uint32_t index);

/* The fit's own rate rests on the guessed cost of one function, the callers' on that of several. */
double pgo_mix_rates(double fitted, const pgo_entry_report *callers);

/* The last word on the entry rate of a function with samples: between what it is and what its calls add up to, those
 * that are not known and its own of itself in proportion. For all functions, callers first. */
void pgo_settle_entry_rate(pgo_estimator *estimator, uint32_t index);

/* How often the known calls of a function ran, by the fits of the functions that they are in. */
double pgo_sum_call_flow(const pgo_estimator *estimator, uint32_t callee);

/* Of a function without samples: how many its code may have missed (of 3 expected, none is met once in twenty times),
 * and what it costs at least where it is inlined. Mean entry on bench/accuracy: none passed on .676, at most 1 unseen
 * .696, 3 .699, 10 .702, 30 .694. */
#define PGO_UNSEEN_SAMPLES 3

#endif
