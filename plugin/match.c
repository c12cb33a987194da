/* Takes the module's locations and the profile's weights; gives each function, place and call its samples, builds the
 * observations, and says what did not match and why. The work is in match_names.c (which function is which), claims.c
 * (what inlined copies take), observations.c (samples on places) and match_calls.c (samples on calls). */
#include "match.h"

#include <stdlib.h>
#include <string.h>

/* ---- identities -------------------------------------------------------------------------------------------------- */

/* A name met in the module, and where its identity's index goes. */
typedef struct name_use {
    pgo_identity identity;
    uint32_t order;
    uint32_t *index;
} name_use;

static int compare_identities(const pgo_identity *a, const pgo_identity *b) {
    int order = strcmp(a->linkage_name, b->linkage_name);
    if (order == 0) order = strcmp(a->file, b->file);
    return order != 0 ? order : (a->start_line > b->start_line) - (a->start_line < b->start_line);
}

static int compare_uses(const void *left, const void *right) {
    const name_use *a = left, *b = right;
    int order = compare_identities(&a->identity, &b->identity);
    return order != 0 ? order : (a->order > b->order) - (a->order < b->order);
}

static pgo_identity get_context_identity(const pgo_context *context) {
    return (pgo_identity){.linkage_name = context->linkage_name,
                          .source_name = context->source_name,
                          .file = context->file,
                          .start_line = context->start_line,
                          .is_local = strncmp(context->linkage_name, "_Z", 2) != 0};
}

/* A function's own body says best who it is; one that takes no part has only its symbol. */
static pgo_identity get_function_identity(const pgo_module *module, const pgo_function *function) {
    if (function->state != PGO_TAKES_PART)
        return (pgo_identity){.linkage_name = function->name, .source_name = function->name, .file = ""};
    pgo_identity identity = get_context_identity(&module->contexts[function->first_context]);
    LLVMLinkage linkage = LLVMGetLinkage(function->value);
    identity.is_local = linkage == LLVMInternalLinkage || linkage == LLVMPrivateLinkage;
    return identity;
}

/* Lists every function and context once per identity; the first use, a function's if there is one, describes it. */
static bool list_identities(pgo_matcher *matcher, uint32_t *identity_count) {
    const pgo_module *module = matcher->module;
    pprof_status *status = matcher->run->status;
    size_t use_count = (size_t)module->function_count + module->context_count;
    name_use *uses = pprof_allocate(matcher->scratch, use_count, sizeof *uses, status);
    matcher->identities = pprof_allocate(matcher->scratch, use_count, sizeof(pgo_identity), status);
    matcher->function_identity = pprof_allocate(matcher->scratch, module->function_count, sizeof(uint32_t), status);
    matcher->context_identity = pprof_allocate(matcher->scratch, module->context_count, sizeof(uint32_t), status);
    if (status->failed) return false;
    uint32_t use = 0;
    for (uint32_t f = 0; f < module->function_count; f++, use++)
        uses[use] =
            (name_use){get_function_identity(module, &module->functions[f]), use, &matcher->function_identity[f]};
    for (uint32_t c = 0; c < module->context_count; c++, use++)
        uses[use] = (name_use){get_context_identity(&module->contexts[c]), use, &matcher->context_identity[c]};
    qsort(uses, use_count, sizeof *uses, compare_uses);

    *identity_count = 0;
    for (use = 0; use < use_count; use++) {
        if (use == 0 || compare_identities(&uses[use - 1].identity, &uses[use].identity) != 0)
            matcher->identities[(*identity_count)++] = uses[use].identity;
        *uses[use].index = *identity_count - 1;
    }
    return true;
}

/* Fills each function's weight_function and the way back. */
static bool assign_functions(pgo_matcher *matcher) {
    pgo_module *module = matcher->module;
    for (uint32_t f = 0; f < module->function_count; f++) {
        pgo_function *function = &module->functions[f];
        const pgo_identity *identity = &matcher->identities[matcher->function_identity[f]];
        function->weight_function = identity->weight_function;
        function->miss_reason = identity->miss_reason;
        if (function->weight_function == PGO_NONE) continue;
        /* A body is found rather than a declaration of the same name. */
        uint64_t *back = pgo_reach_sparse(&matcher->weights_module, function->weight_function, matcher->scratch,
                                          matcher->run->status);
        if (back == NULL) return false;
        if (*back == 0 || module->functions[*back - 1].state == PGO_IS_DECLARATION) *back = (uint64_t)f + 1;
    }
    return true;
}

/* ---- decisions --------------------------------------------------------------------------------------------------- */

static bool report_function(pgo_run *run, uint32_t f, pgo_decision_kind kind, const char *name, uint64_t weight,
                            const char *reason, const char *message) {
    return message != NULL &&
           pgo_add_decision(
               run,
               (pgo_decision){
                   .kind = kind, .name = name, .function = f, .weight = weight, .reason = reason, .message = message});
}

/* Why a function that the profile knows is left alone, or NULL. */
static const char *get_state_reason(pgo_function_state state) {
    switch (state) {
    case PGO_IS_OPTNONE:
        return "it is not to be optimized (optnone)";
    case PGO_IS_NAKED:
        return "it is naked";
    case PGO_IS_ANNOTATED:
        return "it has profile counts already";
    case PGO_HAS_NO_SUBPROGRAM:
        return "it has no debug info: compile with -g1";
    default:
        return NULL;
    }
}

/* A function without samples of its own here: ambiguous names, and functions that take no part. */
static bool report_unmatched(pgo_run *run, uint32_t f) {
    pgo_function *function = &run->module.functions[f];
    if (function->state == PGO_IS_DECLARATION) return true;
    uint64_t weight = 0;
    if (function->weight_function != PGO_NONE) {
        weight = pprof_get_body(&run->weights, function->weight_function).leaf;
        function->miss_reason = get_state_reason(function->state);
    }
    if (function->miss_reason == NULL) return true;
    const char *message = pprof_format_string(run->arena, run->status, "%s not matched with the profile: %s",
                                              function->name, function->miss_reason);
    return report_function(run, f, PGO_DECISION_MISSED, "NotMatched", weight, function->miss_reason, message);
}

static bool report_matched(pgo_run *run, uint32_t f, const pgo_match_result *result) {
    pgo_function *function = &run->module.functions[f];
    const pprof_index *weights = &run->weights;
    unsigned long long samples = pgo_get_samples(weights, function->self_samples);
    unsigned long long missing = pgo_get_samples(weights, result->missing);
    if (result->missing != 0) {
        const char *message = pprof_format_string(
            run->arena, run->status,
            "%llu of %llu samples of %s not matched: they are on lines that have no code here, most (%llu) on line %u",
            missing, samples, function->name, (unsigned long long)pgo_get_samples(weights, result->missing_worst),
            (unsigned)result->missing_line);
        function->miss_reason = "samples on lines that have no code here";
        if (!report_function(run, f, PGO_DECISION_MISSED, "NotMatched", result->missing, function->miss_reason,
                             message))
            return false;
    }
    const char *message = pprof_format_string(
        run->arena, run->status, "%llu of %llu samples of %s matched, %llu at line 0, %llu on lines without code",
        (unsigned long long)pgo_get_samples(weights, function->matched_samples), samples, function->name,
        (unsigned long long)pgo_get_samples(weights, function->line_zero_samples), missing);
    return report_function(run, f, PGO_DECISION_ANALYSIS, "Matched", function->matched_samples, NULL, message);
}

/* ---- functions that are gone ------------------------------------------------------------------------------------- */

/* The module's own file as the profile would name it: from a function of that file, else NULL. */
static const char *find_own_file(const pgo_module *module) {
    const char *source = pprof_get_last_component(module->source_file);
    for (uint32_t f = 0; f < module->function_count; f++) {
        const pgo_function *function = &module->functions[f];
        if (function->context_count == 0) continue;
        const char *file = module->contexts[function->first_context].file;
        if (strcmp(pprof_get_last_component(file), source) == 0) return file;
    }
    return NULL;
}

/* Remembers what this look at the module found: the pre-inliner may leave nothing of a function. */
static bool note_known_functions(const pgo_matcher *matcher, uint32_t identity_count) {
    pgo_run *run = matcher->run;
    for (uint32_t i = 0; i < identity_count; i++) {
        if (matcher->identities[i].weight_function == PGO_NONE) continue;
        uint64_t *is_known =
            pgo_reach_sparse(&run->known_functions, matcher->identities[i].weight_function, run->arena, run->status);
        if (is_known == NULL) return false;
        *is_known = true;
    }
    return true;
}

/* Samples of functions that the profile knows in this very file, and that the module has not under any name: renamed,
 * removed, or compiled out. */
static bool report_gone_functions(const pgo_matcher *matcher) {
    pgo_run *run = matcher->run;
    const pprof_index *weights = matcher->weights;
    const char *own_file = find_own_file(matcher->module);
    if (own_file == NULL) return true;
    pprof_key_search search = pprof_search_key(weights, PPROF_KEY_FILE, own_file, strlen(own_file));
    for (uint32_t w; (w = pprof_next_function(weights, &search)) != PPROF_NONE;) {
        pprof_weight_function function = pprof_get_weight_function(weights, w);
        uint64_t leaf = pprof_get_body(weights, w).leaf;
        if (pgo_get_sparse(&run->known_functions, w) != 0 || leaf == 0 || strcmp(function.file, own_file) != 0)
            continue;
        const char *message =
            pprof_format_string(run->arena, run->status,
                                "%llu samples of %s not matched: the profile has it in %s, this module has no such "
                                "function (renamed, removed, or ambiguous)",
                                (unsigned long long)pgo_get_samples(weights, leaf), function.linkage_name, own_file);
        if (message == NULL ||
            !pgo_add_decision(run, (pgo_decision){.kind = PGO_DECISION_MISSED,
                                                  .name = "NotMatched",
                                                  .function = PGO_NONE,
                                                  .callee = function.linkage_name,
                                                  .weight = leaf,
                                                  .reason = "its file has no function of that name any more",
                                                  .message = message}))
            return false;
    }
    return true;
}

/* ---- the stage --------------------------------------------------------------------------------------------------- */

static bool match_function(pgo_matcher *matcher, uint32_t f) {
    pgo_function *function = &matcher->module->functions[f];
    if (function->weight_function == PGO_NONE || function->state != PGO_TAKES_PART)
        return report_unmatched(matcher->run, f);
    pgo_match_result result;
    return pgo_build_observations(matcher, function, &result) && pgo_match_calls(matcher, function) &&
           report_matched(matcher->run, f, &result);
}

bool pgo_match_weights(pgo_run *run) {
    pprof_arena scratch = {0};
    pgo_matcher matcher = {.run = run, .weights = &run->weights, .module = &run->module, .scratch = &scratch};
    uint32_t identity_count = 0;
    bool done = list_identities(&matcher, &identity_count) &&
                pgo_match_names(matcher.identities, identity_count, matcher.weights, run->status) &&
                assign_functions(&matcher) && pgo_claim_bodies(&matcher);
    for (uint32_t f = 0; f < run->module.function_count && done; f++) done = match_function(&matcher, f);
    done = done && pgo_write_targets(&matcher) && note_known_functions(&matcher, identity_count) &&
           report_gone_functions(&matcher);
    pprof_arena_free(&scratch);
    return done && !run->status->failed; /* a damaged index answers nothing */
}
