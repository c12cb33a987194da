/* Takes the contexts of the module and which function of the profile each body is; gives each inlined copy the body of
 * the context trie that holds its samples, and works out what is left for the functions themselves.
 *
 * A sample belongs to the innermost frame's copy if the module has that copy inlined, reading the stack from the
 * outside in; else to the function on its own. The trie counts every stack under every function in it, so with walk
 * inlined into main the samples of main ▸ walk stand both under main and under walk, and must be taken from walk:
 *
 *   own(main ▸ walk) = trie(main ▸ walk) − what the copies of main elsewhere took of it
 *   own(walk)        = trie(walk) − own(main ▸ walk) − …
 *
 * and so for every body below walk. What a body loses depends only on bodies deeper in the trie (the copy's path is
 * put in front), so one sweep from the deepest up settles all.
 * Cannot know of copies in other modules: walk's samples there stay with walk. */
#include "location.h"
#include "match.h"

#include <stdlib.h>

/* A body under an inlined copy, and the same body under the copy's function on its own. */
typedef struct claim {
    uint32_t depth, from, to;
} claim;

typedef struct claim_list {
    claim *claims;
    uint32_t count, capacity;
} claim_list;

/* ---- contexts ─▶ bodies ------------------------------------------------------------------------------------------ */

static int compare_calls(const pprof_body *body, pprof_place place, uint32_t function) {
    if (body->place.offset != place.offset) return body->place.offset < place.offset ? -1 : 1;
    if (body->place.column != place.column) return body->place.column < place.column ? -1 : 1;
    return (body->function > function) - (body->function < function);
}

/* The first call of [parent] that is not before (place, function). */
static uint32_t find_lower_bound(const pprof_index *weights, uint32_t parent, pprof_place place, uint32_t function) {
    pprof_body body = pprof_get_body(weights, parent);
    uint32_t low = body.first_call, high = low + body.call_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        pprof_body call = pprof_get_body(weights, middle);
        if (compare_calls(&call, place, function) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Behind the last call of [parent]. */
static uint32_t get_end(const pprof_index *weights, uint32_t parent) {
    pprof_body body = pprof_get_body(weights, parent);
    return body.first_call + body.call_count;
}

static uint32_t find_exact_call(const pprof_index *weights, uint32_t parent, pprof_place place, uint32_t function) {
    uint32_t call = find_lower_bound(weights, parent, place, function);
    if (call >= get_end(weights, parent)) return PPROF_NONE;
    pprof_body body = pprof_get_body(weights, call);
    return compare_calls(&body, place, function) == 0 ? call : PPROF_NONE;
}

/* The call of [function] at [place]; where one side has no column, the only one on the line. */
static uint32_t find_call(const pprof_index *weights, uint32_t parent, pprof_place place, uint32_t function) {
    uint32_t call = find_exact_call(weights, parent, place, function);
    if (call != PPROF_NONE) return call;
    if (place.column != 0) return find_exact_call(weights, parent, (pprof_place){place.offset, 0}, function);

    uint32_t found = PPROF_NONE, end = get_end(weights, parent);
    for (call = find_lower_bound(weights, parent, place, 0); call < end; call++) {
        pprof_body body = pprof_get_body(weights, call);
        if (body.place.offset != place.offset) break;
        if (body.function != function) continue;
        if (found != PPROF_NONE) return PPROF_NONE;
        found = call;
    }
    return found;
}

/* Walks each context down its function's trie. */
static void find_bodies(pgo_matcher *matcher) {
    pgo_module *module = matcher->module;
    for (uint32_t c = 0; c < module->context_count; c++) {
        pgo_context *context = &module->contexts[c];
        uint32_t function = matcher->identities[matcher->context_identity[c]].weight_function;
        if (function == PGO_NONE) continue;
        if (context->parent == PGO_NONE) {
            context->weight_body = function; /* the root */
            continue;
        }
        uint32_t parent = module->contexts[context->parent].weight_body;
        if (parent == PPROF_NONE) continue;
        pprof_place place = context->call_place;
        if (context->call_line != 0 && pgo_has_absolute_lines(matcher->weights, parent))
            place.offset = pgo_get_offset(context->call_line, 0);
        context->weight_body = find_call(matcher->weights, parent, place, function);
    }
}

/* ---- copies ------------------------------------------------------------------------------------------------------ */

typedef struct body_context {
    uint32_t body, context;
} body_context;

static int compare_body_contexts(const void *left, const void *right) {
    const body_context *a = left, *b = right;
    if (a->body != b->body) return a->body < b->body ? -1 : 1;
    return (a->context > b->context) - (a->context < b->context);
}

/* Two copies on one line are one body when the profile has no columns: they share its samples. */
static bool list_copies(pgo_matcher *matcher) {
    const pgo_module *module = matcher->module;
    body_context *pairs = pprof_allocate(matcher->scratch, module->context_count, sizeof *pairs, matcher->run->status);
    if (pairs == NULL) return false;
    uint32_t count = 0;
    for (uint32_t c = 0; c < module->context_count; c++) {
        matcher->shared_context[c] = c;
        if (module->contexts[c].weight_body != PPROF_NONE && module->contexts[c].parent != PGO_NONE)
            pairs[count++] = (body_context){module->contexts[c].weight_body, c};
    }
    qsort(pairs, count, sizeof *pairs, compare_body_contexts);
    for (uint32_t i = 0; i < count; i++) {
        if (i != 0 && pairs[i].body == pairs[i - 1].body)
            matcher->shared_context[pairs[i].context] = matcher->shared_context[pairs[i - 1].context];
        else
            matcher->copy_bodies[matcher->copy_body_count++] = pairs[i].body;
    }
    return true;
}

/* ---- claims ------------------------------------------------------------------------------------------------------ */

static bool add_claim(pgo_matcher *matcher, claim_list *list, claim claim) {
    struct claim *claims = pgo_grow_array(list->claims, list->count, &list->capacity, sizeof *claims, matcher->scratch,
                                          matcher->run->status);
    if (claims == NULL) return false;
    list->claims = claims;
    list->claims[list->count++] = claim;
    return true;
}

/* Adds the claims of one copy: its body against its function's root, and so down both tries side by side. Only in an
 * index that was made up are there more calls under a body than there are bodies: they are no tree, and need an end. */
static bool add_copy(pgo_matcher *matcher, claim_list *list, uint32_t body, uint32_t depth) {
    const pprof_index *weights = matcher->weights;
    uint32_t next = list->count;
    uint32_t calls_left = weights->body_count;
    if (!add_claim(matcher, list, (claim){depth, body, pprof_get_body(weights, body).function})) return false;
    for (; next < list->count; next++) {
        claim above = list->claims[next];
        pprof_body from = pprof_get_body(weights, above.from);
        if (from.call_count > calls_left) return true;
        calls_left -= from.call_count;
        for (uint32_t call = from.first_call; call < from.first_call + from.call_count; call++) {
            pprof_body callee = pprof_get_body(weights, call);
            uint32_t to = find_exact_call(weights, above.to, callee.place, callee.function);
            if (to != PPROF_NONE && !add_claim(matcher, list, (claim){above.depth + 1, call, to})) return false;
        }
    }
    return true;
}

static bool list_claims(pgo_matcher *matcher, claim_list *list) {
    const pgo_module *module = matcher->module;
    uint32_t *depth = pprof_allocate(matcher->scratch, module->context_count, sizeof *depth, matcher->run->status);
    if (depth == NULL) return false;
    for (uint32_t c = 0; c < module->context_count; c++) {
        const pgo_context *context = &module->contexts[c];
        if (context->parent == PGO_NONE) continue;
        depth[c] = depth[context->parent] + 1;
        if (context->weight_body != PPROF_NONE && matcher->shared_context[c] == c &&
            !add_copy(matcher, list, context->weight_body, depth[c]))
            return false;
    }
    return true;
}

/* Deepest first. The order within a depth does not matter, for sums do not depend on it; but let it be one. */
static int compare_claims(const void *left, const void *right) {
    const claim *a = left, *b = right;
    if (a->depth != b->depth) return a->depth > b->depth ? -1 : 1;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    return (a->to > b->to) - (a->to < b->to);
}

/* Adds to what copies have taken of an element. */
static bool take(pgo_matcher *matcher, pgo_sparse *claimed, uint32_t element, uint64_t weight) {
    uint64_t *sum = pgo_reach_sparse(claimed, element, matcher->scratch, matcher->run->status);
    if (sum != NULL) *sum = pprof_add_weights(*sum, weight);
    return sum != NULL;
}

static bool settle_selves(pgo_matcher *matcher, const pprof_body *from, const pprof_body *to) {
    const pprof_index *weights = matcher->weights;
    uint32_t f = from->first_self, t = to->first_self;
    uint32_t from_end = f + from->self_count, to_end = t + to->self_count;
    while (f < from_end && t < to_end) {
        pprof_place a = pprof_get_self(weights, f).place, b = pprof_get_self(weights, t).place;
        if (a.offset == b.offset && a.column == b.column) {
            if (!take(matcher, &matcher->claimed_self, t, pgo_get_self(matcher, f))) return false;
            f++;
            t++;
        } else if (a.offset < b.offset || (a.offset == b.offset && a.column < b.column)) {
            f++;
        } else {
            t++;
        }
    }
    return true;
}

static bool settle_claim(pgo_matcher *matcher, const claim *claim) {
    pprof_body from = pprof_get_body(matcher->weights, claim->from), to = pprof_get_body(matcher->weights, claim->to);
    return take(matcher, &matcher->claimed_inclusive, claim->to, pgo_get_inclusive(matcher, claim->from)) &&
           take(matcher, &matcher->claimed_leaf, claim->to, pgo_get_leaf(matcher, claim->from)) &&
           settle_selves(matcher, &from, &to);
}

bool pgo_claim_bodies(pgo_matcher *matcher) {
    pprof_status *status = matcher->run->status;
    uint32_t context_count = matcher->module->context_count;
    matcher->copy_bodies = pprof_allocate(matcher->scratch, context_count, sizeof(uint32_t), status);
    matcher->shared_context = pprof_allocate(matcher->scratch, context_count, sizeof(uint32_t), status);
    if (status->failed) return false;

    claim_list list = {0};
    find_bodies(matcher);
    if (!list_copies(matcher) || !list_claims(matcher, &list)) return false;
    if (list.count != 0) qsort(list.claims, list.count, sizeof *list.claims, compare_claims);
    for (uint32_t i = 0; i < list.count; i++)
        if (!settle_claim(matcher, &list.claims[i])) return false;
    return true;
}
