/* Takes what the profile has of functions that a header defines as static; gives this file's share of it.
 *
 * Such a function has a copy in every file that includes it, and the profile knows them under one name: its samples are
 * those of all copies together. Which of them are this file's is told by the calls that the profile saw in functions of
 * this file.
 *
 *   list.h   static node *find(…) { … }        profile   load ▶ find 30, save ▶ find 70
 *   load.c   #include "list.h"                 load.c    find ran for 30 of its 100 samples
 *
 * A call in tail position leaves no frame, so that the caller's caller stands before the function. A place that calls
 * several functions calls through a pointer, or one of them jumped on to the others:
 *
 *   scan.c   #include "scan.h"                 profile   parse 4 ▶ scan 70, parse 4 ▶ scan_name 20
 *            int scan(…) { …; return scan_name(…); }     scan_name ran for 20: parse is of another file, scan of this
 *
 * What it is worth, mean entry on bench/accuracy: .696 to .698, of the programs held out .646 to .696 (brotli .49 to
 * .74, gawk .55 to .76); the other measures stay.
 *
 * Cannot know callers that the profile has no frame of, nor whether a place without column is one call or several. */
#include "estimator.h"

/* Shares of functions that call each other hang on one another: from 1 down, each round a step of the way. Samples
 * whose caller is not known make those of a cycle a little smaller in each round, without end; hence no more than this.
 */
enum { SHARE_ROUNDS = 6 };

/* Samples of a header function that came through a function of this module. */
typedef struct header_call {
    uint32_t caller, callee;
    double samples;
} header_call;

typedef struct header_calls {
    pgo_estimator *estimator;
    pgo_sparse copies; /* the header functions' numbers plus one, by their weight function */
    pgo_sparse bodies; /* the same, of all functions of this module that the profile knows */
    bool have_jumps;   /* some of the copies may be jumped to */
    header_call *calls;
    uint32_t count, capacity;
} header_calls;

/* A copy of its own in this module, called from nowhere else. */
static bool is_header_copy(const pgo_estimator *estimator, uint32_t index) {
    const pgo_function *function = &estimator->module->functions[index];
    const pgo_function_work *work = &estimator->work[index];
    return work->own_samples > 0 && function->header_uses != 0 && function->header_uses == work->caller_count;
}

static bool is_known(const pgo_function *function) {
    return pgo_takes_part(function) && function->weight_function != PGO_NONE;
}

static bool may_be_jumped_to(const pgo_estimator *estimator, uint32_t index) {
    const pgo_function_work *work = &estimator->work[index];
    for (uint32_t i = work->first_caller; i < work->first_caller + work->caller_count; i++)
        if (estimator->module->calls[estimator->caller_calls[i]].may_be_jump) return true;
    return false;
}

static bool note_function(header_calls *list, pgo_sparse *functions, uint32_t index) {
    pgo_estimator *estimator = list->estimator;
    uint64_t *number = pgo_reach_sparse(functions, estimator->module->functions[index].weight_function,
                                        &estimator->scratch, estimator->run->status);
    if (number != NULL) *number = (uint64_t)index + 1;
    return number != NULL;
}

static bool list_functions(header_calls *list) {
    const pgo_estimator *estimator = list->estimator;
    for (uint32_t f = 0; f < estimator->module->function_count; f++) {
        if (!is_known(&estimator->module->functions[f])) continue;
        if (!note_function(list, &list->bodies, f)) return false;
        if (!is_header_copy(estimator, f)) continue;
        if (!note_function(list, &list->copies, f)) return false;
        list->have_jumps |= may_be_jumped_to(estimator, f);
    }
    return true;
}

static bool add_call(header_calls *list, uint32_t caller, uint64_t copy, uint64_t leaf) {
    pgo_estimator *estimator = list->estimator;
    if (copy == 0 || copy - 1 == caller || leaf == 0) return true;
    list->calls = pgo_grow_array(list->calls, list->count, &list->capacity, sizeof *list->calls, &estimator->scratch,
                                 estimator->run->status);
    if (list->calls == NULL) return false;
    list->calls[list->count++] = (header_call){caller, (uint32_t)(copy - 1), pgo_scale_samples(estimator, leaf)};
    return true;
}

/* In the functions of this module. */
static bool list_calls(header_calls *list) {
    const pgo_module *module = list->estimator->module;
    const pprof_index *weights = &list->estimator->run->weights;
    for (uint32_t f = 0; f < module->function_count; f++) {
        if (!is_known(&module->functions[f])) continue;
        pprof_body body = pprof_get_body(weights, module->functions[f].weight_function);
        for (uint32_t i = body.first_call; i < body.first_call + body.call_count; i++) {
            pprof_body callee = pprof_get_body(weights, i);
            if (!add_call(list, f, pgo_get_sparse(&list->copies, callee.function), callee.leaf)) return false;
        }
    }
    return true;
}

/* Callees [first, end) of one place in a function of another file: those that are of this file but no header's jumped
 * to those that are. */
static bool list_jumps_at(header_calls *list, uint32_t first, uint32_t end) {
    const pprof_index *weights = &list->estimator->run->weights;
    uint64_t jumper = 0;
    for (uint32_t i = first; i < end && jumper == 0; i++) {
        uint32_t function = pprof_get_body(weights, i).function;
        if (pgo_get_sparse(&list->copies, function) == 0) jumper = pgo_get_sparse(&list->bodies, function);
    }
    for (uint32_t i = first; i < end && jumper != 0; i++) {
        pprof_body callee = pprof_get_body(weights, i);
        if (!add_call(list, (uint32_t)(jumper - 1), pgo_get_sparse(&list->copies, callee.function), callee.leaf))
            return false;
    }
    return true;
}

static bool is_same_place(pprof_place a, pprof_place b) {
    return a.offset == b.offset && a.column == b.column;
}

static bool list_jumps(header_calls *list) {
    const pprof_index *weights = &list->estimator->run->weights;
    for (uint32_t f = 0; f < weights->function_count; f++) {
        if (pgo_get_sparse(&list->bodies, f) != 0) continue;
        pprof_body body = pprof_get_body(weights, f);
        uint32_t end = body.first_call + body.call_count;
        for (uint32_t first = body.first_call, next; first < end; first = next) {
            pprof_place place = pprof_get_body(weights, first).place;
            for (next = first + 1; next < end; next++)
                if (!is_same_place(pprof_get_body(weights, next).place, place)) break;
            if (next - first > 1 && place.offset != PPROF_NO_OFFSET && !list_jumps_at(list, first, next)) return false;
        }
    }
    return true;
}

bool pgo_find_shares(pgo_estimator *estimator) {
    uint32_t function_count = estimator->module->function_count;
    header_calls list = {.estimator = estimator};
    double *samples_here =
        pprof_allocate(&estimator->scratch, function_count, sizeof *samples_here, estimator->run->status);
    if (samples_here == NULL || !list_functions(&list)) return false;
    for (uint32_t f = 0; f < function_count; f++) estimator->work[f].share_here = 1;
    if (list.copies.count == 0) return true;
    if (!list_calls(&list) || (list.have_jumps && !list_jumps(&list))) return false;
    for (int round = 0; round < SHARE_ROUNDS; round++) {
        for (uint32_t f = 0; f < function_count; f++) samples_here[f] = 0;
        for (uint32_t c = 0; c < list.count; c++)
            samples_here[list.calls[c].callee] +=
                estimator->work[list.calls[c].caller].share_here * list.calls[c].samples;
        for (uint32_t f = 0; f < function_count; f++) {
            pgo_function_work *work = &estimator->work[f];
            const pgo_function *function = &estimator->module->functions[f];
            if (!is_known(function) || pgo_get_sparse(&list.copies, function->weight_function) != f + 1ull) continue;
            work->share_here = samples_here[f] < work->own_samples ? samples_here[f] / work->own_samples : 1;
        }
    }
    return true;
}
