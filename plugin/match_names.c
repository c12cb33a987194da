/* Takes the module's names for functions and the profile's; gives for each of the module's functions the one function
 * of the profile that it is, or why none was taken.
 *
 * Names are compared in tiers, the surest first: as they are, but for the several symbols of one constructor or
 * destructor; without the suffixes of clones and promoted statics; and for profilers that keep demangled or shortened
 * names, the module's names in ever shorter forms. A function is taken only if it is the only one that fits; files and
 * start lines decide among several. Nothing is ever guessed. Cannot know that a function was renamed. */
#include "match.h"

#include <stdlib.h>
#include <string.h>

typedef enum tier {
    TIER_EXACT = 0,
    TIER_STRIPPED,
    /* for uncertain names, one per pgo_name_form: */
    TIER_WHOLE,
    TIER_WITHOUT_PARAMETERS,
    TIER_WITHOUT_TEMPLATES,
    TIER_UNQUALIFIED,
    TIER_C_STATIC, /* -funique-internal-linkage-names on one side only */
    TIER_COUNT,
} tier;

typedef struct name_matcher {
    pgo_identity *identities;
    uint32_t identity_count;
    const pprof_index *weights;
    pgo_sparse is_taken;    /* functions of the weights */
    const char **demangled; /* parallel to identities, made when first asked for; "" when not mangled */
    pprof_arena *scratch;
    pprof_status *status;
    tier tier;
    uint32_t *hits; /* functions of the profile that have the name at hand */
    uint32_t hit_count, hit_capacity;
} name_matcher;

/* The name of an identity in the tier at hand; length 0: it takes no part. */
typedef struct name_key {
    const char *text;
    size_t length;
    uint32_t identity;
} name_key;

/* ---- names by tier ---------------------------------------------------------------------------------------------- */

static bool is_mangled(const char *name) {
    return strncmp(name, "_Z", 2) == 0;
}

/* Statics that -funique-internal-linkage-names made C++-like: internal and unqualified. */
static bool is_mangled_static(const char *name) {
    return strncmp(name, "_ZL", 3) == 0;
}

/* The demangled form of [name] without its suffixes, "" when it is not mangled; NULL when memory is out. */
static const char *demangle(name_matcher *matcher, const char *name) {
    const char *stripped = pprof_copy_string(matcher->scratch, name, pprof_strip_name_suffixes(name), matcher->status);
    char *demangled = stripped == NULL ? NULL : pgo_shim_demangle(stripped);
    if (demangled == NULL) return stripped == NULL ? NULL : "";
    const char *copy = pprof_copy_string(matcher->scratch, demangled, strlen(demangled), matcher->status);
    free(demangled);
    return copy;
}

static const char *unify(const name_matcher *matcher, const char *name) {
    return pprof_unify_structors(name, matcher->scratch, matcher->status);
}

static bool set_key(name_key *key, const char *text) {
    if (text == NULL) return false;
    key->text = text;
    key->length = strlen(text);
    return true;
}

static bool set_stripped_key(name_key *key, const char *text) {
    if (!set_key(key, text)) return false;
    key->length = pprof_strip_name_suffixes(text);
    return true;
}

/* walk for both _ZL4walkPv.__uniq.1 and walk: no key for any other mangled name. */
static bool make_static_key(name_matcher *matcher, const char *name, name_key *key) {
    if (!is_mangled(name)) {
        *key = (name_key){name, pprof_strip_name_suffixes(name), key->identity};
        return true;
    }
    if (!is_mangled_static(name)) return true;
    const char *demangled = demangle(matcher, name);
    return demangled != NULL &&
           set_key(key, pgo_shorten_name(demangled, PGO_NAME_UNQUALIFIED, matcher->scratch, matcher->status));
}

static bool make_identity_key(name_matcher *matcher, name_key *key) {
    const pgo_identity *identity = &matcher->identities[key->identity];
    const char *name = identity->linkage_name;
    if (matcher->tier == TIER_EXACT) return set_key(key, unify(matcher, name));
    if (matcher->tier == TIER_C_STATIC) return make_static_key(matcher, name, key);
    if (matcher->tier == TIER_STRIPPED) return set_stripped_key(key, unify(matcher, name));
    const char **demangled = &matcher->demangled[key->identity];
    if (*demangled == NULL) *demangled = demangle(matcher, name);
    if (*demangled == NULL) return false;
    if ((*demangled)[0] == '\0') return true; /* not mangled: its one form was tried */
    pgo_name_form form = (pgo_name_form)(matcher->tier - TIER_WHOLE);
    return set_key(key, pgo_shorten_name(*demangled, form, matcher->scratch, matcher->status));
}

/* The key of a profile's function. A profile's uncertain name is taken as it is: it has lost nothing that could be
 * cut off again. */
static bool make_weight_key(name_matcher *matcher, const pprof_weight_function *function, name_key *key) {
    *key = (name_key){0};
    switch (matcher->tier) {
    case TIER_EXACT:
        return set_key(key, unify(matcher, function->linkage_name));
    case TIER_STRIPPED:
        return set_stripped_key(key, unify(matcher, function->linkage_name));
    case TIER_C_STATIC:
        return make_static_key(matcher, function->linkage_name, key);
    default:
        return function->linkage_is_certain || set_key(key, function->linkage_name);
    }
}

static int compare_names(const name_key *a, const name_key *b) {
    size_t shorter = a->length < b->length ? a->length : b->length;
    int order = shorter == 0 ? 0 : memcmp(a->text, b->text, shorter);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static int compare_keys(const void *left, const void *right) {
    const name_key *a = left, *b = right;
    int order = compare_names(a, b);
    return order != 0 ? order : (a->identity > b->identity) - (a->identity < b->identity);
}

/* ---- deciding among several ------------------------------------------------------------------------------------- */

/* How much of two file tails agrees: 3 all, 2 the last component, 1 not known, 0 nothing. */
static unsigned compare_files(const char *a, const char *b) {
    if (a[0] == '\0' || b[0] == '\0') return 1;
    if (strcmp(a, b) == 0) return 3;
    return strcmp(pprof_get_last_component(a), pprof_get_last_component(b)) == 0 ? 2 : 0;
}

static bool start_lines_agree(const pgo_identity *identity, const pprof_weight_function *function) {
    return identity->start_line != 0 && (int64_t)identity->start_line == function->start_line;
}

/* How well the rest of what is known fits; 0: it is another function of the same name. An included body shows the
 * included file's name, so a file alone refutes nothing. */
static unsigned rate_candidate(const name_matcher *matcher, const pgo_identity *identity,
                               const pprof_weight_function *function) {
    unsigned files = compare_files(identity->file, function->file);
    bool lines_agree = start_lines_agree(identity, function);
    bool is_telling = identity->is_local || matcher->tier >= TIER_WHOLE;
    bool lines_differ = identity->start_line != 0 && function->start_line != 0 && !lines_agree;
    if (is_telling && files == 0 && lines_differ) return 0;
    return 1 + files * 2 + lines_agree;
}

/* The one best of the hits for an identity, or PGO_NONE with its miss_reason set. */
static uint32_t choose_function(name_matcher *matcher, pgo_identity *identity) {
    enum { CANDIDATE_LIMIT = 256 };
    uint32_t best = PGO_NONE, best_count = 0;
    unsigned best_rating = 0;
    for (uint32_t i = 0; i < matcher->hit_count && i < CANDIDATE_LIMIT; i++) {
        pprof_weight_function function = pprof_get_weight_function(matcher->weights, matcher->hits[i]);
        unsigned rating = rate_candidate(matcher, identity, &function);
        if (rating > best_rating) {
            best_rating = rating;
            best = matcher->hits[i];
            best_count = 0;
        }
        best_count += rating == best_rating && rating != 0;
    }
    if (best_count == 1 && matcher->hit_count <= CANDIDATE_LIMIT) return best;
    if (best_count == 0)
        identity->miss_reason = "the profile's function of this name is in another file";
    else
        identity->miss_reason = "ambiguous: several functions of the profile have this name";
    return PGO_NONE;
}

/* Whether two identities of one key are one function: a declaration knows neither file nor line. The key of the surest
 * tier is the name itself, or one for all symbols of a constructor; those that differ in it are not one. */
static bool are_one_function(const name_matcher *matcher, const pgo_identity *a, const pgo_identity *b) {
    if (matcher->tier != TIER_EXACT && strcmp(a->linkage_name, b->linkage_name) != 0) return false;
    return a->file[0] == '\0' || b->file[0] == '\0' ||
           (strcmp(a->file, b->file) == 0 && a->start_line == b->start_line);
}

/* Gives function [w] to those of the [count] identities in [keys] that chose it, unless they are different functions
 * of the module that fit equally well. */
static bool settle_function(name_matcher *matcher, const name_key *keys, const uint32_t *choices, uint32_t count,
                            uint32_t w) {
    pprof_weight_function function = pprof_get_weight_function(matcher->weights, w);
    const pgo_identity *winner = NULL;
    unsigned best_rating = 0;
    bool is_ambiguous = false;
    for (uint32_t i = 0; i < count; i++) {
        const pgo_identity *identity = &matcher->identities[keys[i].identity];
        if (choices[i] != w) continue;
        unsigned rating = rate_candidate(matcher, identity, &function);
        if (rating > best_rating) {
            winner = identity;
            best_rating = rating;
            is_ambiguous = false;
        } else if (winner != NULL && rating == best_rating && !are_one_function(matcher, identity, winner)) {
            is_ambiguous = true;
        }
    }
    if (winner == NULL) return true;
    uint64_t *is_taken = pgo_reach_sparse(&matcher->is_taken, w, matcher->scratch, matcher->status);
    if (is_taken == NULL) return false;
    *is_taken = true;
    for (uint32_t i = 0; i < count; i++) {
        pgo_identity *identity = &matcher->identities[keys[i].identity];
        if (choices[i] != w) continue;
        if (!is_ambiguous && are_one_function(matcher, identity, winner))
            identity->weight_function = w;
        else
            identity->miss_reason = "ambiguous: several functions of this module fit one of the profile";
    }
    return true;
}

/* Matches the identities of one name with the functions of the profile that have it. */
static bool match_group(name_matcher *matcher, const name_key *keys, uint32_t key_count) {
    if (matcher->hit_count == 0) return true;
    uint32_t *choices = pprof_allocate(matcher->scratch, key_count, sizeof *choices, matcher->status);
    if (choices == NULL) return false;
    for (uint32_t i = 0; i < key_count; i++)
        choices[i] = choose_function(matcher, &matcher->identities[keys[i].identity]);
    for (uint32_t i = 0; i < matcher->hit_count; i++)
        if (!settle_function(matcher, keys, choices, key_count, matcher->hits[i])) return false;
    return true;
}

/* ---- a tier ----------------------------------------------------------------------------------------------------- */

/* The identities that still look for a function, with their names in this tier, sorted. */
static bool list_keys(name_matcher *matcher, name_key *keys, uint32_t *count) {
    *count = 0;
    for (uint32_t i = 0; i < matcher->identity_count; i++) {
        const pgo_identity *identity = &matcher->identities[i];
        if (identity->weight_function != PGO_NONE || identity->miss_reason != NULL) continue;
        name_key key = {.identity = i};
        if (!make_identity_key(matcher, &key)) return false;
        if (key.length != 0) keys[(*count)++] = key;
    }
    qsort(keys, *count, sizeof *keys, compare_keys);
    return true;
}

/* The profile's functions with samples that have the name of [wanted] in this tier and are not taken yet, in ascending
 * order. The index finds a function by its name without suffixes, which is the same for all tiers' names but the
 * demangled ones of statics; under those it has these too. */
static bool list_hits(name_matcher *matcher, const name_key *wanted) {
    const char *name = pprof_copy_string(matcher->scratch, wanted->text, wanted->length, matcher->status);
    if (name == NULL) return false;
    pprof_key_search search = pprof_search_key(matcher->weights, PPROF_KEY_NAME, name, pprof_strip_name_suffixes(name));
    matcher->hit_count = 0;
    for (uint32_t w; (w = pprof_next_function(matcher->weights, &search)) != PPROF_NONE;) {
        name_key key;
        if (pgo_get_sparse(&matcher->is_taken, w) != 0 || pprof_get_body(matcher->weights, w).inclusive == 0) continue;
        pprof_weight_function function = pprof_get_weight_function(matcher->weights, w);
        if (!make_weight_key(matcher, &function, &key)) return false;
        if (key.length == 0 || compare_names(&key, wanted) != 0) continue;
        uint32_t *hits = pgo_grow_array(matcher->hits, matcher->hit_count, &matcher->hit_capacity, sizeof *hits,
                                        matcher->scratch, matcher->status);
        if (hits == NULL) return false;
        matcher->hits = hits;
        hits[matcher->hit_count++] = w;
    }
    return true;
}

static bool match_tier(name_matcher *matcher, name_key *keys) {
    uint32_t count;
    if (!list_keys(matcher, keys, &count)) return false;
    for (uint32_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count && compare_names(&keys[next], &keys[first]) == 0;) next++;
        if (!list_hits(matcher, &keys[first]) || !match_group(matcher, &keys[first], next - first)) return false;
    }
    return true;
}

/* The tiers for uncertain names cost a demangling of every name that is left: only for profiles that have such. */
static bool tier_is_useful(const name_matcher *matcher) {
    return matcher->tier < TIER_WHOLE || matcher->tier == TIER_C_STATIC || matcher->weights->has_uncertain_names;
}

bool pgo_match_names(pgo_identity *identities, uint32_t identity_count, const pprof_index *weights,
                     pprof_status *status) {
    pprof_arena scratch = {0};
    name_matcher matcher = {.identities = identities,
                            .identity_count = identity_count,
                            .weights = weights,
                            .scratch = &scratch,
                            .status = status};
    matcher.demangled = (const char **)pprof_allocate(&scratch, identity_count, sizeof(const char *), status);
    name_key *keys = pprof_allocate(&scratch, identity_count, sizeof *keys, status);
    bool done = !status->failed;
    for (uint32_t i = 0; i < identity_count; i++) {
        identities[i].weight_function = PGO_NONE;
        identities[i].miss_reason = NULL;
    }
    for (int t = TIER_EXACT; t < TIER_COUNT && done; t++) {
        matcher.tier = (tier)t;
        done = !tier_is_useful(&matcher) || match_tier(&matcher, keys);
    }
    pprof_arena_free(&scratch);
    return done;
}
