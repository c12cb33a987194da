/* What the files of the match stage share: match.c (the stage), match_names.c, name_forms.c, claims.c, observations.c,
 * match_calls.c. */
#ifndef PGO_MATCH_H
#define PGO_MATCH_H

#include "plugin.h"

/* A function as the module names it, from a symbol or from the debug info of an inlined copy. */
typedef struct pgo_identity {
    const char *linkage_name, *source_name;
    const char *file;         /* "" if not known */
    uint32_t start_line;      /* 0 if not known */
    bool is_local;            /* may be one of several functions of that name in the program */
    uint32_t weight_function; /* found by pgo_match_names, PGO_NONE */
    const char *miss_reason;  /* why none was taken although the name is there, NULL otherwise */
} pgo_identity;

/* ---- name_forms.c ---------------------------------------------------------------------------------------------- */

/* How much of a demangled name profilers keep. */
typedef enum pgo_name_form {
    PGO_NAME_WHOLE = 0,          /* ns::walk<int>(int) const */
    PGO_NAME_WITHOUT_PARAMETERS, /* ns::walk<int> */
    PGO_NAME_WITHOUT_TEMPLATES,  /* ns::walk */
    PGO_NAME_UNQUALIFIED,        /* walk */
} pgo_name_form;

/* [name], as a demangler gives it, reduced to [form]; NULL with the status set when memory is out. */
const char *pgo_shorten_name(const char *name, pgo_name_form form, pprof_arena *arena, pprof_status *status);

/* ---- match_names.c --------------------------------------------------------------------------------------------- */

/* Fills weight_function and miss_reason (a literal) of each identity. */
bool pgo_match_names(pgo_identity *identities, uint32_t identity_count, const pprof_index *weights,
                     pprof_status *status);

/* ---- the stage at work ----------------------------------------------------------------------------------------- */

typedef struct pgo_matcher {
    pgo_run *run;
    const pprof_index *weights;
    pgo_module *module;
    pprof_arena *scratch;
    pgo_identity *identities;
    uint32_t *context_identity;  /* parallel to module.contexts */
    uint32_t *function_identity; /* parallel to module.functions */
    pgo_sparse weights_module;   /* functions of the Weights ─▶ 1 + module.functions, with a body where there is one */
    /* What inlined copies have taken from the selves and bodies of their functions. */
    pgo_sparse claimed_self, claimed_inclusive, claimed_leaf;
    uint32_t *copy_bodies; /* the bodies that belong to inlined copies, ascending, each once */
    uint32_t copy_body_count;
    uint32_t *shared_context; /* the first context of the function with the same weight body: parallel to contexts */
    struct pgo_call_share *shares; /* of all edges so far */
    uint32_t share_count, share_capacity, target_capacity;
} pgo_matcher;

static inline uint64_t pgo_subtract(uint64_t from, uint64_t what) {
    return from > what ? from - what : 0;
}

/* What is left of a self or body after the claims. */
static inline uint64_t pgo_get_self(const pgo_matcher *matcher, uint32_t self) {
    return pgo_subtract(pprof_get_self(matcher->weights, self).weight, pgo_get_sparse(&matcher->claimed_self, self));
}
static inline uint64_t pgo_get_inclusive(const pgo_matcher *matcher, uint32_t body) {
    return pgo_subtract(pprof_get_body(matcher->weights, body).inclusive,
                        pgo_get_sparse(&matcher->claimed_inclusive, body));
}
static inline uint64_t pgo_get_leaf(const pgo_matcher *matcher, uint32_t body) {
    return pgo_subtract(pprof_get_body(matcher->weights, body).leaf, pgo_get_sparse(&matcher->claimed_leaf, body));
}

/* Whether the places of [body] hold lines, since its function's first line is not known. */
static inline bool pgo_has_absolute_lines(const pprof_index *weights, uint32_t body) {
    return pprof_get_weight_function(weights, pprof_get_body(weights, body).function).lines_are_absolute;
}

/* The module's function that is the Weights' [function], one with a body if there is one; PGO_NONE. */
static inline uint32_t pgo_get_module_function(const pgo_matcher *matcher, uint32_t function) {
    uint64_t found = pgo_get_sparse(&matcher->weights_module, function);
    return found == 0 ? PGO_NONE : (uint32_t)(found - 1);
}

/* The absolute line of an offset in [context], whose weights are [body]; 0 when there is none. */
uint32_t pgo_get_line(const pgo_matcher *matcher, uint32_t context, uint32_t body, int32_t offset);

/* ---- claims.c -------------------------------------------------------------------------------------------------- */

/* Fills contexts' weight_body, shared_context, copy_bodies and the claims. */
bool pgo_claim_bodies(pgo_matcher *matcher);

/* ---- observations.c -------------------------------------------------------------------------------------------- */

/* What became of a function's samples. */
typedef struct pgo_match_result {
    uint64_t missing;       /* samples on lines that have no code here */
    uint64_t missing_worst; /* of those, on the worst line */
    uint32_t missing_line;
} pgo_match_result;

/* Fills the function's observations, its places' observation, self_samples and matched_samples. */
bool pgo_build_observations(pgo_matcher *matcher, pgo_function *function, pgo_match_result *result);

/* ---- match_calls.c --------------------------------------------------------------------------------------------- */

/* Samples of one edge given to one call. */
typedef struct pgo_call_share {
    uint32_t call, weight_function;
    uint64_t inclusive, leaf;
} pgo_call_share;

/* Gives the edges of the function's bodies to calls, of this function and of those that it calls: fills shares. */
bool pgo_match_calls(pgo_matcher *matcher, pgo_function *function);

/* Fills samples and targets of all calls from the shares. */
bool pgo_write_targets(pgo_matcher *matcher);

#endif
