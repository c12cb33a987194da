/* Simulated timings for tests of pgo-gate: two sides of a known ratio, in layouts that each lie in their own way, on a
 * machine with a known kind of noise and a clock of its own. */
#ifndef GATE_SIMULATION_H
#define GATE_SIMULATION_H

#include "statistics/statistics.h"

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

#endif
