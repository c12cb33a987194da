/* Takes a function's places and the samples of its contexts; gives the observations that frequencies are fitted to:
 * one for each location, shared by all blocks that hold it, and one for the whole function.
 *
 * A profile's column that the code has not is moved to the nearest on its line. Where a profile knows no columns a line
 * is one location. Samples without a line, and those on lines that have no code here, count for the whole function.
 * Cannot know which of several blocks with one location the samples were in: that is the fit's work. */
#include "match.h"

#include <stdlib.h>
#include <string.h>

/* A location without samples tells nothing when its code is next to nothing. */
static const double least_cost = .3;
/* What a term costs at least where samples were seen: the machine code had something there. */
static const double least_sampled_cost = .1;

/* A place, keyed by the first of the contexts that share its samples. */
typedef struct located_place {
    uint32_t context, line, column, place;
} located_place;

/* One (context, line, column): located[first .. first + count). */
typedef struct location {
    uint32_t context, line, column, first, count;
    uint32_t group; /* index of the location whose observation it is part of: its own, or the first of its line */
    double cost, samples;
} location;

typedef struct observation_builder {
    pgo_matcher *matcher;
    pgo_function *function;
    pgo_match_result *result;
    located_place *located;
    location *locations;
    uint32_t location_count;
    double *block_cost; /* of the observation at hand, per block; all 0 in between */
} observation_builder;

static int compare_located(const void *left, const void *right) {
    const located_place *a = left, *b = right;
    if (a->context != b->context) return a->context < b->context ? -1 : 1;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    if (a->column != b->column) return a->column < b->column ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static bool list_locations(observation_builder *builder) {
    const pgo_matcher *matcher = builder->matcher;
    const pgo_function *function = builder->function;
    builder->located =
        pprof_allocate(matcher->scratch, function->place_count, sizeof(located_place), matcher->run->status);
    builder->locations =
        pprof_allocate(matcher->scratch, function->place_count, sizeof(location), matcher->run->status);
    if (builder->located == NULL || builder->locations == NULL) return false;
    for (uint32_t i = 0; i < function->place_count; i++) {
        const pgo_place *place = &matcher->module->places[function->first_place + i];
        builder->located[i] = (located_place){matcher->shared_context[place->context], place->line, place->place.column,
                                              function->first_place + i};
    }
    qsort(builder->located, function->place_count, sizeof(located_place), compare_located);
    for (uint32_t i = 0; i < function->place_count; i++) {
        const located_place *at = &builder->located[i];
        location *last = builder->location_count == 0 ? NULL : &builder->locations[builder->location_count - 1];
        if (last == NULL || last->context != at->context || last->line != at->line || last->column != at->column) {
            last = &builder->locations[builder->location_count];
            *last = (location){at->context, at->line, at->column, i, 0, builder->location_count++, 0, 0};
        }
        last->count++;
        last->cost += (double)matcher->module->places[at->place].cost;
    }
    return true;
}

/* ---- samples ─▶ locations ---------------------------------------------------------------------------------------- */

/* The locations of (context, line): [*first, *end). */
static void find_line(const observation_builder *builder, uint32_t context, uint32_t line, uint32_t *first,
                      uint32_t *end) {
    uint32_t low = 0, high = builder->location_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const location *at = &builder->locations[middle];
        if (at->context < context || (at->context == context && at->line < line))
            low = middle + 1;
        else
            high = middle;
    }
    *first = *end = low;
    while (*end < builder->location_count && builder->locations[*end].context == context &&
           builder->locations[*end].line == line)
        (*end)++;
}

/* The same, or else in the nearest body around it that is of the same file: debug info counts instructions of a
 * caller's prologue to the copies that they were scheduled into. */
static void find_line_around(const observation_builder *builder, uint32_t context, uint32_t line, uint32_t *first,
                             uint32_t *end) {
    const pgo_context *contexts = builder->matcher->module->contexts;
    const char *file = contexts[context].file;
    find_line(builder, context, line, first, end);
    while (*first == *end && contexts[context].parent != PGO_NONE) {
        context = contexts[context].parent;
        if (strcmp(contexts[context].file, file) == 0)
            find_line(builder, builder->matcher->shared_context[context], line, first, end);
    }
}

/* The location of [first, end) whose column is nearest to [column]; the left one of two. */
static location *find_nearest(observation_builder *builder, uint32_t first, uint32_t end, uint32_t column) {
    location *best = &builder->locations[first];
    for (uint32_t i = first + 1; i < end; i++) {
        location *at = &builder->locations[i];
        uint32_t distance = at->column > column ? at->column - column : column - at->column;
        uint32_t best_distance = best->column > column ? best->column - column : column - best->column;
        if (distance < best_distance) best = at;
    }
    return best;
}

/* Samples of a line that know no column, among others that do: by what each location costs. */
static void spread_samples(observation_builder *builder, uint32_t first, uint32_t end, double samples) {
    double cost = 0;
    for (uint32_t i = first; i < end; i++) cost += builder->locations[i].cost;
    for (uint32_t i = first; i < end; i++)
        builder->locations[i].samples +=
            cost > 0 ? samples * builder->locations[i].cost / cost : samples / (end - first);
}

/* The samples of one line, selves [first_self, end_self), onto its locations. */
static void place_line(observation_builder *builder, uint32_t first, uint32_t end, uint32_t first_self,
                       uint32_t end_self, bool has_columns) {
    const pgo_matcher *matcher = builder->matcher;
    bool has_exact_zero = has_columns && builder->locations[first].column == 0;
    /* Sorted by column: if the last is 0, all are. */
    if (pprof_get_self(matcher->weights, end_self - 1).place.column == 0 && !has_exact_zero)
        for (uint32_t i = first; i < end; i++) builder->locations[i].group = first;
    for (uint32_t s = first_self; s < end_self; s++) {
        double samples = (double)pgo_get_self(matcher, s);
        uint32_t column = pprof_get_self(matcher->weights, s).place.column;
        if (column != 0 || has_exact_zero || builder->locations[end - 1].group == first)
            find_nearest(builder, first, end, column)->samples += samples;
        else
            spread_samples(builder, first, end, samples);
    }
}

uint32_t pgo_get_line(const pgo_matcher *matcher, uint32_t context, uint32_t body, int32_t offset) {
    if (offset == PPROF_NO_OFFSET) return 0;
    int64_t line = (int64_t)offset +
                   (pgo_has_absolute_lines(matcher->weights, body) ? 0 : matcher->module->contexts[context].start_line);
    return line > 0 && line <= UINT32_MAX ? (uint32_t)line : 0;
}

static bool root_has_columns(const pprof_index *weights, uint32_t function) {
    pprof_body root = pprof_get_body(weights, function);
    for (uint32_t s = root.first_self; s < root.first_self + root.self_count; s++)
        if (pprof_get_self(weights, s).place.column != 0) return true;
    return false;
}

static void place_samples(observation_builder *builder, uint32_t context) {
    const pgo_matcher *matcher = builder->matcher;
    uint32_t body_index = matcher->module->contexts[context].weight_body;
    pprof_body body = pprof_get_body(matcher->weights, body_index);
    bool has_columns = root_has_columns(matcher->weights, body.function);
    uint32_t end_self = body.first_self + body.self_count;
    for (uint32_t s = body.first_self, next; s < end_self; s = next) {
        uint64_t samples = 0;
        int32_t offset = pprof_get_self(matcher->weights, s).place.offset;
        for (next = s; next < end_self && pprof_get_self(matcher->weights, next).place.offset == offset; next++)
            samples = pprof_add_weights(samples, pgo_get_self(matcher, next));
        builder->function->self_samples = pprof_add_weights(builder->function->self_samples, samples);
        if (offset == PPROF_NO_OFFSET) {
            builder->function->line_zero_samples = pprof_add_weights(builder->function->line_zero_samples, samples);
            continue;
        }
        uint32_t first, end, line = pgo_get_line(matcher, context, body_index, offset);
        find_line_around(builder, context, line, &first, &end);
        if (first < end) {
            place_line(builder, first, end, s, next, has_columns);
            builder->function->matched_samples = pprof_add_weights(builder->function->matched_samples, samples);
        } else if (samples != 0) {
            builder->result->missing = pprof_add_weights(builder->result->missing, samples);
            if (samples > builder->result->missing_worst) {
                builder->result->missing_worst = samples;
                builder->result->missing_line = line;
            }
        }
    }
}

/* ---- locations ─▶ observations ----------------------------------------------------------------------------------- */

static int compare_terms(const void *left, const void *right) {
    const pgo_term *a = left, *b = right;
    return (a->block > b->block) - (a->block < b->block);
}

/* Adds the observation of the locations [first, end), which are one group. */
static void add_observation(observation_builder *builder, uint32_t first, uint32_t end) {
    pgo_function *function = builder->function;
    pgo_place *places = builder->matcher->module->places;
    double samples = 0, cost = 0;
    for (uint32_t i = first; i < end; i++) {
        samples += builder->locations[i].samples;
        cost += builder->locations[i].cost;
    }
    if (samples <= 0 && cost < least_cost) return;

    pgo_observation *observation = &function->observations[function->observation_count];
    *observation = (pgo_observation){.samples = samples, .first_term = function->term_count};
    pgo_term *terms = &function->terms[function->term_count];
    uint32_t begin = builder->locations[first].first;
    uint32_t stop = builder->locations[end - 1].first + builder->locations[end - 1].count;
    for (uint32_t i = begin; i < stop; i++) {
        pgo_place *place = &places[builder->located[i].place];
        place->observation = function->observation_count;
        if (builder->block_cost[place->block] == 0) terms[observation->term_count++].block = place->block;
        /* A cost of 0 must not look like a block not seen. */
        builder->block_cost[place->block] += (double)place->cost + 1e-30;
    }
    qsort(terms, observation->term_count, sizeof *terms, compare_terms);
    for (uint32_t t = 0; t < observation->term_count; t++) {
        double *block_cost = &builder->block_cost[terms[t].block];
        terms[t].cost = samples > 0 && *block_cost < least_sampled_cost ? least_sampled_cost : *block_cost;
        *block_cost = 0;
    }
    function->term_count += observation->term_count;
    function->observation_count++;
}

static void add_whole_function(pgo_function *function) {
    pgo_observation *whole = &function->observations[function->observation_count++];
    *whole = (pgo_observation){
        .samples = (double)function->self_samples, .first_term = function->term_count, .is_whole_function = true};
    for (uint32_t b = 0; b < function->graph.block_count; b++)
        if (function->block_cost[b] > 0)
            function->terms[whole->first_term + whole->term_count++] = (pgo_term){b, (double)function->block_cost[b]};
    function->term_count += whole->term_count;
}

bool pgo_build_observations(pgo_matcher *matcher, pgo_function *function, pgo_match_result *result) {
    pprof_arena *arena = matcher->run->arena;
    pprof_status *status = matcher->run->status;
    *result = (pgo_match_result){0};
    observation_builder builder = {.matcher = matcher, .function = function, .result = result};
    builder.block_cost = pprof_allocate(matcher->scratch, function->graph.block_count, sizeof(double), status);
    if (builder.block_cost == NULL || !list_locations(&builder)) return false;
    size_t observation_limit = (size_t)builder.location_count + 1;
    size_t term_limit = (size_t)function->place_count + function->graph.block_count;
    function->observations = pprof_allocate(arena, observation_limit, sizeof(pgo_observation), status);
    function->terms = pprof_allocate(arena, term_limit, sizeof(pgo_term), status);
    if (function->observations == NULL || function->terms == NULL) return false;

    for (uint32_t c = function->first_context; c < function->first_context + function->context_count; c++)
        if (matcher->module->contexts[c].weight_body != PPROF_NONE && matcher->shared_context[c] == c)
            place_samples(&builder, c);
    for (uint32_t i = 0, next; i < builder.location_count; i = next) {
        for (next = i + 1;
             next < builder.location_count && builder.locations[next].group == builder.locations[i].group;)
            next++;
        add_observation(&builder, i, next);
    }
    add_whole_function(function);
    return true;
}
