/* Random programs for tests of the fit: a control flow grown from nested ifs, loops, switches, returns and a few gotos,
 * with true branch probabilities, static ones that know part of the truth, and samples as a timer would see them,
 * with the errors that real ones have. Without libm, so that the same seed gives the same program anywhere. */
#ifndef RANDOM_PROGRAM_H
#define RANDOM_PROGRAM_H

#include "fit.h"

#include <math.h>
#include <string.h>

typedef struct random_source {
    uint64_t state;
} random_source;

static inline uint64_t random_bits(random_source *random) { /* splitmix64 */
    uint64_t z = random->state += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
}

static inline double random_share(random_source *random) {
    return (double)(random_bits(random) >> 11) * 0x1p-53;
}

static inline uint32_t random_below(random_source *random, uint32_t limit) {
    return (uint32_t)(random_bits(random) % limit);
}

static inline double random_normal(random_source *random) {
    double sum = -6;
    for (int i = 0; i < 12; i++) sum += random_share(random);
    return sum;
}

static inline double random_poisson(random_source *random, double mean) {
    if (mean > 60) {
        double count = mean + pgo_square_root(mean) * random_normal(random);
        return count > 0 ? (double)(uint64_t)count : 0;
    }
    double limit = pgo_exp(-mean), product = random_share(random);
    int count = 0;
    for (; product > limit; count++) product *= random_share(random);
    return count;
}

enum { PROGRAM_LIMIT = 12000, SUCCESSOR_LIMIT = 512 };

typedef struct program_block {
    uint32_t count;
    uint32_t *successors;
    double *truth, *predicted;
} program_block;

typedef struct random_program {
    pprof_arena *arena;
    random_source random;
    uint32_t count;
    program_block blocks[PROGRAM_LIMIT + SUCCESSOR_LIMIT];
    uint32_t open[PROGRAM_LIMIT + SUCCESSOR_LIMIT]; /* blocks with one successor, where the program may grow */
    uint32_t open_count;
    /* The finished program. */
    pgo_graph graph; /* predicted probabilities */
    double *truth;   /* parallel to graph.successors */
    double *frequency;
    /* What was sampled. */
    double rate;
    pgo_observation *observations;
    uint32_t observation_count;
    pgo_term *terms;
    uint32_t term_count;
} random_program;

static inline void set_successors(random_program *program, uint32_t block, uint32_t count, const uint32_t *successors,
                                  const double *truth, const double *predicted) {
    program_block *to = &program->blocks[block];
    to->count = count;
    to->successors = pprof_arena_allocate(program->arena, count, sizeof(uint32_t));
    to->truth = pprof_arena_allocate(program->arena, count, sizeof(double));
    to->predicted = pprof_arena_allocate(program->arena, count, sizeof(double));
    memcpy(to->successors, successors, count * sizeof(uint32_t));
    memcpy(to->truth, truth, count * sizeof(double));
    memcpy(to->predicted, predicted, count * sizeof(double));
}

static inline void set_choice(random_program *program, uint32_t block, uint32_t first, uint32_t second, double truth,
                              double predicted) {
    set_successors(program, block, 2, (uint32_t[]){first, second}, (double[]){truth, 1 - truth},
                   (double[]){predicted, 1 - predicted});
}

static inline uint32_t add_block(random_program *program, uint32_t successor, bool is_open) {
    uint32_t block = program->count++;
    double one = 1;
    set_successors(program, block, 1, &successor, &one, &one);
    if (is_open) program->open[program->open_count++] = block;
    return block;
}

/* Half of all ifs nearly always go one way; the prediction leans to the right side three times of four. */
static inline void choose_if(random_program *program, double *truth, double *predicted) {
    random_source *random = &program->random;
    double share = random_share(random);
    *truth = random_share(random) < 0.5 ? share : share * share * share / 2;
    if (random_share(random) < 0.5) *truth = 1 - *truth;
    *truth = 0.0005 + 0.999 * *truth;
    double kind = random_share(random), lean = kind < 0.8 ? 0.625 : 0.8;
    bool is_right = random_share(random) < 0.75;
    *predicted = kind < 0.5 ? 0.5 : is_right == (*truth > 0.5) ? lean : 1 - lean;
}

static inline void grow_loop(random_program *program, uint32_t block, uint32_t next) {
    double trips = pgo_exp(random_share(&program->random) * pgo_log(400)) / 2;
    uint32_t header = add_block(program, next, false), body = add_block(program, header, true);
    uint32_t after = add_block(program, next, true);
    program->blocks[block].successors[0] = header;
    set_choice(program, header, body, after, trips / (1 + trips), 0.96875);
}

static inline void grow_switch(random_program *program, uint32_t block, uint32_t next, uint32_t cases) {
    uint32_t successors[SUCCESSOR_LIMIT], join = add_block(program, next, true);
    double truth[SUCCESSOR_LIMIT], predicted[SUCCESSOR_LIMIT], sum = 0;
    for (uint32_t i = 0; i < cases; i++) {
        /* Some cases share their code with the one before. */
        bool is_shared = i != 0 && random_share(&program->random) < 0.1;
        successors[i] = is_shared ? successors[i - 1] : add_block(program, join, true);
        sum += truth[i] = pgo_exp(2 * random_normal(&program->random));
        predicted[i] = 1. / cases;
    }
    for (uint32_t i = 0; i < cases; i++) truth[i] /= sum;
    set_successors(program, block, cases, successors, truth, predicted);
}

/* Puts something between [block] and its one successor. */
static inline void grow_at(random_program *program, uint32_t block, uint32_t case_limit) {
    uint32_t next = program->blocks[block].successors[0];
    double kind = random_share(&program->random), truth, predicted;
    choose_if(program, &truth, &predicted);
    if (kind < 0.15) {
        program->blocks[block].successors[0] = add_block(program, next, true);
    } else if (kind < 0.4) {
        set_choice(program, block, add_block(program, next, true), next, truth, predicted);
    } else if (kind < 0.65) {
        uint32_t join = add_block(program, next, true);
        uint32_t left = add_block(program, join, true), right = add_block(program, join, true);
        set_choice(program, block, left, right, truth, predicted);
    } else if (kind < 0.85) {
        grow_loop(program, block, next);
    } else if (kind < 0.9) {
        grow_switch(program, block, next, 3 + random_below(&program->random, case_limit - 2));
    } else if (kind < 0.95) { /* an early return; block 1 is the exit */
        uint32_t leave = add_block(program, 1, false), stay = add_block(program, next, true);
        set_choice(program, block, leave, stay, truth * 0.3, 0.4);
    } else if (kind < 0.97 && program->count > 10) { /* a goto, perhaps into a loop */
        set_choice(program, block, next, 1 + random_below(&program->random, program->count - 1), 0.98, 0.5);
    }
}

static inline void finish_program(random_program *program) {
    pgo_graph *graph = &program->graph;
    uint32_t edges = 0;
    for (uint32_t b = 0; b < program->count; b++) edges += program->blocks[b].count;
    graph->block_count = program->count;
    graph->first_successor = pprof_arena_allocate(program->arena, (size_t)program->count + 1, sizeof(uint32_t));
    graph->successors = pprof_arena_allocate(program->arena, edges, sizeof(uint32_t));
    graph->probability = pprof_arena_allocate(program->arena, edges, sizeof(double));
    program->truth = pprof_arena_allocate(program->arena, edges, sizeof(double));
    uint32_t at = 0;
    for (uint32_t b = 0; b < program->count; b++) {
        for (uint32_t i = 0; i < program->blocks[b].count; i++, at++) {
            graph->successors[at] = program->blocks[b].successors[i];
            graph->probability[at] = program->blocks[b].predicted[i];
            program->truth[at] = program->blocks[b].truth[i];
        }
        graph->first_successor[b + 1] = at;
    }
    /* Without samples the fit gives the frequencies of the probabilities that it is given: here the true ones. */
    pgo_graph true_graph = *graph;
    true_graph.probability = program->truth;
    pgo_fit fit;
    pgo_fit_options options = pgo_get_default_fit_options();
    pprof_status status = {0};
    (void)pgo_fit_frequencies(&true_graph, NULL, 0, NULL, &options, program->arena, &fit, &status);
    program->frequency = fit.block_frequency;
}

/* About [size] blocks; switches of up to [case_limit] cases. */
static inline random_program *make_program(uint64_t seed, uint32_t size, uint32_t case_limit, pprof_arena *arena) {
    random_program *program = pprof_arena_allocate(arena, 1, sizeof *program);
    program->arena = arena;
    program->random.state = seed;
    program->count = 2;
    double one = 1;
    set_successors(program, 0, 1, &(uint32_t){1}, &one, &one);
    program->open[program->open_count++] = 0;
    while (program->count < size) {
        uint32_t at = random_below(&program->random, program->open_count), block = program->open[at];
        if (program->blocks[block].count == 1)
            grow_at(program, block, case_limit);
        else
            program->open[at] = program->open[--program->open_count];
    }
    finish_program(program);
    return program;
}

/* How samples differ from cost × frequency. */
typedef struct sample_errors {
    double cost_spread;   /* standard deviation of the logarithm of a location's true cost over the assumed one */
    double missing_cache; /* share of locations that cost eight times as much */
    double lost, merged;  /* shares of locations whose samples go to line 0, or to another location */
} sample_errors;

static const sample_errors REAL_ERRORS = {.cost_spread = 0.7, .missing_cache = 0.04, .lost = 0.1, .merged = 0.05};
static const sample_errors NO_ERRORS = {0};

static inline double choose_cost(random_source *random) {
    static const double costs[] = {1.5, 1, 0.5, 0.05, 0.2, 0.5, 1, 0.8, 2, 3};
    double cost = 0;
    for (uint32_t i = 1 + random_below(random, 5); i > 0; i--) cost += costs[random_below(random, 10)];
    return cost;
}

/* One to three locations a block, one in ten of them in a second block too, and the whole function. */
static inline void sample_program(random_program *program, double total, const sample_errors *errors) {
    random_source *random = &program->random;
    uint32_t count = 0, limit = 3 * program->count + 1;
    program->observations = pprof_arena_allocate(program->arena, limit, sizeof(pgo_observation));
    program->terms = pprof_arena_allocate(program->arena, (size_t)limit * 3, sizeof(pgo_term));
    double *factor = pprof_arena_allocate(program->arena, limit, sizeof(double));
    double *block_cost = pprof_arena_allocate(program->arena, program->count, sizeof(double));
    double sum = 0;
    program->term_count = 0;
    for (uint32_t b = 0; b < program->count; b++)
        for (uint32_t i = random_below(random, 3) + 1; i > 0; i--) {
            double cost = choose_cost(random);
            bool is_shared = random_share(random) < 0.1;
            uint32_t other = random_below(random, program->count);
            factor[count] = pgo_exp(errors->cost_spread * random_normal(random));
            if (random_share(random) < errors->missing_cache) factor[count] *= 8;
            pgo_observation *to = &program->observations[count];
            *to = (pgo_observation){.first_term = program->term_count, .term_count = is_shared ? 2 : 1};
            program->terms[program->term_count++] = (pgo_term){b, cost};
            if (is_shared) program->terms[program->term_count++] = (pgo_term){other, cost};
            for (uint32_t t = to->first_term; t < program->term_count; t++) {
                block_cost[program->terms[t].block] += cost;
                to->samples += factor[count] * cost * program->frequency[program->terms[t].block];
            }
            sum += to->samples;
            count++;
        }
    program->rate = total / sum;
    double all = 0;
    for (uint32_t o = 0; o < count; o++)
        all += program->observations[o].samples =
            random_poisson(random, program->observations[o].samples * program->rate);
    for (uint32_t o = 0; o < count; o++) {
        double fate = random_share(random), samples = program->observations[o].samples;
        if (fate >= errors->lost + errors->merged) continue;
        program->observations[o].samples = 0;
        if (fate >= errors->lost) program->observations[random_below(random, count)].samples += samples;
    }
    program->observations[count++] = (pgo_observation){
        .samples = all, .first_term = program->term_count, .term_count = program->count, .is_whole_function = true};
    for (uint32_t b = 0; b < program->count; b++) program->terms[program->term_count++] = (pgo_term){b, block_cost[b]};
    program->observation_count = count;
}

#endif
