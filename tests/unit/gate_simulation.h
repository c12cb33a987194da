/* Simulated timings for tests of pgo-gate: two sides of a known ratio, in layouts that each lie in their own way, on a
 * machine with a known kind of noise and a clock of its own; and suites of them, whose mean is known. */
#ifndef GATE_SIMULATION_H
#define GATE_SIMULATION_H

#include "statistics/statistics.h"
#include "suite/suite.h"

#include <math.h>

typedef enum simulated_noise {
    NOISE_NORMAL = 0, /* lognormal */
    NOISE_OUTLIERS,   /* and one run in ten takes up to half as long again */
    NOISE_HEAVY,      /* Student's t with two degrees of freedom: no variance */
    NOISE_SKEWED,     /* an exponential delay on top of a fixed time */
    NOISE_DRIFT,      /* lognormal, on a machine that slows down by a tenth and wanders */
    NOISE_COUNT,
} simulated_noise;

typedef struct simulation {
    gate_random random;
    double ratio; /* the truth */
    simulated_noise noise;
    double deviation;        /* of a run's noise, relative */
    double layout_deviation; /* of a layout's lie, relative, each side its own */
    uint32_t layout_count;
    double seconds; /* of a run */
    double clock, wander;
    double lies[GATE_SIDE_COUNT][64];
} simulation;

static inline double draw_share(gate_random *random) { /* in (0, 1) */
    return ((double)(gate_random_bits(random) >> 11) + 0.5) * 0x1p-53;
}

static inline double draw_normal(gate_random *random) {
    double radius = sqrt(-2 * log(draw_share(random)));
    return radius * cos(2 * 3.14159265358979323846 * draw_share(random));
}

static inline double draw_noise(simulation *simulation) {
    gate_random *random = &simulation->random;
    double normal = draw_normal(random), deviation = simulation->deviation;
    switch (simulation->noise) {
    case NOISE_OUTLIERS:
        return deviation * normal + (draw_share(random) < 0.1 ? log1p(0.5 * draw_share(random)) : 0);
    case NOISE_HEAVY:
        return deviation * normal / sqrt(-log(draw_share(random)));
    case NOISE_SKEWED:
        return log1p(-deviation * log(draw_share(random)));
    case NOISE_DRIFT:
        simulation->wander += 0.3 * deviation * draw_normal(random);
        return deviation * normal + simulation->wander + 0.1 * simulation->clock / 300;
    default:
        return deviation * normal;
    }
}

static inline bool run_simulation(void *context, gate_side side, uint32_t layout, uint32_t round, gate_run *run,
                                  pprof_status *status) {
    (void)round, (void)status;
    simulation *simulation = context;
    double seconds = simulation->seconds * exp(draw_noise(simulation) + simulation->lies[side][layout]);
    if (side == GATE_CANDIDATE) seconds *= simulation->ratio;
    simulation->clock += seconds;
    run->values[GATE_CPU] = seconds;
    return true;
}

static inline double read_simulated_clock(void *context) {
    return ((simulation *)context)->clock;
}

/* Starts [simulation], whose settings the caller has made, and gives it as a source. */
static inline gate_source start_simulation(simulation *simulation, uint64_t seed) {
    gate_random stream = {seed}; /* mixed once: neighbouring states are the same sequence a little later */
    simulation->random = (gate_random){gate_random_bits(&stream)};
    simulation->clock = simulation->wander = 0;
    for (int side = 0; side < GATE_SIDE_COUNT; side++)
        for (uint32_t layout = 0; layout < simulation->layout_count; layout++)
            simulation->lies[side][layout] = simulation->layout_deviation * draw_normal(&simulation->random);
    return (gate_source){.context = simulation,
                         .layout_count = simulation->layout_count,
                         .run = run_simulation,
                         .read_clock = read_simulated_clock};
}

/* ---- suites ---- */

enum { SIMULATED_BENCHMARKS = 5 };

/* What a simulated suite is made of. */
typedef struct simulated_machine {
    simulated_noise noise;
    double spread; /* of the benchmarks' true ratios around their mean: logarithms from -spread to spread */
    uint32_t layout_count;
    double layout_deviation;
    bool is_gated; /* each benchmark may regress by 1 %, and is done when that is decided */
} simulated_machine;

/* Measures a suite of unlike benchmarks whose weighted geometric mean is exactly 1, in five minutes, with a mean that
 * may not regress at all. */
static inline bool simulate_suite(const simulated_machine *machine, uint64_t seed, pprof_arena *arena,
                                  gate_suite_result *result, pprof_status *status) {
    static const double weights[SIMULATED_BENCHMARKS] = {1, 2, 1, 3, 1}, logarithms[] = {-1, 0.5, 1, -1. / 3, 0};
    static const double seconds[SIMULATED_BENCHMARKS] = {0.1, 0.5, 1, 0.2, 2};
    static const double deviations[SIMULATED_BENCHMARKS] = {0.03, 0.01, 0.02, 0.005, 0.02};
    simulation simulations[SIMULATED_BENCHMARKS];
    gate_benchmark benchmarks[SIMULATED_BENCHMARKS];
    gate_source sources[SIMULATED_BENCHMARKS];
    const pprof_status none[SIMULATED_BENCHMARKS] = {0};
    gate_suite suite = gate_default_suite(&benchmarks[0]);
    suite.count = SIMULATED_BENCHMARKS;
    suite.mean.has_max_regression = true;
    suite.mean.max_regression = 0;
    for (uint32_t i = 0; i < SIMULATED_BENCHMARKS; i++) {
        (void)gate_default_suite(&benchmarks[i]);
        benchmarks[i].name = "simulated";
        benchmarks[i].weight = weights[i];
        benchmarks[i].rules.has_max_regression = machine->is_gated;
        benchmarks[i].rules.max_regression = 0.01;
        if (!machine->is_gated) benchmarks[i].rules.precision = 0.001;
        simulations[i] = (simulation){.ratio = exp(machine->spread * logarithms[i]),
                                      .noise = machine->noise,
                                      .deviation = deviations[i],
                                      .layout_deviation = machine->layout_deviation,
                                      .layout_count = machine->layout_count,
                                      .seconds = seconds[i]};
        sources[i] = start_simulation(&simulations[i], seed * SIMULATED_BENCHMARKS + i);
    }
    return gate_measure_suite(&suite, sources, none, arena, result, status);
}

#endif
